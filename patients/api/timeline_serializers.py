"""Shapes of the timeline."""

from rest_framework import serializers


class TimelineEventInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    kind = serializers.CharField(max_length=40, default="note")
    title = serializers.CharField(max_length=200)
    body = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    occurred_at = serializers.DateTimeField()


class TimelineEventChanges(serializers.Serializer[object]):
    kind = serializers.CharField(max_length=40, required=False)
    title = serializers.CharField(max_length=200, required=False)
    body = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    occurred_at = serializers.DateTimeField(required=False)
    version = serializers.IntegerField(required=False)


class TimelineEventOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    source_kind = serializers.CharField()
    source_id = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField()


class TimelinePageOutput(serializers.Serializer[object]):
    items = TimelineEventOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class TimelineSummaryOutput(serializers.Serializer[object]):
    total = serializers.IntegerField()
    by_kind = serializers.DictField(child=serializers.IntegerField())
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)


class TimelineQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    kind = serializers.CharField(required=False, default="")
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    cursor = serializers.CharField(required=False)


class TimelineSearchQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    q = serializers.CharField(min_length=2, max_length=200)
