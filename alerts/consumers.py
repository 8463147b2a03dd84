"""The live feed of alerts: a socket that tells numbers and ids, and forgets nothing."""

from dataclasses import asdict
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from alerts import selectors
from alerts.permissions import may_read
from clinicity.accounts.sockets import UNAUTHORISED, actor_of_socket
from clinicity.common.actors import Actor
from clinicity.common.live import user_group


class AlertsConsumer(AsyncJsonWebsocketConsumer):
    """`/ws/alerts/`.

    1. On connect the client is told the newest number that it may see.
    2. Each event of its patients' alerts follows as `{"number", "alert_id", …}`.
    3. After being away, `{"after": N}` brings what came after number N.

    Who holds the socket, and whether the patient is still theirs, is asked of the
    database at every delivery.
    """

    group = ""

    async def connect(self) -> None:
        actor = await actor_of_socket(self.scope)
        if actor is None or not may_read(actor):
            await self.close(code=UNAUTHORISED)
            return
        self.group = user_group(actor.id)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        end = await database_sync_to_async(selectors.feed_end)(actor)
        await self.send_json({"kind": "hello", "number": end})

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        after = content.get("after") if isinstance(content, dict) else None
        if not isinstance(after, int) or isinstance(after, bool) or after < 0:
            await self.send_json({"kind": "refused", "detail": 'Send {"after": number}.'})
            return
        if actor := await self._actor():
            for item in await database_sync_to_async(selectors.feed_after)(actor, after):
                await self._tell(item)

    async def alert_changed(self, message: dict[str, Any]) -> None:
        if actor := await self._actor():
            item = await database_sync_to_async(selectors.feed_item)(actor, message["number"])
            if item:
                await self._tell(item)

    async def _actor(self) -> Actor | None:
        actor = await actor_of_socket(self.scope)
        if actor is None:
            await self.close(code=UNAUTHORISED)
        return actor

    async def _tell(self, item: selectors.FeedItem) -> None:
        values = asdict(item)
        await self.send_json({"kind": "alert"} | values | {"alert_id": str(item.alert_id)})
