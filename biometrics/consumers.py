"""The progress of one import over a socket."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from biometrics import selectors
from biometrics.services import live_group
from clinicity.accounts.sockets import UNAUTHORISED, actor_of_socket
from clinicity.common import clock
from clinicity.common.exceptions import DomainError

# Beside HTTP's 404: not there, or not this actor's.
NOT_FOUND = 4404


class ImportConsumer(AsyncJsonWebsocketConsumer):
    """`/ws/imports/{id}/`: where the import stands, at once and at each change.

    What is told is read from the database for the socket's actor each time, so a
    client that was away gets the newest state, and one that lost access gets none.
    """

    group = ""

    async def connect(self) -> None:
        self.import_id: UUID = self.scope["url_route"]["kwargs"]["import_id"]
        if await self._values() is None:
            return
        # First join, then look: a change in between is told, not missed.
        self.group = live_group(self.import_id)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.import_changed({})

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def import_changed(self, message: dict[str, Any]) -> None:
        values = await self._values()
        if values is not None:
            await self.send_json({"kind": "progress"} | values)

    async def _values(self) -> dict[str, Any] | None:
        """What may be told now; closes the socket when that is nothing any more."""
        actor = await actor_of_socket(self.scope)
        if actor is None:
            await self.close(code=UNAUTHORISED)
            return None
        try:
            progress = await database_sync_to_async(selectors.import_progress)(
                actor, self.import_id, now=clock.now()
            )
        except DomainError:
            await self.close(code=NOT_FOUND)
            return None
        return asdict(progress) | {"import_id": str(self.import_id)}
