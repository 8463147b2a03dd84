"""Measurements read back: series, rollups, samples, coverage, comparison, the catalogue."""

from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from biometrics.api import reading_serializers as shapes
from biometrics.presenters import documents
from biometrics.selectors.annotations import annotations
from biometrics.selectors.compare import comparison
from biometrics.selectors.coverage import coverage
from biometrics.selectors.rollups import periods_page
from biometrics.selectors.samples import samples_page
from biometrics.selectors.windows import Look, window
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.parsing import parsed
from patients.selectors import patient_get

PLACE = ("patient_id", "metric", "start", "end")


class SeriesView(APIView):
    @extend_schema(parameters=[shapes.WindowQuery], responses=shapes.WindowOutput)
    def get(self, request: Request) -> Response:
        query, actor = parsed(shapes.WindowQuery, request.query_params), actor_of(request)
        place = {name: query.pop(name) for name in PLACE}
        with_marks = query.pop("annotations")
        document = documents.window_document(window(actor, **place, look=Look(**query)))
        if with_marks:
            place.pop("metric")
            marks = annotations(actor, **place)
            document["annotations"] = [documents.mark_document(mark) for mark in marks]
        return Response(document)


class RollupsView(APIView):
    @extend_schema(parameters=[shapes.RollupsQuery], responses=shapes.RollupsOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.RollupsQuery, request.query_params)
        return Response(documents.periods_document(periods_page(actor_of(request), **query)))


class SamplesView(APIView):
    @extend_schema(parameters=[shapes.SamplesQuery], responses=shapes.SamplesOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.SamplesQuery, request.query_params)
        return Response(documents.samples_document(samples_page(actor_of(request), **query)))


class CoverageView(APIView):
    @extend_schema(parameters=[shapes.CoverageQuery], responses=shapes.ReadingCoverageOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.CoverageQuery, request.query_params)
        if "last" not in query:
            patient = patient_get(actor_of(request), query["patient_id"])
            query["last"] = clock.now().astimezone(ZoneInfo(patient.time_zone)).date()
        query["metrics"] = sorted(query.pop("metrics", ()))
        return Response(documents.coverage_document(coverage(actor_of(request), **query)))


class CompareView(APIView):
    @extend_schema(parameters=[shapes.CompareQuery], responses=shapes.CompareOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.CompareQuery, request.query_params)
        return Response(documents.comparison_document(comparison(actor_of(request), **query)))


class MetricsView(APIView):
    @extend_schema(responses=shapes.CatalogueOutput)
    def get(self, request: Request) -> Response:
        actor_of(request)
        return Response(documents.catalogue_document())
