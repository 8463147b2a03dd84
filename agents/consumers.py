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
from clinicity.accounts.sockets import UNAUTHORISED, actor_of_socket
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError

# Application codes of RFC 6455 (4000-4999), after HTTP's own.
BAD_MESSAGE, NOT_FOUND = 4400, 4404


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """Sends a conversation's numbered events to the one person whose it is.

    The client may send {"resume": turn_id, "after": n} and {"stop": turn_id}. Who holds
    the socket, and whether the patient is still theirs, is asked at every delivery.
    """

    session_id: UUID
    group = ""

    async def connect(self) -> None:
        self.session_id = UUID(str(self.scope["url_route"]["kwargs"]["session_id"]))
        if await self._actor() is None:
            return
        self.group = group_of(self.session_id)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        actor = await self._actor()
        if actor is None:
            return
        try:
            if "stop" in content:
                stop = database_sync_to_async(services.turn_stop)
                await stop(by=actor, turn_id=UUID(content["stop"]))
            else:
                after = int(content.get("after", 0))
                await self._tell(actor, UUID(content["resume"]), after)
        except (DomainError, KeyError, TypeError, ValueError, AttributeError):
            await self.close(BAD_MESSAGE)

    async def turn_event(self, push: dict[str, Any]) -> None:
        """Some rows were written, from a number on."""
        if actor := await self._actor():
            turn_id, after = UUID(push["turn_id"]), push["sequence"] - 1
            await self._tell(actor, turn_id, after, only=push["count"])

    async def _actor(self) -> Actor | None:
        """Who holds the socket, or None, having closed it."""
        actor = await actor_of_socket(self.scope)
        if actor is None:
            await self.close(UNAUTHORISED)
            return None
        try:
            await database_sync_to_async(selectors.session_get)(actor, self.session_id)
        except DomainError:
            await self.close(NOT_FOUND)
            return None
        return actor

    async def _tell(
        self, actor: Actor, turn_id: UUID, after: int, only: int | None = None
    ) -> None:
        messages = await database_sync_to_async(self._messages)(actor, turn_id, after)
        for message in messages[:only]:
            await self.send(text_data=message)

    def _messages(self, actor: Actor, turn_id: UUID, after: int) -> list[str]:
        return [
            _message(actor, happened)
            for happened in selectors.events_after(actor, turn_id, after)
            if happened.event.turn.session_id == self.session_id
        ]


def _message(actor: Actor, happened: selectors.Happened) -> str:
    ended = happened.event.kind == TurnEvent.Kind.DONE
    answered = selectors.turn_get(actor, happened.event.turn_id) if ended else None
    data = event_json(happened, answered) | {"kind": happened.event.kind}
    return json.dumps(data, cls=DjangoJSONEncoder)
