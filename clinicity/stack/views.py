"""Health for load balancers and people, metrics for Prometheus."""

from http import HTTPStatus
from secrets import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from clinicity import __version__
from clinicity.stack import health, metrics  # noqa: F401 (registers the stock)

LOOPBACK = ("127.0.0.1", "::1")


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """This process answers. It asks nobody else, so that a restart is never in vain."""
    return JsonResponse({"status": "ok", "version": __version__})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Everything it stands on answers: 200, or 503 when nothing could be served."""
    found = health.findings()
    status = health.status(found)
    body = {
        "status": status,
        "version": __version__,
        "checks": {
            finding.name: {
                "ok": finding.ok,
                "detail": finding.detail,
                "milliseconds": finding.milliseconds,
            }
            for finding in found
        },
    }
    code = HTTPStatus.SERVICE_UNAVAILABLE if status == "down" else HTTPStatus.OK
    return JsonResponse(body, status=code)


@login_not_required
@never_cache
@require_safe
def prometheus(request: HttpRequest) -> HttpResponse:
    """Counts only. For the same machine, or for whoever holds METRICS_TOKEN."""
    if not _may_read_metrics(request):
        raise PermissionDenied
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return request.META.get("REMOTE_ADDR") in LOOPBACK
