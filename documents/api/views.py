"""Documents over the API: parse, one domain call, answer."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed
from documents import selectors, services
from documents.api import serializers as shapes
from documents.uploads import demand_announced_size


class UploadView(APIView):
    """Needs no Idempotency-Key: the same file in the same chart is one document."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": shapes.UploadInput},
        responses={202: shapes.DocumentOutput},
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request)
        demand_announced_size(request.META)
        data = parsed(shapes.UploadInput, request.data)
        file = data.pop("file")
        services.demand_size(file.size)
        document = services.document_upload(
            by=actor, filename=file.name, content=file.read(), **data
        )
        return Response(shapes.DocumentOutput(document).data, status=status.HTTP_202_ACCEPTED)


class DocumentsView(APIView):
    @extend_schema(parameters=[shapes.DocumentQuery], responses=shapes.DocumentPageOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.DocumentQuery, request.query_params)
        page = selectors.documents_page(actor_of(request), **query)
        return Response(shapes.DocumentPageOutput(page).data)


class StatusView(APIView):
    @extend_schema(responses=shapes.ProgressOutput)
    def get(self, request: Request, document_id: str) -> Response:
        progress = selectors.document_progress(actor_of(request), UUID(document_id))
        return Response(shapes.ProgressOutput(progress).data)


class DocumentView(IdempotentWrites):
    @extend_schema(responses=shapes.DocumentOutput)
    def get(self, request: Request, document_id: str) -> Response:
        document = selectors.document_get(actor_of(request), UUID(document_id))
        return Response(shapes.DocumentOutput(document).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, document_id: str) -> Response:
        services.document_delete(by=actor_of(request), document_id=UUID(document_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PagesView(APIView):
    @extend_schema(responses=shapes.PagesOutput)
    def get(self, request: Request, document_id: str) -> Response:
        pages = selectors.document_pages(actor_of(request), UUID(document_id))
        return Response({"items": shapes.PageOutput(pages, many=True).data})


class PageImageView(APIView):
    @extend_schema(responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, document_id: str, number: str) -> HttpResponse:
        image = selectors.page_image(actor_of(request), UUID(document_id), int(number))
        return HttpResponse(image, content_type="image/png")


class FileView(APIView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, document_id: str) -> HttpResponse:
        document, content = selectors.file_content(actor_of(request), UUID(document_id))
        # Always as a download: what others wrote never runs under this address.
        headers = {"Content-Disposition": f'attachment; filename="{document.id}"'}
        return HttpResponse(content, content_type=document.media_type, headers=headers)


class RetryView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.DocumentOutput)
    def post(self, request: Request, document_id: str) -> Response:
        document = services.document_retry(by=actor_of(request), document_id=UUID(document_id))
        return Response(shapes.DocumentOutput(document).data)


class AcceptView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.DocumentOutput)
    def post(self, request: Request, document_id: str) -> Response:
        document = services.document_accept(by=actor_of(request), document_id=UUID(document_id))
        return Response(shapes.DocumentOutput(document).data)
