"""The one file that receives signals of libraries. Each receiver is one service call."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from clinicity.accounts import sessions


@receiver(user_logged_in, dispatch_uid="accounts.session_begun")
def session_begun(*, request: HttpRequest, **kwargs: Any) -> None:
    sessions.session_begin(request.session)
