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


class PatientPageOutput(serializers.Serializer[object]):
    items = PatientOutput(many=True)
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
