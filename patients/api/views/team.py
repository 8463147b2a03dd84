"""Care team, cover, hand-over, proxies and emergency access over the API."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.accounts.stepup import demand_recent
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import people_serializers as shapes


class CareTeamView(IdempotentWrites):
    @extend_schema(responses=shapes.TeamOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """Every membership, past, present and to come."""
        return _team(request, UUID(patient_id))

    @extend_schema(request=shapes.MemberInput, responses={201: shapes.TeamOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        data = parsed(shapes.MemberInput, request.data)
        services.care_team_member_add(by=actor_of(request), patient_id=UUID(patient_id), **data)
        return _team(request, UUID(patient_id), status=status.HTTP_201_CREATED)


class CareTeamEndView(IdempotentWrites):
    @extend_schema(request=shapes.MemberEndInput, responses={204: None})
    def post(self, request: Request, patient_id: str) -> Response:
        """End a membership now. Who treats alone can't go without handing over."""
        data = parsed(shapes.MemberEndInput, request.data)
        services.care_team_member_end(by=actor_of(request), patient_id=UUID(patient_id), **data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class HandOverView(IdempotentWrites):
    @extend_schema(request=shapes.HandOverInput, responses=shapes.CountOutput)
    def post(self, request: Request) -> Response:
        data = parsed(shapes.HandOverInput, request.data)
        count = services.care_hand_over(by=actor_of(request), **data)
        return Response({"patients": count})


class CoverView(IdempotentWrites):
    @extend_schema(request=shapes.CoverInput, responses=shapes.CountOutput)
    def post(self, request: Request) -> Response:
        """A colleague covers for who asks, for everyone whom they treat."""
        data = parsed(shapes.CoverInput, request.data)
        return Response({"patients": services.care_cover(by=actor_of(request), **data)})


class ProxiesView(IdempotentWrites):
    @extend_schema(responses=shapes.ProxiesOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        selectors.patient_get(actor_of(request), UUID(patient_id))
        found = selectors.proxies(actor_of(request), UUID(patient_id))
        return Response(shapes.ProxiesOutput({"items": found}).data)

    @extend_schema(request=shapes.ProxyInput, responses={201: shapes.ProxyOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        data = parsed(shapes.ProxyInput, request.data)
        proxy = services.proxy_add(by=actor_of(request), patient_id=UUID(patient_id), **data)
        return Response(shapes.ProxyOutput(proxy).data, status=status.HTTP_201_CREATED)


class ProxyEndView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.ProxyOutput)
    def post(self, request: Request, patient_id: str, proxy_id: str) -> Response:
        proxy = services.proxy_end(
            by=actor_of(request), patient_id=UUID(patient_id), proxy_id=UUID(proxy_id)
        )
        return Response(shapes.ProxyOutput(proxy).data)


class BreakGlassView(IdempotentWrites):
    @extend_schema(responses=shapes.GlassesOutput)
    def get(self, request: Request) -> Response:
        """What waits for a review; for admins and auditors."""
        found = selectors.glass_to_review(actor_of(request))
        return Response(shapes.GlassesOutput({"items": found}).data)

    @extend_schema(request=shapes.GlassInput, responses={201: shapes.GlassOutput})
    def post(self, request: Request) -> Response:
        """See a patient who isn't one's own, for a typed reason and a while."""
        demand_recent(request)
        actor, data = actor_of(request), parsed(shapes.GlassInput, request.data)
        reason = data.pop("reason")
        patient_id = services.break_glass_find(by=actor, **data)
        glass = services.break_glass_open(by=actor, patient_id=patient_id, reason=reason)
        return Response(shapes.GlassOutput(glass).data, status=status.HTTP_201_CREATED)


class BreakGlassEndView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.GlassOutput)
    def post(self, request: Request, glass_id: str) -> Response:
        glass = services.break_glass_end(by=actor_of(request), break_glass_id=UUID(glass_id))
        return Response(shapes.GlassOutput(glass).data)


class BreakGlassReviewView(IdempotentWrites):
    @extend_schema(request=shapes.ReviewInput, responses=shapes.GlassOutput)
    def post(self, request: Request, glass_id: str) -> Response:
        data = parsed(shapes.ReviewInput, request.data)
        glass = services.break_glass_review(
            by=actor_of(request), break_glass_id=UUID(glass_id), **data
        )
        return Response(shapes.GlassOutput(glass).data)


def _team(request: Request, patient_id: UUID, *, status: int = 200) -> Response:
    selectors.patient_get(actor_of(request), patient_id)
    found = selectors.care_team(actor_of(request), patient_id)
    return Response(shapes.TeamOutput({"items": found}).data, status=status)
