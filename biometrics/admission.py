"""Who is let in at the door: a bounded number of requests, and of bytes held for them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from biometrics.unpacking import Unpacker
from clinicity.common.exceptions import Invalid, Unavailable

LARGEST_BODY = 32 * 1024 * 1024
# Requests and bytes inside at once.
MOST_INSIDE = 512
MOST_BYTES = 256 * 1024 * 1024
# A client that sends nothing for so long is let go.
SILENCE_SECONDS = 20.0
# So is one that sends, but so slowly that a few hundred of them would fill the door.
LEAST_PER_SECOND = 1024
# However much it sent before, it can save up no more than this for later.
MOST_SPARE_SECONDS = 60.0


class TooLarge(Invalid):
    type = "too-large"
    title = "The body is too large."
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooSlow(Invalid):
    type = "too-slow"
    title = "The body did not arrive in time."
    status = HTTPStatus.REQUEST_TIMEOUT


class Admission:
    """Counts what is inside of one process."""

    def __init__(self) -> None:
        self.inside = 0
        self.held_bytes = 0

    @contextmanager
    def entered(self) -> Iterator["Visit"]:
        """Let a request in, or raise Unavailable."""
        if self.inside >= MOST_INSIDE:
            raise _full()
        self.inside += 1
        visit = Visit(self)
        try:
            yield visit
        finally:
            self.inside -= 1
            visit.let_go(visit.held)


class Visit:
    """One request that is inside, and the bytes that are held for it."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.held = 0

    def hold(self, size: int) -> None:
        self.held += size
        self.admission.held_bytes += size
        if self.held > LARGEST_BODY:
            raise TooLarge(f"Send at most {LARGEST_BODY // 1024**2} MiB in one request.")
        if self.admission.held_bytes > MOST_BYTES:
            raise _full()

    def let_go(self, size: int) -> None:
        self.held -= size
        self.admission.held_bytes -= size

    async def body(self, receive: Any, unpacker: Unpacker) -> AsyncIterator[bytes]:
        """The body as it streams, unpacked; every piece is held until it is let go.

        Only waiting for the client counts as its time, not what is done with a piece.
        """
        more, spare, clock = True, SILENCE_SECONDS, asyncio.get_running_loop().time
        while more:
            since = clock()
            message = await _received(receive, min(spare, SILENCE_SECONDS))
            data = message.get("body", b"")
            spare += len(data) / LEAST_PER_SECOND - (clock() - since)
            spare = min(spare, MOST_SPARE_SECONDS)
            for piece in unpacker.feed(data):
                self.hold(len(piece))
                yield piece
            more = message.get("more_body", False)
        unpacker.finish()


async def _received(receive: Any, seconds: float) -> Any:
    try:
        async with asyncio.timeout(seconds):
            message = await receive()
    except TimeoutError as error:
        raise TooSlow("Send it again, in smaller parts.") from error
    if message["type"] == "http.disconnect":
        raise Invalid("The request was cut off.")
    return message


def _full() -> Unavailable:
    return Unavailable("Try again in a second.", retry_after=1)
