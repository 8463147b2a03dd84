"""The actor of a socket, asked of the database anew at every delivery; and its end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from clinicity.accounts import sessions
from clinicity.accounts.models import User
from clinicity.common.actors import Actor

# Close code for nobody signed in, beside HTTP's 401.
UNAUTHORISED = 4401
App = Callable[[Any, Any, Any], Awaitable[None]]


async def actor_of_socket(scope: Any) -> Actor | None:
    """Who holds the socket; None once the session or the account has ended."""
    found: Actor | None = await database_sync_to_async(_actor)(scope)
    return found


def _actor(scope: Any) -> Actor | None:
    session, user = scope.get("session"), scope.get("user")
    if session is None or user is None or not user.is_authenticated:
        return None
    if not sessions.is_alive(session.session_key):
        return None
    current = User.objects.filter(id=user.id, is_active=True).first()
    return current.actor if current else None


class CloseOnSignOut:
    """ASGI app around the consumers: closes a socket at once when its session is ended."""

    def __init__(self, inner: App) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        user, session = scope.get("user"), scope.get("session")
        if user is None or not user.is_authenticated or not session.session_key:
            await self.inner(scope, receive, send)
            return
        layer = get_channel_layer()
        channel = await layer.new_channel("sign-in")
        group = sessions.sign_in_group(user.id)
        await layer.group_add(group, channel)
        held = _Held(layer, channel, sessions.session_digest(session.session_key), send)
        try:
            await held.run(self.inner, scope, receive)
        finally:
            await layer.group_discard(group, channel)


class _Held:
    """One open socket: what comes from its client, and the word that it has ended."""

    def __init__(self, layer: Any, channel: str, digest: str, send: Any) -> None:
        self.layer, self.channel, self.digest, self.client = layer, channel, digest, send
        self.is_closed = False
        self.inbox: asyncio.Queue[Any] = asyncio.Queue(maxsize=1)

    async def run(self, inner: App, scope: Any, receive: Any) -> None:
        tasks = [asyncio.create_task(self._pass(receive)), asyncio.create_task(self._watch())]
        try:
            await inner(scope, self.inbox.get, self.send)
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def send(self, message: Any) -> None:
        """To the client; what a consumer says after the end goes nowhere."""
        if not self.is_closed:
            await self.client(message)

    async def _pass(self, receive: Any) -> None:
        while True:
            await self.inbox.put(await receive())

    async def _watch(self) -> None:
        while True:
            message = await self.layer.receive(self.channel)
            if self.digest in message.get("sessions", "").split(","):
                await self.send({"type": "websocket.close", "code": UNAUTHORISED})
                self.is_closed = True
                await self.inbox.put({"type": "websocket.disconnect", "code": UNAUTHORISED})
                return
