"""Step-up: what is dangerous wants someone who proved recently who they are.

`recently_authenticated` stands before a page's view, `demand_recent` in an API's. How recent
is a setting (`STEP_UP_SECONDS`). The moment of the last proof is in the browser's session or
in the access token's `auth_time`; both are signed or held by us.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from clinicity.accounts.tokens import auth_time_of
from clinicity.common import clock
from clinicity.common.exceptions import DomainError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
# Where a session keeps the moment of its last proof, in seconds of the epoch.
AUTH_TIME = "auth_time"
STEP_UP_API = "/api/v1/auth/step-up/"


class StepUpNeeded(DomainError):
    """Signed in, but not recently enough for this act."""

    type = "step-up-required"
    title = "Confirm that it is you first."
    status = HTTPStatus.FORBIDDEN


class NeedsToken(DomainError):
    """A session asked for a token, which it has no use for."""

    type = "needs-token"
    title = "This needs an access token."


def demand_recent(request: HttpRequest | Request) -> None:
    """Raise `StepUpNeeded` unless who asks proved who they are a short time ago."""
    if not is_recent(request):
        raise StepUpNeeded(
            f"Send your password or a code to {STEP_UP_API} and use the access token"
            " that it gives.",
            step_up=STEP_UP_API,
            max_age=settings.STEP_UP_SECONDS,
        )


def is_recent(request: HttpRequest | Request) -> bool:
    """Whether the last proof is at most `STEP_UP_SECONDS` old."""
    return bool(clock.now().timestamp() - _auth_time(request) <= settings.STEP_UP_SECONDS)


def recently_authenticated(view: View[P]) -> View[P]:
    """A page's view that sends to the step-up page, and from there back, where needed."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if is_recent(request):
            return view(request, *args, **kwargs)
        return to_step_up(request)

    return checked


def to_step_up(request: HttpRequest) -> HttpResponse:
    """To the step-up page and, from there, back.

    A form's body can't be sent again: after a POST one comes back to the form.
    """
    back = request.get_full_path() if request.method in SAFE_METHODS else _page_before(request)
    where = f"{reverse('accounts:step-up')}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": where})
    return redirect(where)


def _page_before(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return str(settings.LOGIN_REDIRECT_URL)
    parts = urlsplit(referer)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _auth_time(request: Any) -> float:
    token = getattr(request, "auth", None)
    if isinstance(token, str):
        return auth_time_of(token)
    session = getattr(request, "session", None)
    return float(session.get(AUTH_TIME, 0)) if session is not None else 0.0
