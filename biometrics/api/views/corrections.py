"""Readings that were wrong, and readings that are to be removed for good."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from biometrics import selectors, services
from biometrics.api import serializers as shapes
from biometrics.intake import answer_document, receipt_document
from biometrics.services.corrections import Range
from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed


class CorrectionsView(IdempotentWrites):
    @extend_schema(request=shapes.CorrectionInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Mark readings as entered in error, or move them to another patient."""
        data = parsed(shapes.CorrectionInput, request.data)
        what = Range(data["metric"], data["start"], data["end"], data.get("device_id"))
        told = {"by": actor_of(request), "patient_id": data["patient_id"], "what": what}
        told["reason"] = data["reason"]
        to = data.get("to_patient_id")
        receipts = (
            list(services.readings_move(**told, to_patient_id=to))
            if to
            else [services.readings_mark_error(**told)]
        )
        return Response(answer_document(receipts), status=status.HTTP_201_CREATED)


class RestoreView(IdempotentWrites):
    @extend_schema(request=shapes.RestoreInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Let readings count again that a row of the ledger marked as entered in error."""
        data = parsed(shapes.RestoreInput, request.data)
        receipt = services.readings_restore(by=actor_of(request), **data)
        return Response(receipt_document(receipt), status=status.HTTP_201_CREATED)


class RemovalsView(IdempotentWrites):
    @extend_schema(parameters=[shapes.RemovalsQuery], responses=shapes.RemovalsOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.RemovalsQuery, request.query_params)
        found = selectors.removals(actor_of(request), query["patient_id"])
        return Response({"items": shapes.RemovalOutput(found, many=True).data})

    @extend_schema(request=shapes.RemovalInput, responses={201: shapes.RemovalOutput})
    def post(self, request: Request) -> Response:
        data = parsed(shapes.RemovalInput, request.data)
        report = services.readings_remove(by=actor_of(request), **data)
        return Response(shapes.RemovalOutput(report).data, status=status.HTTP_201_CREATED)


class RemovalLiftView(IdempotentWrites):
    @extend_schema(request=shapes.RemovalLiftInput, responses=shapes.RemovalOutput)
    def post(self, request: Request, removal_id: UUID) -> Response:
        """Let such readings in again. What was removed stays removed."""
        data = parsed(shapes.RemovalLiftInput, request.data)
        report = services.removal_lift(by=actor_of(request), removal_id=removal_id, **data)
        return Response(shapes.RemovalOutput(report).data)
