"""The progress of one document over a socket."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from clinicity.accounts.sockets import UNAUTHORISED, actor_of_socket
from clinicity.common.exceptions import DomainError
from documents import selectors
from documents.services import live_group

# Beside HTTP's 404: not there, or not this actor's.
NOT_FOUND = 4404
TOLD = ("document_id", "state", "step", "pages_read", "page_count", "settled")


class DocumentConsumer(AsyncJsonWebsocketConsumer):
    """`/ws/documents/{id}/`: where the document stands, at once and at each change.

    What is told is read from the database for the socket's actor each time, so a
    client that was away gets the newest state, and one that lost access gets none.
    """

    group = ""

    async def connect(self) -> None:
        self.document_id: UUID = self.scope["url_route"]["kwargs"]["document_id"]
        values = await self._values()
        if values is None:
            return
        # First join, then look: a change in between is told, not missed.
        self.group = live_group(self.document_id)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.document_changed({})

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def document_changed(self, message: dict[str, Any]) -> None:
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
            progress = await database_sync_to_async(selectors.document_progress)(
                actor, self.document_id
            )
        except DomainError:
            await self.close(code=NOT_FOUND)
            return None
        values = {name: value for name, value in asdict(progress).items() if name in TOLD}
        return values | {"document_id": str(self.document_id)}
