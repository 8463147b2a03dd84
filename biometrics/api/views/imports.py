"""Imports over the API: formats, uploads in parts, runs and what a person wishes of them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from biometrics import selectors, services
from biometrics.api import import_serializers as shapes
from biometrics.importers import IMPORTERS
from biometrics.models import ImportRun
from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed


class FormatsView(APIView):
    @extend_schema(responses=shapes.FormatsOutput)
    def get(self, request: Request) -> Response:
        """What can be imported."""
        actor_of(request)
        items = shapes.FormatOutput(list(IMPORTERS.values()), many=True).data
        return Response({"items": items})


class UploadsView(IdempotentWrites):
    @extend_schema(request=shapes.ImportUploadInput, responses={201: shapes.UploadOutput})
    def post(self, request: Request) -> Response:
        """Begin a file. The same name and size again go on where that one stopped."""
        data = parsed(shapes.ImportUploadInput, request.data)
        upload = services.upload_begin(by=actor_of(request), **data)
        return Response(shapes.UploadOutput(upload).data, status=status.HTTP_201_CREATED)


class UploadView(IdempotentWrites):
    """Parts need no Idempotency-Key: one that comes twice is kept once."""

    @extend_schema(responses=shapes.UploadOutput)
    def get(self, request: Request, upload_id: str) -> Response:
        upload = selectors.upload_get(actor_of(request), UUID(upload_id))
        return Response(shapes.UploadOutput(upload).data)

    @extend_schema(
        parameters=[shapes.PartQuery],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=shapes.UploadOutput,
    )
    def put(self, request: Request, upload_id: str) -> Response:
        """The part that begins at byte `offset`, as the request's whole body."""
        query = parsed(shapes.PartQuery, request.query_params)
        upload = services.upload_receive(
            by=actor_of(request), upload_id=UUID(upload_id), data=request.body, **query
        )
        return Response(shapes.UploadOutput(upload).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, upload_id: str) -> Response:
        services.upload_remove(by=actor_of(request), upload_id=UUID(upload_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class UploadFinishView(IdempotentWrites):
    @extend_schema(request=shapes.FinishInput, responses=shapes.UploadOutput)
    def post(self, request: Request, upload_id: str) -> Response:
        """Prove that the file is whole, and learn what it is."""
        data = parsed(shapes.FinishInput, request.data)
        upload = services.upload_finish(by=actor_of(request), upload_id=UUID(upload_id), **data)
        return Response(shapes.UploadOutput(upload).data)


class ImportsView(IdempotentWrites):
    @extend_schema(parameters=[shapes.ImportsQuery], responses=shapes.ImportsOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.ImportsQuery, request.query_params)
        page = selectors.imports_page(actor_of(request), **query)
        return Response(shapes.ImportsOutput(page).data)

    @extend_schema(request=shapes.ImportInput, responses={202: shapes.ReceiptOutput})
    def post(self, request: Request) -> Response:
        """Import an uploaded file; a worker does it."""
        data = parsed(shapes.ImportInput, request.data)
        options = services.ImportOptions(
            **{name: data.pop(name) for name in ("zone", "person", "mapping")}
        )
        run = services.import_request(by=actor_of(request), options=options, **data)
        return Response(shapes.ReceiptOutput(run).data, status=status.HTTP_202_ACCEPTED)


class ImportView(APIView):
    @extend_schema(responses=shapes.ReceiptOutput)
    def get(self, request: Request, import_id: str) -> Response:
        run = selectors.import_get(actor_of(request), UUID(import_id))
        return Response(shapes.ReceiptOutput(run).data)


class _Wish(IdempotentWrites):
    act: Callable[..., ImportRun]

    @extend_schema(request=None, responses=shapes.ReceiptOutput)
    def post(self, request: Request, import_id: str) -> Response:
        run = type(self).act(by=actor_of(request), run_id=UUID(import_id))
        return Response(shapes.ReceiptOutput(run).data)


class PauseView(_Wish):
    act: Any = staticmethod(services.import_pause)


class ResumeView(_Wish):
    act: Any = staticmethod(services.import_resume)


class CancelView(_Wish):
    act: Any = staticmethod(services.import_cancel)


class RetryView(_Wish):
    act: Any = staticmethod(services.import_retry)
