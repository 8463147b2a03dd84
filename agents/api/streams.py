"""A turn as server-sent events, from its stored rows, so that any client can resume.

Each event's id is `turn/sequence`; a request with `Last-Event-ID` goes on after it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from uuid import UUID

from channels.db import database_sync_to_async
from django.core.serializers.json import DjangoJSONEncoder
from django.db import close_old_connections
from django.http import StreamingHttpResponse

from agents import selectors, services
from agents.models import Turn, TurnEvent
from agents.presenters import event_json
from agents.selectors import Happened
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid

LOOK_EVERY = 0.05
# A turn that nobody answers: the client comes back with Last-Event-ID.
LOOKS = int(60 / LOOK_EVERY)
# Comments keep proxies from closing a quiet stream.
QUIET_LOOKS = int(15 / LOOK_EVERY)
# Answers go on when their reader leaves; the loop alone would let them be collected.
_running: set[asyncio.Task[None]] = set()


def stream(actor: Actor, turn: Turn, *, after: int = 0) -> StreamingHttpResponse:
    """Answer a turn that this process has begun, telling each event as it is kept."""
    return _response(_answering(actor, turn, after))


def resumed(actor: Actor, last_event_id: str) -> StreamingHttpResponse:
    """The events after the last one that the client has seen."""
    turn_id, sequence = _parsed(last_event_id)
    selectors.turn_get(actor, turn_id)
    return _response(_events(actor, turn_id, sequence))


async def _answering(actor: Actor, turn: Turn, after: int) -> AsyncIterator[bytes]:
    task = asyncio.create_task(asyncio.to_thread(_run, turn))
    _running.add(task)
    task.add_done_callback(_running.discard)
    async for event in _events(actor, turn.id, after):
        yield event


def _run(turn: Turn) -> None:
    """In a thread of its own, with a database connection of its own."""
    try:
        services.turn_run(turn=turn)
    finally:
        close_old_connections()


async def _events(actor: Actor, turn_id: UUID, after: int) -> AsyncIterator[bytes]:
    read = database_sync_to_async(_events_json)
    for look in range(LOOKS):
        for sequence, kind, data in await read(actor, turn_id, after):
            after = sequence
            yield _frame(turn_id, sequence, kind, data)
            if kind == TurnEvent.Kind.DONE:
                return
        if look % QUIET_LOOKS == QUIET_LOOKS - 1:
            yield b": still running\n\n"
        await asyncio.sleep(LOOK_EVERY)


def _events_json(actor: Actor, turn_id: UUID, after: int) -> list[tuple[int, str, str]]:
    return [
        (happened.event.sequence, happened.event.kind, _json(actor, happened))
        for happened in selectors.events_after(actor, turn_id, after)
    ]


def _json(actor: Actor, happened: Happened) -> str:
    ended = happened.event.kind == TurnEvent.Kind.DONE
    answered = selectors.turn_get(actor, happened.event.turn_id) if ended else None
    return json.dumps(event_json(happened, answered), cls=DjangoJSONEncoder)


def _frame(turn_id: UUID, sequence: int, kind: str, data: str) -> bytes:
    return f"id: {turn_id}/{sequence}\nevent: {kind}\ndata: {data}\n\n".encode()


def _response(events: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        events, content_type="text/event-stream", status=HTTPStatus.OK
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _parsed(last_event_id: str) -> tuple[UUID, int]:
    turn_id, _, sequence = last_event_id.partition("/")
    try:
        return UUID(turn_id), int(sequence)
    except ValueError as error:
        raise Invalid("Last-Event-ID is not one that this stream gave.") from error
