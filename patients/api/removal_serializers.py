"""Shapes of removals, their reports, holds and erasures."""

from rest_framework import serializers

from patients.models import Removal
from patients.selectors.removals import State


class ReportOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    removed = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        help_text="Store, then kind of thing, then how many there were.",
    )
    absent = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Store, then the pseudonyms of which nothing may be found there.",
    )
    kept = serializers.ListField(child=serializers.CharField())
    keep_until = serializers.DateTimeField(allow_null=True)
    models_trained = serializers.ListField(child=serializers.CharField())
    given_again = serializers.BooleanField()
    digest = serializers.CharField(help_text="SHA-256; the audit trail has it, too.")


class RemovalOrderOutput(serializers.Serializer[object]):
    id = serializers.UUIDField(source="removal.id")
    patient_id = serializers.UUIDField(source="removal.patient_id")
    kind = serializers.ChoiceField(Removal.Kind.choices, source="removal.kind")
    purpose = serializers.CharField(source="removal.purpose")
    basis = serializers.CharField(source="removal.basis")
    ordered_at = serializers.DateTimeField(source="removal.created_at")
    finished_at = serializers.DateTimeField(source="removal.finished_at", allow_null=True)
    state = serializers.ChoiceField([(each.value, each.value) for each in State])
    through = serializers.IntegerField(help_text="How many parts of `total` are through.")
    total = serializers.IntegerField()
    error = serializers.CharField()
    report = ReportOutput(allow_null=True)


class RemovalOrdersOutput(serializers.Serializer[object]):
    items = RemovalOrderOutput(many=True, help_text="The newest first.")


class RetriedOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()


class ErasureInput(serializers.Serializer[object]):
    confirmation = serializers.CharField(
        max_length=40, help_text="The word erase and the first 8 letters of the pseudonym."
    )
    basis = serializers.ChoiceField(Removal.Basis.choices)
    reason = serializers.CharField(max_length=2000)
    override = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ErasureOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    kind = serializers.ChoiceField(Removal.Kind.choices)
    keep_until = serializers.DateTimeField()


class HoldInput(serializers.Serializer[object]):
    reason = serializers.CharField(max_length=2000)


class HoldOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    reason = serializers.CharField()
    placed_by = serializers.UUIDField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    lifted_by = serializers.UUIDField(allow_null=True)
    lifted_why = serializers.CharField()


class KeepingOutput(serializers.Serializer[object]):
    until = serializers.DateTimeField(help_text="Until when the record must be kept.")
    is_over = serializers.BooleanField()
    is_held = serializers.BooleanField()
    confirmation = serializers.CharField(help_text="What must be typed to erase it.")
    holds = HoldOutput(many=True)
