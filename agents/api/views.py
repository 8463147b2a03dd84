"""Chat and notes over the API: parse, one domain call, answer."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents import selectors, services
from agents.api import serializers as shapes
from agents.api.streams import resumed, stream
from agents.presenters import answer_json
from agents.selectors import Answered
from agents.turn.window import Window
from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import Invalid, NotBuilt
from clinicity.common.parsing import parsed


class SessionView(IdempotentWrites):
    @extend_schema(request=shapes.SessionInput, responses={201: shapes.SessionOutput})
    def post(self, request: Request) -> Response:
        data = parsed(shapes.SessionInput, request.data)
        session = services.session_create(by=actor_of(request), **data)
        return Response(shapes.SessionOutput(session).data, status=status.HTTP_201_CREATED)


class ChatView(IdempotentWrites):
    """Ask, and wait for the whole answer."""

    @extend_schema(request=shapes.ChatInput, responses=shapes.AnswerOutput)
    def post(self, request: Request) -> Response:
        answered = services.question_answer(by=actor_of(request), **_asked(request))
        return Response(answer_json(answered))


class AnyAccepted(BaseContentNegotiation):
    """Errors are JSON whatever the client accepts; the stream has its own type."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ChatStreamView(APIView):
    """Ask, and be told each step and each sentence as server-sent events."""

    content_negotiation_class = AnyAccepted

    @extend_schema(
        request=shapes.ChatInput, responses={(200, "text/event-stream"): OpenApiTypes.STR}
    )
    def post(self, request: Request) -> StreamingHttpResponse:
        actor, last = actor_of(request), request.headers.get("Last-Event-ID")
        if last:
            return resumed(actor, last)
        return stream(actor, services.turn_begin(by=actor, **_asked(request)))

    @extend_schema(responses={(200, "text/event-stream"): OpenApiTypes.STR})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Go on after `Last-Event-ID`: what EventSource sends when it reconnects."""
        last = request.headers.get("Last-Event-ID")
        if not last:
            raise Invalid("Send Last-Event-ID to resume, or POST a question.")
        return resumed(actor_of(request), last)


class HistoryView(APIView):
    @extend_schema(parameters=[shapes.HistoryQuery], responses=shapes.HistoryOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.HistoryQuery, request.query_params)
        page = selectors.history(actor_of(request), **query)
        return Response(
            {"items": [_turn(one) for one in page.items], "next_cursor": page.next_cursor}
        )


class NoteDraftView(IdempotentWrites):
    @extend_schema(request=shapes.NoteDraftInput, responses={201: shapes.NoteOutput})
    def post(self, request: Request) -> Response:
        data = parsed(shapes.NoteDraftInput, request.data)
        note = services.note_draft(by=actor_of(request), **data)
        return Response(shapes.NoteOutput(note).data, status=status.HTTP_201_CREATED)


class NoteView(IdempotentWrites):
    @extend_schema(responses=shapes.NoteRevisionsOutput)
    def get(self, request: Request, note_id: str) -> Response:
        revisions = selectors.note_get(actor_of(request), UUID(note_id))
        return Response({"items": shapes.NoteOutput(revisions, many=True).data})

    @extend_schema(request=shapes.SectionsInput, responses=shapes.NoteOutput)
    def put(self, request: Request, note_id: str) -> Response:
        data = parsed(shapes.SectionsInput, request.data)
        note = services.note_edit(by=actor_of(request), note_id=UUID(note_id), **data)
        return Response(shapes.NoteOutput(note).data)


class NoteSignView(IdempotentWrites):
    @extend_schema(request=shapes.SectionsInput, responses=shapes.NoteOutput)
    def post(self, request: Request, note_id: str) -> Response:
        data = parsed(shapes.SectionsInput, request.data)
        note = services.note_sign(by=actor_of(request), note_id=UUID(note_id), **data)
        return Response(shapes.NoteOutput(note).data)


class NoteAmendView(IdempotentWrites):
    @extend_schema(request=shapes.AmendInput, responses=shapes.NoteOutput)
    def post(self, request: Request, note_id: str) -> Response:
        data = parsed(shapes.AmendInput, request.data)
        note = services.note_amend(by=actor_of(request), note_id=UUID(note_id), **data)
        return Response(shapes.NoteOutput(note).data)


class GraphView(APIView):
    """A patient's conditions, medications and documents, and what links them."""

    @extend_schema(parameters=[shapes.GraphQuery], responses=shapes.GraphOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.GraphQuery, request.query_params)
        graph = selectors.patient_graph(actor_of(request), query["patient_id"])
        return Response(shapes.GraphOutput(graph).data)


class UnbuiltView(APIView):
    """A room of the design with a door and nothing behind it yet."""

    @extend_schema(responses={501: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        raise NotBuilt("Nothing was read or written.")

    @extend_schema(request=None, responses={501: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        raise NotBuilt("Nothing was read or written.")


def _asked(request: Request) -> dict[str, Any]:
    data = parsed(shapes.ChatInput, request.data)
    window = Window(data["start"], data["end"]) if "start" in data else None
    return {
        "asked": services.Question(data["message"], window),
        "session_id": data.get("session_id"),
        "patient_id": data.get("patient_id"),
    }


def _turn(answered: Answered) -> dict[str, Any]:
    turn = answered.turn
    return answer_json(answered) | {
        "question": turn.question,
        "patient_id": str(turn.patient_id),
        "asked_at": turn.created_at,
    }
