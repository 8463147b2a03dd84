"""Bodies too large are refused before anything is kept of them."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from clinicity.common.body_limit import BodyLimit


async def echo(scope: Any, receive: Any, send: Any) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def ask(chunks: Iterable[bytes], *, length: int | None = None) -> tuple[int, bytes]:
    waiting, sent = list(chunks), []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-length", str(length).encode())] if length is not None else []
    await BodyLimit(echo, most=10)({"type": "http", "headers": headers}, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_a_body_up_to_the_limit_passes() -> None:
    assert await ask([b"12345", b"67890"], length=10) == (200, b"10")


@pytest.mark.parametrize("length", [11, None, 5])
async def test_one_byte_more_is_refused_whatever_was_announced(length: int | None) -> None:
    status, body = await ask([b"12345", b"678901"], length=length)
    assert status == 413
    assert json.loads(body)["type"].endswith("too-large")
