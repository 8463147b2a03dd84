"""Summaries of all metrics."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from biometrics import selectors
from biometrics.api import serializers as shapes
from biometrics.presenters.readings import aggregate_document
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.parsing import parsed


class AggregatedView(APIView):
    @extend_schema(parameters=[shapes.AggregatedQuery], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.AggregatedQuery, request.query_params)
        found = selectors.aggregated(actor_of(request), **query, now=clock.now())
        return Response(aggregate_document(found))
