from rest_framework import serializers


class SeriesQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    metric = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    points = serializers.IntegerField(min_value=2, max_value=10_000, default=1000)


class SeriesOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    total = serializers.IntegerField(help_text="Samples in the window before thinning.")
    t = serializers.ListField(child=serializers.IntegerField(), help_text="ms UTC")
    v = serializers.ListField(child=serializers.FloatField(allow_null=True))


class ReceiptsQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    cursor = serializers.CharField(required=False)


class AggregatedQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    days = serializers.IntegerField(min_value=1, max_value=3660, default=90)
