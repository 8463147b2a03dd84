"""The timeline over the API."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import timeline_serializers as shapes
from patients.timeline_words import summary_words


class TimelineView(IdempotentWrites):
    @extend_schema(parameters=[shapes.TimelineQuery], responses=shapes.TimelinePageOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.TimelineQuery, request.query_params)
        page = selectors.timeline_list(
            actor_of(request), query["patient_id"], shapes.wanted_of(query),
            **shapes.paging_of(query),
        )  # fmt: skip
        return Response(shapes.TimelinePageOutput(page).data)


class TimelineEventsView(IdempotentWrites):
    @extend_schema(
        request=shapes.TimelineEventInput, responses={201: shapes.TimelineEventOutput}
    )
    def post(self, request: Request) -> Response:
        data = parsed(shapes.TimelineEventInput, request.data)
        event = services.timeline_event_add(by=actor_of(request), **data)
        return Response(shapes.TimelineEventOutput(event).data, status=status.HTTP_201_CREATED)


class EventsView(TimelineView, TimelineEventsView):
    """`events/` is the timeline under the name that devices know."""


class TimelineEventView(IdempotentWrites):
    @extend_schema(responses=shapes.TimelineEventOutput)
    def get(self, request: Request, event_id: str) -> Response:
        event = selectors.timeline_event_get(actor_of(request), UUID(event_id))
        return Response(shapes.TimelineEventOutput(event).data)

    @extend_schema(request=shapes.TimelineEventChanges, responses=shapes.TimelineEventOutput)
    def put(self, request: Request, event_id: str) -> Response:
        data = parsed(shapes.TimelineEventChanges, request.data)
        version = data.pop("version", None)
        event = services.timeline_event_edit(
            by=actor_of(request), event_id=UUID(event_id), changes=data, version=version
        )
        return Response(shapes.TimelineEventOutput(event).data)

    @extend_schema(parameters=[shapes.TimelineVersionInput], responses={204: None})
    def delete(self, request: Request, event_id: str) -> Response:
        data = parsed(shapes.TimelineVersionInput, request.query_params)
        services.timeline_event_delete(by=actor_of(request), event_id=UUID(event_id), **data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TimelineHistoryView(IdempotentWrites):
    @extend_schema(responses=shapes.TimelineHistoryOutput)
    def get(self, request: Request, event_id: str) -> Response:
        """How the entry read before each change: who changed what, and when."""
        history = selectors.timeline_history(actor_of(request), UUID(event_id))
        return Response(shapes.TimelineHistoryOutput(history).data)


class TimelineRestoreView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.TimelineEventOutput)
    def post(self, request: Request, event_id: str) -> Response:
        """Put a removed entry back."""
        event = services.timeline_event_restore(by=actor_of(request), event_id=UUID(event_id))
        return Response(shapes.TimelineEventOutput(event).data)


class TimelineUndoView(IdempotentWrites):
    @extend_schema(request=shapes.TimelineVersionInput, responses=shapes.TimelineEventOutput)
    def post(self, request: Request, event_id: str) -> Response:
        """Take the last edit back; once more makes it again."""
        data = parsed(shapes.TimelineVersionInput, request.data)
        event = services.timeline_event_undo(
            by=actor_of(request), event_id=UUID(event_id), **data
        )
        return Response(shapes.TimelineEventOutput(event).data)


class TimelineSummaryView(IdempotentWrites):
    @extend_schema(parameters=[shapes.TimelineFilter], responses=shapes.TimelineSummaryOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.TimelineFilter, request.query_params)
        wanted = shapes.wanted_of(query)
        summary = selectors.timeline_summary(actor_of(request), query["patient_id"], wanted)
        context = {"says": summary_words(summary, wanted, now=clock.now())}
        return Response(shapes.TimelineSummaryOutput(summary, context=context).data)


class TimelineSearchView(IdempotentWrites):
    @extend_schema(
        parameters=[shapes.TimelineSearchQuery], responses=shapes.TimelineFoundOutput
    )
    def get(self, request: Request) -> Response:
        """Entries with all the words, the newest first; "a phrase" must stand as it is."""
        query = parsed(shapes.TimelineSearchQuery, request.query_params)
        page = selectors.timeline_search(
            actor_of(request), query["patient_id"], shapes.wanted_of(query),
            **shapes.paging_of(query),
        )  # fmt: skip
        return Response(shapes.TimelineFoundOutput(page).data)
