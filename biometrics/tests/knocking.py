"""Asking the door as an ASGI server asks it: pieces, headers and a query at will."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from asgiref.sync import async_to_sync

from biometrics import door as doors
from biometrics.knocks import PATH

LINES = {"content-type": "application/x-ndjson"}
Answered = tuple[int, dict[str, Any]]


async def behind(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("This is for the door.")


async def asked(
    door: doors.Door, token: str, body: bytes, *, size: int = 65_536, query: str = "",
    stalls_after: int | None = None, **headers: str,
) -> Answered:  # fmt: skip
    """Send a body in pieces of `size` bytes; after `stalls_after` of them, nothing more."""
    named = {"authorization": f"Bearer {token}"} | headers
    scope = {
        "type": "http", "method": "POST", "path": PATH, "query_string": query.encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in named.items()],
    }  # fmt: skip
    pieces = [body[n : n + size] for n in range(0, len(body), size)] or [b""]
    sent: list[dict[str, Any]] = []
    given = 0

    async def receive() -> dict[str, Any]:
        nonlocal given
        if given == stalls_after:
            await asyncio.sleep(60)
        given += 1
        more = given < len(pieces) or stalls_after is not None
        return {"type": "http.request", "body": pieces[given - 1], "more_body": more}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await door(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def ask(token: str, body: bytes, **how: Any) -> Answered:
    return ask_all({"token": token, "body": body} | how)[0]


def ask_all(*calls: dict[str, Any]) -> list[Answered]:
    """All at once, at one door."""

    async def together() -> list[Answered]:
        door = doors.Door(behind)
        try:
            return list(await asyncio.gather(*(asked(door, **call) for call in calls)))
        finally:
            door.close()

    return async_to_sync(together)()


def lines(patient_id: object, numbers: Sequence[int], **changes: Any) -> bytes:
    """A line for each number: a beat of its own second and value."""
    return b"".join(
        json.dumps(
            {
                "patient_id": str(patient_id), "data_type": "heart_rate",
                "timestamp": f"2025-04-{1 + n // 86_400:02}T{n // 3600 % 24:02}:"
                f"{n // 60 % 60:02}:{n % 60:02}Z",
                "data": {"bpm": 50 + n % 100},
            } | changes
        ).encode() + b"\n"
        for n in numbers
    )  # fmt: skip
