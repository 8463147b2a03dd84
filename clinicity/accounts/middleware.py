"""What stands around every request of somebody signed in."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clinicity.accounts import sessions
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common import clock


class SessionLimitsMiddleware:
    """Ends a session that was idle for too long or has lasted for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user, now = request.user, clock.now()
        if isinstance(user, User):
            if sessions.is_over(request.session, now=now):
                sessions.session_expire(by=user.actor)
                logout(request)
            else:
                sessions.session_seen(request.session, now=now)
        return self.get_response(request)


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
