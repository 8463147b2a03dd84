"""The one file that receives signals of libraries. Each receiver is one service call."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from clinicity.accounts import sessions
from clinicity.accounts.models import User


@receiver(user_logged_in, dispatch_uid="accounts.session_begin")
def session_begun(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.session_begin(request, user)


@receiver(user_logged_out, dispatch_uid="accounts.session_leave")
def session_left(*, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    sessions.session_leave(request.session, user)
