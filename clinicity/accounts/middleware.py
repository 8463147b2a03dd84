"""Who acts, around whole requests: in the admin, and on the pages of staff."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.defaults import permission_denied

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common.actors import Role
from clinicity.common.exceptions import Refused

OWN_PAGES = (Role.PATIENT, Role.PROXY)
OPEN_TO_PATIENTS = (
    "/me/", "/questionnaires/", "/accounts/", "/api/", "/health", "/metrics", "/static/",
)  # fmt: skip


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
    """Django admin evaluates its lists while it renders, so there the actor stays on."""

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
