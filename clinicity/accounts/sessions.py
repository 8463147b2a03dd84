"""Sessions of browsers: when they began, and when their owner last proved who they are."""

from django.contrib.sessions.backends.base import SessionBase

from clinicity.accounts.stepup import AUTH_TIME
from clinicity.common import clock


def session_begin(session: SessionBase) -> None:
    """Note in a new session that its owner has just proved who they are."""
    session[AUTH_TIME] = clock.now().timestamp()
