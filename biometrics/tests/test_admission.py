"""How long the door waits for a body."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from biometrics import admission
from biometrics.admission import Admission, TooSlow
from biometrics.unpacking import Plain


def received(count: int, *, size: int, pause: float = 0, stored_in: float = 0) -> int:
    """Bytes of a body that comes in `count` pieces, a pause before each."""
    left = count

    async def receive() -> dict[str, Any]:
        nonlocal left
        await asyncio.sleep(pause)
        left -= 1
        return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

    async def read() -> int:
        found = 0
        with Admission().entered() as visit:
            async for piece in visit.body(receive, Plain()):
                found += len(piece)
                await asyncio.sleep(stored_in)
        return found

    return async_to_sync(read)()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "SILENCE_SECONDS", 0.2)


def test_client_that_sends_byte_by_byte_is_let_go() -> None:
    with pytest.raises(TooSlow):
        received(100, size=1, pause=0.01)


def test_client_that_keeps_the_pace_may_take_long() -> None:
    assert received(50, size=1024, pause=0.01) == 50 * 1024


def test_what_the_server_does_meanwhile_is_not_the_clients_time() -> None:
    assert received(50, size=1, stored_in=0.01) == 50
