from rest_framework import serializers


class GenerateInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()


class JobAcceptedOutput(serializers.Serializer[object]):
    job_id = serializers.UUIDField()
    status_url = serializers.CharField()


class JobOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    patient_id = serializers.UUIDField(allow_null=True)
    state = serializers.CharField()
    done_count = serializers.IntegerField()
    total_count = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class SnapshotLineOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    ledger_position = serializers.IntegerField()
    features_version = serializers.IntegerField()
    model_versions = serializers.DictField()
    window_start = serializers.DateField(allow_null=True)
    window_end = serializers.DateField(allow_null=True)
    input_digest = serializers.CharField()
    content_digest = serializers.CharField()
    figures = serializers.IntegerField()


class SnapshotPageOutput(serializers.Serializer[object]):
    items = SnapshotLineOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class FeatureOutput(serializers.Serializer[object]):
    name = serializers.CharField()
    value = serializers.FloatField()
    unit = serializers.CharField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    level = serializers.IntegerField(help_text="Per cent of the interval from low to high.")
    days = serializers.IntegerField()
    of_days = serializers.IntegerField()


class AbstentionOutput(serializers.Serializer[object]):
    name = serializers.CharField()
    reason = serializers.CharField()
    have = serializers.IntegerField()
    need = serializers.IntegerField()


class SnapshotOutput(SnapshotLineOutput):
    zone = serializers.CharField(source="content.zone")
    features = FeatureOutput(many=True, source="content.features")
    abstentions = AbstentionOutput(many=True, source="content.abstentions")
    coverage = serializers.DictField(source="content.coverage")
