"""A conversation over a socket. Pushes name rows; what is told is read anew each time."""

import json
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.core.serializers.json import DjangoJSONEncoder

from agents import selectors, services
from agents.models import TurnEvent
from agents.presenters import event_json
from agents.services.turns import group_of
from clinicity.accounts.models import User
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError

# Application codes of RFC 6455 (4000-4999), after HTTP's own.
NOT_SIGNED_IN, NOT_FOUND, BAD_MESSAGE = 4401, 4404, 4400


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """Sends a conversation's numbered events to the one person whose it is.

    The client may send {"resume": turn_id, "after": n} and {"stop": turn_id}.
    """

    actor: Actor
    session_id: UUID

    async def connect(self) -> None:
        user = self.scope.get("user")
        if not isinstance(user, User):
            await self.close(NOT_SIGNED_IN)
            return
        self.actor = user.actor
        self.session_id = UUID(str(self.scope["url_route"]["kwargs"]["session_id"]))
        if not await self._is_mine():
            await self.close(NOT_FOUND)
            return
        await self.channel_layer.group_add(group_of(self.session_id), self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "session_id"):
            await self.channel_layer.group_discard(group_of(self.session_id), self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        try:
            if "stop" in content:
                stop = database_sync_to_async(services.turn_stop)
                await stop(by=self.actor, turn_id=UUID(content["stop"]))
            else:
                await self._tell_after(UUID(content["resume"]), int(content.get("after", 0)))
        except (DomainError, KeyError, TypeError, ValueError, AttributeError):
            await self.close(BAD_MESSAGE)

    async def turn_event(self, push: dict[str, Any]) -> None:
        """A row was written. Access is checked again by reading it."""
        await self._tell_after(UUID(push["turn_id"]), push["sequence"] - 1, only=push["count"])

    async def _tell_after(self, turn_id: UUID, after: int, only: int | None = None) -> None:
        if not await self._is_mine():
            await self.close(NOT_FOUND)
            return
        for message in (await database_sync_to_async(self._messages)(turn_id, after))[:only]:
            await self.send(text_data=message)

    async def _is_mine(self) -> bool:
        mine: bool = await database_sync_to_async(self._may_read)()
        return mine

    def _may_read(self) -> bool:
        try:
            selectors.session_get(self.actor, self.session_id)
        except DomainError:
            return False
        return True

    def _messages(self, turn_id: UUID, after: int) -> list[str]:
        return [
            self._message(happened)
            for happened in selectors.events_after(self.actor, turn_id, after)
            if happened.event.turn.session_id == self.session_id
        ]

    def _message(self, happened: selectors.Happened) -> str:
        ended = happened.event.kind == TurnEvent.Kind.DONE
        answered = selectors.turn_get(self.actor, happened.event.turn_id) if ended else None
        data = event_json(happened, answered) | {"kind": happened.event.kind}
        return json.dumps(data, cls=DjangoJSONEncoder)
