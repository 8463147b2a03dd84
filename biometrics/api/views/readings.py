"""Readings out: series and summaries."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from biometrics import selectors
from biometrics.api import serializers as shapes
from biometrics.presenters.readings import aggregate_document, series_document
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.parsing import parsed


class SeriesView(APIView):
    @extend_schema(parameters=[shapes.SeriesQuery], responses=shapes.SeriesOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.SeriesQuery, request.query_params)
        return Response(series_document(selectors.series(actor_of(request), **query)))


class AggregatedView(APIView):
    @extend_schema(parameters=[shapes.AggregatedQuery], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.AggregatedQuery, request.query_params)
        found = selectors.aggregated(actor_of(request), **query, now=clock.now())
        return Response(aggregate_document(found))
