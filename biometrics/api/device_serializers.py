from rest_framework import serializers

from biometrics.metrics import METRICS
from biometrics.models import Device
from biometrics.services.devices import REASONS


class DevicesQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()


class DeviceInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(choices=Device.Kind.choices, default=Device.Kind.OTHER)
    model = serializers.CharField(max_length=100, required=False, allow_blank=True)
    serial_number = serializers.CharField(max_length=100, required=False, allow_blank=True)


class DeviceChanges(serializers.Serializer[object]):
    name = serializers.CharField(max_length=100, required=False)
    kind = serializers.ChoiceField(choices=Device.Kind.choices, required=False)
    model = serializers.CharField(max_length=100, required=False, allow_blank=True)
    serial_number = serializers.CharField(max_length=100, required=False, allow_blank=True)


class DeviceOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    model = serializers.CharField()
    serial_number = serializers.CharField(allow_null=True)
    paired_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_seen_at = serializers.DateTimeField(allow_null=True)
    battery_percent = serializers.FloatField(allow_null=True)
    clock_skew_ms = serializers.IntegerField(
        allow_null=True, help_text="How far its clock runs ahead; negative: behind."
    )
    clock_skew_at = serializers.DateTimeField(allow_null=True)


class DeviceListOutput(serializers.Serializer[object]):
    items = DeviceOutput(many=True)


class RevocationInput(serializers.Serializer[object]):
    reason = serializers.ChoiceField(
        choices=[reason for reason in REASONS if reason], required=False
    )


class PairingCodeOutput(serializers.Serializer[object]):
    device_id = serializers.UUIDField(source="device.id")
    code = serializers.CharField(source="text", help_text="Shown this once.")
    expires_at = serializers.DateTimeField()


class PairInput(serializers.Serializer[object]):
    code = serializers.CharField(max_length=40)


class PairedOutput(serializers.Serializer[object]):
    device_id = serializers.UUIDField(source="device.id")
    patient_id = serializers.UUIDField(source="device.patient_id")
    token = serializers.CharField(help_text="For `POST biometric-events`, and nothing else.")
    expires_in = serializers.IntegerField(help_text="Seconds until the token ends.")


class PrecedenceInput(serializers.Serializer[object]):
    metric = serializers.ChoiceField(
        choices=["", *METRICS], default="", help_text="Empty: every metric without its own."
    )
    devices = serializers.ListField(
        child=serializers.UUIDField(), max_length=100,
        help_text="The preferred one first. Empty takes the order away.",
    )  # fmt: skip


class PrecedenceOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    devices = serializers.ListField(child=serializers.UUIDField())


class PrecedencesOutput(serializers.Serializer[object]):
    items = PrecedenceOutput(many=True)
