"""The audit trail for programs of auditors and admins."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import staff_names_of
from clinicity.audit import selectors
from clinicity.audit import services as audit
from clinicity.audit.services.exporting import trail_export
from clinicity.common.parsing import parsed
from clinicity.common.streams import streamed
from clinicity.portal.api import serializers as shapes
from clinicity.portal.audit import presenters
from clinicity.portal.audit.search import demand_wanted


class EventsView(APIView):
    @extend_schema(parameters=[shapes.EventsInput], responses=shapes.EventsOutput)
    def get(self, request: Request) -> Response:
        """The trail, newest first."""
        actor, data = actor_of(request), parsed(shapes.EventsInput, request.query_params)
        wanted = demand_wanted(actor, data)
        page = selectors.events_page(actor, wanted, cursor=data["cursor"] or None)
        items = presenters.events_told(actor, page.items)
        return Response({"items": items, "next_cursor": page.next_cursor})


class EventView(APIView):
    @extend_schema(responses=shapes.EventDetailOutput)
    def get(self, request: Request, audit_id: str) -> Response:
        """One event, with its place in the chain and whether its link holds."""
        actor = actor_of(request)
        event = selectors.event_get(actor, UUID(audit_id))
        (told,) = presenters.events_told(actor, [event])
        standing = selectors.standing_of(actor, event.id)
        chain = shapes.StandingOutput(standing).data if standing else None
        return Response(told | {"chain": chain})


class ExportView(APIView):
    @extend_schema(
        parameters=[shapes.ExportInput],
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/fhir+json"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """What a search finds, as CSV or as a Bundle of FHIR AuditEvents."""
        actor, data = actor_of(request), parsed(shapes.ExportInput, request.query_params)
        made = trail_export(
            by=actor, wanted=demand_wanted(actor, data), written_as=data["format"],
            names_of=staff_names_of,
        )  # fmt: skip
        headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
        return StreamingHttpResponse(
            streamed(request._request, made.parts()),
            content_type=made.content_type,
            headers=headers,
        )

    def perform_content_negotiation(self, request: Request, *_: Any, **__: Any) -> Any:
        """`format` says what is wanted, and isn't one of the framework's renderers."""
        (renderer,) = self.get_renderers()
        return renderer, renderer.media_type


class AlertsView(APIView):
    @extend_schema(
        parameters=[shapes.SecurityAlertsInput], responses=shapes.SecurityAlertsOutput
    )
    def get(self, request: Request) -> Response:
        """Unusual access that rules found, newest first."""
        data = parsed(shapes.SecurityAlertsInput, request.query_params)
        page = selectors.security_alerts(
            actor_of(request), state=data["state"], cursor=data["cursor"] or None
        )
        items = [presenters.alert_told(alert) for alert in page.items]
        return Response({"items": items, "next_cursor": page.next_cursor})


class AlertAcknowledgeView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.SecurityAlertOutput)
    def post(self, request: Request, security_id: str) -> Response:
        """Say that one looks into it."""
        alert = audit.security_alert_acknowledge(
            by=actor_of(request), alert_id=UUID(security_id)
        )
        return Response(presenters.alert_told(alert))


class AlertReviewView(IdempotentWrites):
    @extend_schema(request=shapes.SecurityReviewInput, responses=shapes.SecurityAlertOutput)
    def post(self, request: Request, security_id: str) -> Response:
        """Close it with what came of it."""
        data = parsed(shapes.SecurityReviewInput, request.data)
        alert = audit.security_alert_review(
            by=actor_of(request), alert_id=UUID(security_id), **data
        )
        return Response(presenters.alert_told(alert))


class VerifyView(IdempotentWrites):
    @extend_schema(request=None, responses={202: shapes.ProofOutput})
    def post(self, request: Request) -> Response:
        """Ask for a proof of the whole trail, as a job."""
        job = audit.trail_verify(by=actor_of(request))
        told = presenters.proof_told(job, None)
        return Response(told, status=status.HTTP_202_ACCEPTED)


class ProofView(APIView):
    @extend_schema(responses=shapes.ProofOutput)
    def get(self, request: Request, job_id: str) -> Response:
        """How far a proof is, and what it found."""
        found = selectors.proof(actor_of(request), UUID(job_id))
        return Response(presenters.proof_told(*found))
