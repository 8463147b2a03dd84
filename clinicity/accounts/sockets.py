"""The actor of a socket, asked of the database anew at every delivery."""

from typing import Any

from channels.db import database_sync_to_async

from clinicity.accounts.models import User
from clinicity.common.actors import Actor

# Close code for nobody signed in, beside HTTP's 401.
UNAUTHORISED = 4401


async def actor_of_socket(scope: Any) -> Actor | None:
    """Who holds the socket; None once the session or the account has ended."""
    found: Actor | None = await database_sync_to_async(_actor)(scope)
    return found


def _actor(scope: Any) -> Actor | None:
    session, user = scope.get("session"), scope.get("user")
    if session is None or user is None or not user.is_authenticated:
        return None
    if not session.session_key or not session.exists(session.session_key):
        return None
    current = User.objects.filter(id=user.id, is_active=True).first()
    return current.actor if current else None
