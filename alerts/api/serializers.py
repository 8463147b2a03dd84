from rest_framework import serializers

from alerts.models import SEVERITIES, STATES
from alerts.rules.kinds import KINDS

MINUTES_OF_A_YEAR = 525_600


class RuleInput(serializers.Serializer[object]):
    name = serializers.CharField(max_length=120, help_text="What the rule watches, never whom.")
    kind = serializers.ChoiceField(choices=sorted(KINDS))
    params = serializers.DictField()
    severity = serializers.ChoiceField(choices=SEVERITIES)
    cooldown_minutes = serializers.IntegerField(
        required=False, min_value=0, max_value=MINUTES_OF_A_YEAR
    )
    enabled = serializers.BooleanField(required=False)
    patient_id = serializers.UUIDField(required=False, allow_null=True)


class RuleChanges(serializers.Serializer[object]):
    name = serializers.CharField(max_length=120, required=False)
    params = serializers.DictField(required=False)
    severity = serializers.ChoiceField(choices=SEVERITIES, required=False)
    cooldown_minutes = serializers.IntegerField(
        required=False, min_value=0, max_value=MINUTES_OF_A_YEAR
    )
    enabled = serializers.BooleanField(required=False)


class RuleQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField(required=False)


class RuleOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    params = serializers.DictField()
    severity = serializers.CharField()
    cooldown_minutes = serializers.IntegerField()
    enabled = serializers.BooleanField()
    patient_id = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField()


class DryRunInput(serializers.Serializer[object]):
    kind = serializers.ChoiceField(choices=sorted(KINDS))
    params = serializers.DictField()
    cooldown_minutes = serializers.IntegerField(
        required=False, min_value=0, max_value=MINUTES_OF_A_YEAR
    )
    patient_id = serializers.UUIDField(required=False, allow_null=True)


class DryRunOutput(serializers.Serializer[object]):
    days = serializers.IntegerField()
    patients = serializers.IntegerField()
    covered = serializers.IntegerField(help_text="Patients with any reading of the metric.")
    alerts = serializers.IntegerField()
    per_patient_week = serializers.FloatField()


class AlertOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    rule_id = serializers.UUIDField()
    rule_version = serializers.IntegerField()
    title = serializers.CharField(source="rule.name")
    state = serializers.CharField()
    severity = serializers.CharField()
    number = serializers.IntegerField(help_text="The newest event's number in the feed.")
    raised_at = serializers.DateTimeField(source="created_at")
    changed_at = serializers.DateTimeField()
    snoozed_until = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    evidence = serializers.DictField()


class AlertEventOutput(serializers.Serializer[object]):
    number = serializers.IntegerField()
    act = serializers.CharField()
    state = serializers.CharField()
    severity = serializers.CharField()
    actor_id = serializers.UUIDField()
    note = serializers.CharField()
    at = serializers.DateTimeField(source="created_at")


class AlertDetailOutput(AlertOutput):
    events = AlertEventOutput(many=True)


class CoverageOutput(serializers.Serializer[object]):
    rules = serializers.IntegerField()
    patients = serializers.IntegerField()
    checked = serializers.IntegerField(help_text="Patients checked in the last 24 hours.")
    oldest = serializers.DateTimeField(allow_null=True)
    newest = serializers.DateTimeField(allow_null=True)
    withdrawn = serializers.IntegerField(
        help_text="Patients whom no rule watches: they withdrew monitoring or care."
    )


class AlertPageOutput(serializers.Serializer[object]):
    items = AlertOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class AlertListOutput(AlertPageOutput):
    checked_against = CoverageOutput()


class AlertQuery(serializers.Serializer[object]):
    state = serializers.ChoiceField(choices=STATES, required=False)
    patient_id = serializers.UUIDField(required=False)
    cursor = serializers.CharField(required=False)


class NoteInput(serializers.Serializer[object]):
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class SnoozeInput(NoteInput):
    until = serializers.DateTimeField()
