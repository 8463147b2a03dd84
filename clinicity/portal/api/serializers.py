"""The trail over the API: ids and pseudonyms, no names of patients."""

from typing import Any

from rest_framework import serializers

from clinicity.audit.models import SecurityAlert


class EventsInput(serializers.Serializer[object]):
    """What is looked for; an empty part matches all."""

    actor_id = serializers.CharField(
        required=False, default="", max_length=200,
        help_text="An id, or the name or e-mail address of someone who works here.",
    )  # fmt: skip
    patient_id = serializers.CharField(
        required=False, default="", max_length=200,
        help_text="An id or a pseudonym; for admins also a record number.",
    )  # fmt: skip
    act = serializers.CharField(required=False, default="", max_length=60)
    subject = serializers.CharField(required=False, default="", max_length=60)
    outcome = serializers.ChoiceField(
        required=False, default="", choices=["", "ok", "refused", "failed"]
    )
    since = serializers.CharField(required=False, default="", max_length=40)
    until = serializers.CharField(required=False, default="", max_length=40)
    request_id = serializers.CharField(required=False, default="", max_length=40)
    cursor = serializers.CharField(required=False, default="", max_length=40)


class ExportInput(EventsInput):
    format = serializers.ChoiceField(
        required=False, default="csv", choices=["csv", "fhir"], help_text="CSV or FHIR R4."
    )


class EventOutput(serializers.Serializer[object]):
    id = serializers.CharField()
    position = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor_id = serializers.CharField()
    role = serializers.CharField()
    act = serializers.CharField()
    purpose = serializers.CharField(help_text="A code of HL7's v3-ActReason.")
    subject = serializers.CharField()
    subject_id = serializers.CharField()
    patient = serializers.CharField(help_text="The patient's pseudonym, or nothing.")
    outcome = serializers.CharField()
    request_id = serializers.CharField()
    seal = serializers.IntegerField(allow_null=True, help_text="Place in the chain.")
    details = serializers.JSONField()
    unusual = serializers.ListField(
        child=serializers.CharField(),
        help_text="Rules of unusual access that it had a part in.",
    )


class StandingOutput(serializers.Serializer[object]):
    number = serializers.IntegerField()
    digest = serializers.CharField()
    holds = serializers.BooleanField()
    signed_number = serializers.IntegerField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)


class EventDetailOutput(EventOutput):
    chain = StandingOutput(allow_null=True, help_text="Nothing while it waits to be sealed.")


class EventsOutput(serializers.Serializer[object]):
    items = EventOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SecurityAlertsInput(serializers.Serializer[object]):
    state = serializers.ChoiceField(
        required=False, default="open", choices=["", *SecurityAlert.State.values]
    )
    cursor = serializers.CharField(required=False, default="", max_length=40)


class SecurityAlertOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    rule = serializers.CharField()
    title = serializers.CharField()
    reason = serializers.CharField()
    explanation = serializers.CharField(help_text="The rule in words.")
    evidence = serializers.JSONField()
    actor_id = serializers.UUIDField()
    actor_role = serializers.CharField()
    patient = serializers.CharField(help_text="The patient's pseudonym, or nothing.")
    window_start = serializers.DateTimeField()
    window_end = serializers.DateTimeField()
    state = serializers.CharField()
    outcome = serializers.CharField()
    note = serializers.CharField(allow_null=True)
    acknowledged_by = serializers.UUIDField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    reviewed_by = serializers.UUIDField(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)


class SecurityAlertsOutput(serializers.Serializer[object]):
    items = SecurityAlertOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SecurityReviewInput(serializers.Serializer[object]):
    outcome = serializers.ChoiceField(choices=SecurityAlert.Outcome.values)
    note = serializers.CharField(max_length=2000)


class ProofOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()
    found = serializers.JSONField(
        allow_null=True, help_text="What the proof found, once it has ended."
    )
