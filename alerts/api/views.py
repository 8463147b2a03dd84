"""Alerts and rules over the API: parse, one domain call, answer."""

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts import selectors, services
from alerts.api import serializers as shapes
from alerts.models import Alert
from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed


class RulesView(IdempotentWrites):
    @extend_schema(parameters=[shapes.RuleQuery], responses=shapes.RuleOutput(many=True))
    def get(self, request: Request) -> Response:
        query = parsed(shapes.RuleQuery, request.query_params)
        return Response(
            shapes.RuleOutput(selectors.rules(actor_of(request), **query), many=True).data
        )

    @extend_schema(request=shapes.RuleInput, responses={201: shapes.RuleOutput})
    def post(self, request: Request) -> Response:
        data = parsed(shapes.RuleInput, request.data)
        rule = services.rule_create(by=actor_of(request), **data)
        return Response(shapes.RuleOutput(rule).data, status=status.HTTP_201_CREATED)


class RuleView(IdempotentWrites):
    @extend_schema(responses=shapes.RuleOutput)
    def get(self, request: Request, rule_id: str) -> Response:
        rule = selectors.rule_get(actor_of(request), UUID(rule_id))
        return Response(shapes.RuleOutput(rule).data)

    @extend_schema(request=shapes.RuleChanges, responses=shapes.RuleOutput)
    def patch(self, request: Request, rule_id: str) -> Response:
        changes = parsed(shapes.RuleChanges, request.data)
        rule = services.rule_edit(by=actor_of(request), rule_id=UUID(rule_id), changes=changes)
        return Response(shapes.RuleOutput(rule).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, rule_id: str) -> Response:
        services.rule_retire(by=actor_of(request), rule_id=UUID(rule_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RuleDryRunView(APIView):
    @extend_schema(request=shapes.DryRunInput, responses=shapes.DryRunOutput)
    def post(self, request: Request) -> Response:
        data = parsed(shapes.DryRunInput, request.data)
        run = services.rule_dry_run(by=actor_of(request), **data)
        return Response(shapes.DryRunOutput(run).data)


class AlertsView(APIView):
    @extend_schema(parameters=[shapes.AlertQuery], responses=shapes.AlertListOutput)
    def get(self, request: Request) -> Response:
        query, actor = parsed(shapes.AlertQuery, request.query_params), actor_of(request)
        page = selectors.alerts_page(actor, **query)
        coverage = selectors.coverage(actor, patient_id=query.get("patient_id"))
        return Response(
            shapes.AlertPageOutput(page).data
            | {"checked_against": shapes.CoverageOutput(coverage).data}
        )


class AlertView(APIView):
    @extend_schema(responses=shapes.AlertDetailOutput)
    def get(self, request: Request, alert_id: str) -> Response:
        actor = actor_of(request)
        alert = selectors.alert_get(actor, UUID(alert_id))
        events = selectors.alert_events(actor, alert.id)
        return Response(
            shapes.AlertOutput(alert).data
            | {"events": shapes.AlertEventOutput(events, many=True).data}
        )


class AlertActView(IdempotentWrites):
    """One act on one alert; the classes below name it."""

    act: ClassVar[Callable[..., Alert]]
    shape: ClassVar[type[shapes.NoteInput]] = shapes.NoteInput

    @extend_schema(request=shapes.NoteInput, responses=shapes.AlertOutput)
    def post(self, request: Request, alert_id: str) -> Response:
        data = parsed(self.shape, request.data)
        alert = type(self).act(by=actor_of(request), alert_id=UUID(alert_id), **data)
        return Response(shapes.AlertOutput(alert).data)


class AcknowledgeView(AlertActView):
    act = staticmethod(services.alert_acknowledge)


class SnoozeView(AlertActView):
    act = staticmethod(services.alert_snooze)
    shape = shapes.SnoozeInput


class EscalateView(AlertActView):
    act = staticmethod(services.alert_escalate)


class ResolveView(AlertActView):
    act = staticmethod(services.alert_resolve)
