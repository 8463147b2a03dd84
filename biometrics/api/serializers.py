from rest_framework import serializers


class ReceiptsQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    cursor = serializers.CharField(required=False)


class AggregatedQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    days = serializers.IntegerField(min_value=1, max_value=3660, default=90)


class DeviceInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    name = serializers.CharField(max_length=100)
    model = serializers.CharField(max_length=100, required=False, allow_blank=True)


class DeviceOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    name = serializers.CharField()
    model = serializers.CharField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class DevicesQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
