"""Django admin evaluates its lists while it renders, so there the actor stays on."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User


class ActingAsInAdminMiddleware:
    """Keeps `acting_as` around a whole admin request, rendering included."""

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
