"""The shapes of the agents' API."""

from typing import Any

from rest_framework import serializers

from agents.turn.notes import SECTIONS
from agents.turn.question import LONGEST


class SessionInput(serializers.Serializer[Any]):
    patient_id = serializers.UUIDField()
    title = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class SessionOutput(serializers.Serializer[Any]):
    session_id = serializers.UUIDField(source="id")
    patient_id = serializers.UUIDField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()


class ChatInput(serializers.Serializer[Any]):
    """A question in a conversation, or about a patient, perhaps about a window of days."""

    message = serializers.CharField(max_length=LONGEST)
    patient_id = serializers.UUIDField(required=False)
    session_id = serializers.UUIDField(required=False)
    start = serializers.DateField(required=False)
    end = serializers.DateField(required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if "patient_id" not in data and "session_id" not in data:
            raise serializers.ValidationError("Say about whom: patient_id or session_id.")
        if ("start" in data) != ("end" in data) or data.get("start", 0) > data.get("end", 0):
            raise serializers.ValidationError("A window has a start and an end, in this order.")
        return data


class CitationOutput(serializers.Serializer[Any]):
    n = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    page = serializers.IntegerField(allow_null=True)
    quote = serializers.CharField()
    occurred_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField()


class SentenceOutput(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    part = serializers.CharField()
    text = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    citations = CitationOutput(many=True)


class AnswerOutput(serializers.Serializer[Any]):
    answer = serializers.CharField()
    sentences = SentenceOutput(many=True)
    confidence = serializers.CharField()
    abstained = serializers.BooleanField()
    state = serializers.CharField()
    engine = serializers.CharField()
    plan = serializers.DictField()
    prompts = serializers.DictField()
    evidence = serializers.IntegerField()
    dropped = serializers.DictField()
    session_id = serializers.UUIDField()
    turn_id = serializers.UUIDField()


class HistoryQuery(serializers.Serializer[Any]):
    patient_id = serializers.UUIDField(required=False)
    session_id = serializers.UUIDField(required=False)
    cursor = serializers.CharField(required=False)


class TurnOutput(AnswerOutput):
    question = serializers.CharField()
    patient_id = serializers.UUIDField()
    asked_at = serializers.DateTimeField()


class HistoryOutput(serializers.Serializer[Any]):
    items = TurnOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class NoteDraftInput(serializers.Serializer[Any]):
    patient_id = serializers.UUIDField()
    encounter_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class SectionsInput(serializers.Serializer[Any]):
    """Texts of a note's sections. A section that isn't named stays as it is."""

    revision = serializers.IntegerField(min_value=1)
    texts = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        default=dict,
        help_text=f"Any of {', '.join(SECTIONS)}; one statement a line.",
    )


class AmendInput(SectionsInput):
    reason = serializers.CharField(max_length=300)


class NoteOutput(serializers.Serializer[Any]):
    note_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    revision = serializers.IntegerField(source="number")
    state = serializers.CharField()
    sections = serializers.DictField()
    reason = serializers.CharField()
    written_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()


class NoteRevisionsOutput(serializers.Serializer[Any]):
    items = NoteOutput(many=True)


class GraphQuery(serializers.Serializer[Any]):
    patient_id = serializers.UUIDField()


class NodeOutput(serializers.Serializer[Any]):
    kind = serializers.CharField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class EdgeOutput(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    kind = serializers.CharField()
    origin_kind = serializers.CharField(source="origin.kind")
    origin_id = serializers.UUIDField(source="origin.id")
    place = serializers.JSONField(allow_null=True, help_text="Pages and boxes in the origin.")


class GraphOutput(serializers.Serializer[Any]):
    nodes = NodeOutput(many=True)
    edges = EdgeOutput(many=True)
