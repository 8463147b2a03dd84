"""Readings in, and what became of them. `POST biometric-events` with a token is taken at the door."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from biometrics import selectors
from biometrics.api import serializers as shapes
from biometrics.intake import answer_document, receipt_document, take_in
from biometrics.presenters.readings import as_of_document
from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed


class EventsView(IdempotentWrites):
    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        receipts = take_in(actor_of(request), request.body)
        return Response(answer_document(receipts), status=status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[shapes.ReceiptsQuery, shapes.AsOfQuery], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        """What arrived; with `as_of`, the readings as the ledger had them then."""
        if "as_of" in request.query_params:
            asked = parsed(shapes.AsOfQuery, request.query_params)
            return Response(
                as_of_document(selectors.readings_as_of(actor_of(request), **asked))
            )
        query = parsed(shapes.ReceiptsQuery, request.query_params)
        page = selectors.receipts_page(actor_of(request), **query)
        items = [receipt_document(receipt) for receipt in page.items]
        return Response({"items": items, "next_cursor": page.next_cursor})


class StreamView(APIView):
    @extend_schema(parameters=[shapes.StreamQuery], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """How many lines of a stream are stored: send it again from there (`?from=`)."""
        query = parsed(shapes.StreamQuery, request.query_params)
        return Response(selectors.stream_progress(actor_of(request), **query))


class ReceiptView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, batch_id: str) -> Response:
        receipt = selectors.receipt_get(actor_of(request), UUID(batch_id))
        return Response(receipt_document(receipt))
