"""Readings as a file: streamed, so that a year takes no more memory than a day."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from biometrics.api import reading_serializers as shapes
from biometrics.exports import FORMATS, export_begin
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed
from clinicity.common.streams import streamed


class FormatIsOurs(DefaultContentNegotiation):
    """`?format=` names the file's format here, not one of the framework's renderers."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class ExportView(APIView):
    content_negotiation_class = FormatIsOurs

    @extend_schema(
        parameters=[shapes.ExportQuery],
        responses={(200, media): OpenApiTypes.BINARY for media, _ in FORMATS.values()},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        query = parsed(shapes.ExportQuery, request.query_params)
        media, parts = FORMATS[query["format"]]
        export = export_begin(
            by=actor_of(request), patient_id=query["patient_id"], start=query["start"],
            end=query["end"], metrics=sorted(query.get("metrics", ())),
            written_as=query["format"],
        )  # fmt: skip
        name = f"{export.file_name}.{query['format']}"
        response = StreamingHttpResponse(
            streamed(request._request, parts(export)), content_type=media
        )
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
