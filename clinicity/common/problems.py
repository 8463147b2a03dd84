"""Errors of the API as RFC 9457 problem details, from one place."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, NotAuthenticated, ValidationError
from rest_framework.response import Response
from rest_framework.views import set_rollback

from clinicity.common.exceptions import DomainError
from clinicity.common.middleware import request_id

MEDIA_TYPE = "application/problem+json"
BASE = "https://clinicity.example/problems/"


def problem(
    *, status: int, type: str, title: str, detail: str = "", **extra: Any
) -> dict[str, Any]:
    """The members of a problem detail; `extra` are its extension members."""
    return {
        "type": BASE + type,
        "title": title,
        "status": int(status),
        "detail": detail,
        "request_id": request_id.get(),
        **extra,
    }


def problem_of(error: DomainError) -> dict[str, Any]:
    return problem(
        status=error.status,
        type=error.type,
        title=error.title,
        detail=error.detail,
        **error.extra,
    )


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every answer that isn't 2xx has this shape."""
    body = _body(error)
    if body is None:
        return None
    set_rollback()
    headers = dict(_headers(error))
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _body(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, DomainError):
        return problem_of(error)
    if isinstance(error, Http404):
        return problem(status=HTTPStatus.NOT_FOUND, type="not-found", title="Not found.")
    if isinstance(error, PermissionDenied):
        return problem(status=HTTPStatus.FORBIDDEN, type="refused", title="Not allowed.")
    if isinstance(error, ValidationError):
        return problem(
            status=error.status_code,
            type="invalid",
            title="The input is not valid.",
            errors=error.detail,
        )
    if isinstance(error, APIException):
        code = str(error.default_code).replace("_", "-")
        return problem(status=error.status_code, type=code, title=str(error.detail))
    return None


def _headers(error: Exception) -> dict[str, str]:
    headers: dict[str, str] = {}
    if isinstance(error, NotAuthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    wait = getattr(error, "extra", {}).get("retry_after") or getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers


def problem_json(body: dict[str, Any]) -> JsonResponse:
    """The same answer from a view that isn't DRF's."""
    return JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE)


@login_not_required
@csrf_exempt  # safe: P01  it changes nothing
def api_not_found(request: HttpRequest) -> JsonResponse:
    """An API path that leads nowhere, answered in the API's own form."""
    return problem_json(
        problem(
            status=HTTPStatus.NOT_FOUND,
            type="not-found",
            title="There is no such path.",
        )
    )
