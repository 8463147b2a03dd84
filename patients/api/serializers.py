from typing import Any

from rest_framework import serializers

from patients.models import Patient


class PatientInput(serializers.Serializer[object]):
    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    date_of_birth = serializers.DateField()
    sex = serializers.ChoiceField(choices=Patient.Sex.choices, required=False)
    preferred_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    record_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=40, required=False)


class PatientChanges(PatientInput):
    first_name = serializers.CharField(max_length=100, required=False)
    last_name = serializers.CharField(max_length=100, required=False)
    date_of_birth = serializers.DateField(required=False)
    version = serializers.IntegerField(required=False)


class PatientOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    preferred_name = serializers.CharField()
    date_of_birth = serializers.DateField()
    sex = serializers.CharField()
    record_number = serializers.CharField()
    time_zone = serializers.CharField()
    simulated = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class PatientCreatedOutput(PatientOutput):
    possible_duplicates = serializers.IntegerField(
        help_text="How many records with this whole name and birth date were here before."
    )


class DuplicatesQuery(serializers.Serializer[object]):
    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    date_of_birth = serializers.DateField()


class DuplicatesOutput(serializers.Serializer[object]):
    count = serializers.IntegerField(help_text="Whoever treats them.")
    seen = PatientOutput(many=True, help_text="Those of them that you may see.")


class PatientRowOutput(PatientOutput):
    """A patient among others. One whose record can't be opened says so and nothing else."""

    first_name = serializers.CharField(allow_null=True)
    last_name = serializers.CharField(allow_null=True)
    preferred_name = serializers.CharField(allow_null=True)
    date_of_birth = serializers.DateField(allow_null=True)
    sex = serializers.CharField(allow_null=True)
    record_number = serializers.CharField(allow_null=True)
    cant_open = serializers.CharField(
        help_text="Why the record can't be opened; then every value that is sealed is null."
    )

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if not instance.cant_open:
            return super().to_representation(instance)
        sealed = instance.Privacy.protected
        return {
            name: None if name in sealed else field.to_representation(getattr(instance, name))
            for name, field in self.fields.items()
        }


class PatientPageOutput(serializers.Serializer[object]):
    items = PatientRowOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ZoneMoveInput(serializers.Serializer[object]):
    zone = serializers.CharField(max_length=40)
    since = serializers.DateTimeField()


class ZoneMoveOutput(serializers.Serializer[object]):
    zone = serializers.CharField()
    before = serializers.CharField(help_text="The zone of the moment just before.")
    since = serializers.DateTimeField()
    made_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()


class ZoneMovesOutput(serializers.Serializer[object]):
    items = ZoneMoveOutput(many=True)
