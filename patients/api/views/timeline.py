"""The timeline over the API."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import timeline_serializers as shapes


class TimelineView(IdempotentWrites):
    @extend_schema(parameters=[shapes.TimelineQuery], responses=shapes.TimelinePageOutput)
    def get(self, request: Request) -> Response:
        page = selectors.timeline_page(
            actor_of(request), **parsed(shapes.TimelineQuery, request.query_params)
        )
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
    @extend_schema(request=shapes.TimelineEventChanges, responses=shapes.TimelineEventOutput)
    def put(self, request: Request, event_id: str) -> Response:
        data = parsed(shapes.TimelineEventChanges, request.data)
        version = data.pop("version", None)
        event = services.timeline_event_edit(
            by=actor_of(request), event_id=UUID(event_id), changes=data, version=version
        )
        return Response(shapes.TimelineEventOutput(event).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, event_id: str) -> Response:
        services.timeline_event_delete(by=actor_of(request), event_id=UUID(event_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TimelineSummaryView(IdempotentWrites):
    @extend_schema(parameters=[shapes.TimelineQuery], responses=shapes.TimelineSummaryOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.TimelineQuery, request.query_params)
        summary = selectors.timeline_summary(actor_of(request), query["patient_id"])
        return Response(shapes.TimelineSummaryOutput(summary).data)


class TimelineSearchView(IdempotentWrites):
    @extend_schema(
        parameters=[shapes.TimelineSearchQuery],
        responses=shapes.TimelineEventOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        query = parsed(shapes.TimelineSearchQuery, request.query_params)
        events = selectors.timeline_search(actor_of(request), query["patient_id"], query["q"])
        return Response({"items": shapes.TimelineEventOutput(events, many=True).data})
