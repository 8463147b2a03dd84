from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class ReceiptsQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    cursor = serializers.CharField(required=False)


@extend_schema_field(OpenApiTypes.STR)
class PositionOrTime(serializers.Field[Any, Any, Any, Any]):
    """A position of the ledger, or a moment."""

    def to_internal_value(self, data: Any) -> Any:
        if str(data).isdecimal():
            return int(data)
        return serializers.DateTimeField().to_internal_value(data)

    def to_representation(self, value: Any) -> Any:
        return value


class AsOfQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    metric = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    as_of = PositionOrTime()


class StreamQuery(serializers.Serializer[object]):
    key = serializers.CharField(max_length=200)


class CorrectionInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    metric = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    device_id = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=500)
    to_patient_id = serializers.UUIDField(
        required=False, help_text="Move them there; without it they are entered in error."
    )


class RestoreInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    position = serializers.IntegerField(min_value=1)


class RemovalInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    ground = serializers.CharField()
    reason = serializers.CharField(max_length=500)
    metrics = serializers.ListField(child=serializers.CharField(), required=False)
    device_id = serializers.UUIDField(required=False, allow_null=True)
    start = serializers.DateTimeField(required=False, allow_null=True)
    end = serializers.DateTimeField(required=False, allow_null=True)


class RemovalsQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()


class RemovalLiftInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()


class RemovalOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    ground = serializers.CharField()
    reason = serializers.CharField()
    metrics = serializers.ListField(child=serializers.CharField())
    device_id = serializers.UUIDField(allow_null=True)
    start_ms = serializers.IntegerField(allow_null=True)
    end_ms = serializers.IntegerField(allow_null=True)
    removed_by = serializers.UUIDField()
    samples = serializers.IntegerField()
    ledger_rows = serializers.IntegerField()
    segments = serializers.IntegerField()
    rollups = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())
    lifted_at = serializers.DateTimeField(allow_null=True)


class RemovalsOutput(serializers.Serializer[object]):
    items = RemovalOutput(many=True)


class AggregatedQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    days = serializers.IntegerField(min_value=1, max_value=3660, default=90)
