"""Readings over the API. `POST biometric-events` with a token is taken at the door."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from biometrics import selectors, services
from biometrics.api import serializers as shapes
from biometrics.intake import receipt_document, take_in
from biometrics.presenters import aggregate_document, series_document
from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.parsing import parsed


class EventsView(IdempotentWrites):
    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        receipt = take_in(actor_of(request), request.body)
        return Response(receipt_document(receipt), status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[shapes.ReceiptsQuery], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.ReceiptsQuery, request.query_params)
        page = selectors.receipts_page(actor_of(request), **query)
        items = [receipt_document(receipt) for receipt in page.items]
        return Response({"items": items, "next_cursor": page.next_cursor})


class ReceiptView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, batch_id: str) -> Response:
        receipt = selectors.receipt_get(actor_of(request), UUID(batch_id))
        return Response(receipt_document(receipt))


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


class DevicesView(IdempotentWrites):
    @extend_schema(parameters=[shapes.DevicesQuery], responses=shapes.DeviceOutput(many=True))
    def get(self, request: Request) -> Response:
        query = parsed(shapes.DevicesQuery, request.query_params)
        found = selectors.devices(actor_of(request), query["patient_id"])
        return Response({"items": shapes.DeviceOutput(found, many=True).data})

    @extend_schema(request=shapes.DeviceInput, responses={201: shapes.DeviceOutput})
    def post(self, request: Request) -> Response:
        data = parsed(shapes.DeviceInput, request.data)
        device = services.device_register(by=actor_of(request), **data)
        return Response(shapes.DeviceOutput(device).data, status=status.HTTP_201_CREATED)
