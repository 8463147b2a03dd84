"""Shapes of the timeline."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from patients.models import Visibility
from patients.selectors import Order, Wanted

LONGEST_BODY = 20_000


class TimelineEventInput(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    kind = serializers.CharField(max_length=40, default="note")
    title = serializers.CharField(max_length=200)
    body = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_BODY)
    occurred_at = serializers.DateTimeField()
    visibility = serializers.ChoiceField(Visibility.choices, required=False)


class TimelineEventChanges(serializers.Serializer[object]):
    kind = serializers.CharField(max_length=40, required=False)
    title = serializers.CharField(max_length=200, required=False)
    body = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_BODY)
    occurred_at = serializers.DateTimeField(required=False)
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    version = serializers.IntegerField(
        required=False, help_text="The version that was read: another one is a 409."
    )


class TimelineVersionInput(serializers.Serializer[object]):
    version = serializers.IntegerField(
        required=False, help_text="The version that was read: another one is a 409."
    )


class TimelineEventOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    source_kind = serializers.CharField()
    source_id = serializers.UUIDField(allow_null=True)
    created_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    visibility = serializers.CharField()
    version = serializers.IntegerField()


class TimelinePageOutput(serializers.Serializer[object]):
    items = TimelineEventOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class TimelineSummaryOutput(serializers.Serializer[object]):
    total = serializers.IntegerField()
    by_kind = serializers.DictField(child=serializers.IntegerField())
    by_month = serializers.SerializerMethodField()
    by_author = serializers.DictField(child=serializers.IntegerField())
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    exact = serializers.BooleanField(
        help_text="False where a phrase was asked for: its words were counted."
    )
    unsearchable = serializers.IntegerField(
        help_text="Entries that no search finds until the index is rebuilt."
    )
    says = serializers.SerializerMethodField(help_text="The figures in a sentence.")

    def get_by_month(self, summary: Any) -> dict[str, int]:
        return {f"{month:%Y-%m}": count for month, count in summary.by_month.items()}

    def get_says(self, summary: Any) -> str:
        return str(self.context["says"])


class TimelinePartOutput(serializers.Serializer[object]):
    text = serializers.CharField()
    hit = serializers.BooleanField()


class TimelineHitOutput(serializers.Serializer[object]):
    """An entry that was found; `snippet` is the telling piece of its body."""

    def to_representation(self, hit: Any) -> dict[str, Any]:
        return {
            **TimelineEventOutput(hit.event).data,
            "title_parts": TimelinePartOutput(hit.title, many=True).data,
            "snippet": TimelinePartOutput(hit.snippet, many=True).data,
        }


class TimelineFoundOutput(serializers.Serializer[object]):
    items = TimelineHitOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ValueField(serializers.CharField):
    """What a field held: words, or a moment."""

    def to_representation(self, value: Any) -> str:
        return value.isoformat() if isinstance(value, datetime) else str(value)


class FieldChangeOutput(serializers.Serializer[object]):
    field = serializers.CharField()
    before = ValueField()
    after = ValueField()


class TimelineChangeOutput(serializers.Serializer[object]):
    version = serializers.IntegerField(help_text="The version that the act made.")
    act = serializers.CharField()
    by = serializers.UUIDField()
    at = serializers.DateTimeField()
    changes = FieldChangeOutput(many=True)


class TimelineHistoryOutput(serializers.Serializer[object]):
    event = TimelineEventOutput()
    deleted_at = serializers.DateTimeField(source="event.deleted_at", allow_null=True)
    items = TimelineChangeOutput(many=True, source="changes")


class TimelineFilter(serializers.Serializer[object]):
    """`kind` takes several, parted by commas; `q` words and "phrases"."""

    patient_id = serializers.UUIDField()
    kind = serializers.CharField(required=False, default="", allow_blank=True)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    author = serializers.UUIDField(required=False)
    q = serializers.CharField(required=False, default="", max_length=200, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("since") and attrs.get("until") and attrs["until"] < attrs["since"]:
            raise serializers.ValidationError({"until": ["This is before since."]})
        return attrs


class TimelineQuery(TimelineFilter):
    order = serializers.ChoiceField([order.value for order in Order], default="newest")
    cursor = serializers.CharField(required=False)
    size = serializers.IntegerField(required=False, default=50, min_value=1, max_value=500)


class TimelineSearchQuery(TimelineQuery):
    q = serializers.CharField(min_length=2, max_length=200)
    size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=50)


def wanted_of(query: dict[str, Any]) -> Wanted:
    kinds = (kind.strip() for kind in query["kind"].split(","))
    return Wanted(
        frozenset(filter(None, kinds)), query.get("since"), query.get("until"),
        query.get("author"), query["q"],
    )  # fmt: skip


def paging_of(query: dict[str, Any]) -> dict[str, Any]:
    return {
        "order": Order(query["order"]),
        "cursor": query.get("cursor"),
        "size": query["size"],
    }
