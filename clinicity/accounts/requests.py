"""The actor of a request, for every edge."""

from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from clinicity.accounts.models import User
from clinicity.common.actors import Actor


def actor_of(request: HttpRequest | Request) -> Actor:
    """Who asks. Raises NotAuthenticated for nobody."""
    user: Any = request.user
    if not isinstance(user, User) or not user.is_active:
        raise NotAuthenticated
    return user.actor


def user_of(request: HttpRequest | Request) -> User:
    """Who asks, as a row. Raises NotAuthenticated for nobody."""
    actor_of(request)
    user: User = request.user  # type: ignore[assignment]
    return user
