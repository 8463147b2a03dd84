"""Twins over the API: parse, one domain call, answer."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import NotBuilt, NotFound
from clinicity.common.parsing import parsed
from twins import selectors, services
from twins.api import serializers as shapes


class GenerateView(IdempotentWrites):
    @extend_schema(request=shapes.GenerateInput, responses={202: shapes.JobAcceptedOutput})
    def post(self, request: Request) -> Response:
        data = parsed(shapes.GenerateInput, request.data)
        job = services.twin_generate_request(by=actor_of(request), **data)
        url = f"/api/v1/jobs/{job.id}/"
        body = shapes.JobAcceptedOutput({"job_id": job.id, "status_url": url}).data
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": url})


class TwinView(APIView):
    @extend_schema(responses=shapes.SnapshotOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        snapshot = selectors.snapshot_latest(actor_of(request), UUID(patient_id))
        if snapshot is None:
            raise NotFound(
                "This patient has no twin yet. POST digital-twins/generate makes one."
            )
        return Response(shapes.SnapshotOutput(snapshot).data)


class TwinHistoryView(APIView):
    @extend_schema(responses=shapes.SnapshotPageOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        page = selectors.snapshots_page(
            actor_of(request), UUID(patient_id), cursor=request.query_params.get("cursor")
        )
        return Response(shapes.SnapshotPageOutput(page).data)


class JobView(APIView):
    @extend_schema(responses=shapes.JobOutput)
    def get(self, request: Request, job_id: str) -> Response:
        return Response(
            shapes.JobOutput(selectors.job_get(actor_of(request), UUID(job_id))).data
        )


class UnbuiltView(APIView):
    """A door of the design with no room behind it yet: 501, for one's own patients."""

    what: ClassVar[str]

    @extend_schema(responses={501: None})
    def get(self, request: Request, patient_id: str) -> Response:
        selectors.snapshot_latest(actor_of(request), UUID(patient_id))
        raise NotBuilt(f"{self.what} need models, and no model has been trained yet.")


class ForecastView(UnbuiltView):
    what = "Forecasts"


class PredictionsView(UnbuiltView):
    what = "Predictions"


class WhatIfView(UnbuiltView):
    what = "What-if pictures"

    @extend_schema(request=None, responses={501: None})
    def post(self, request: Request, patient_id: str) -> Response:
        return self.get(request, patient_id)


class ModelsView(APIView):
    @extend_schema(responses={501: None})
    def get(self, request: Request) -> Response:
        actor_of(request)
        raise NotBuilt("The registry is empty: no model has been trained yet.")
