"""What stands around every request of somebody signed in: limits, own pages, the actor."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.defaults import permission_denied

from clinicity.accounts import sessions
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common import clock
from clinicity.common.actors import Role
from clinicity.common.exceptions import Refused

OWN_PAGES = (Role.PATIENT, Role.PROXY)
OPEN_TO_PATIENTS = (
    "/me/", "/questionnaires/", "/accounts/", "/api/", "/health", "/metrics", "/static/",
)  # fmt: skip


class SessionLimitsMiddleware:
    """Ends a session that was idle for too long or has lasted for too long.

    What an open page asks by itself (`X-Unattended`) doesn't count as use. A fragment for a
    page whose session has ended leads the whole page to the sign-in, not a part of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user, now = request.user, clock.now()
        if isinstance(user, User):
            if sessions.is_over(request.session, now=now):
                sessions.session_expire(by=user.actor)
                logout(request)
            elif "X-Unattended" not in request.headers:
                sessions.session_seen(request.session, now=now)
        response = _whole_page(request, self.get_response(request))
        if isinstance(user, User) or "Authorization" in request.headers:
            # A shared computer's back button shows nothing of whoever sat there before.
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A fragment's redirect to the sign-in page, as the page's own."""
    sign_in = reverse("accounts:login")
    if not request.headers.get("HX-Request") or response.status_code != HTTPStatus.FOUND:
        return response
    if not response["Location"].startswith(sign_in):
        return response
    before = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = urlencode({"next": before.path + (f"?{before.query}" if before.query else "")})
    return HttpResponse(headers={"HX-Redirect": f"{sign_in}?{back}"})


class OwnPagesMiddleware:
    """Patients and who acts for them have pages of their own; all others are for staff.

    The API says itself what they may ask.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.role in OWN_PAGES and not _is_open(request.path):
            return permission_denied(request, Refused("These are pages for those who treat."))
        return self.get_response(request)


def _is_open(path: str) -> bool:
    return path == "/" or path.startswith(OPEN_TO_PATIENTS)


class ActingAsInAdminMiddleware:
    """Keeps `acting_as` around a whole admin request, rendering included.

    Django admin evaluates its lists while it renders.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        with acting_as(user.actor):
            response = self.get_response(request)
            render = getattr(response, "render", None)
            return render() if render else response
