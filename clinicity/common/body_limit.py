"""No request body is larger than the largest upload.

Django reads a whole body before a view runs, and what is too large for memory into a
plain temporary file. So this stands before Django: it refuses by the announced length,
counts what arrives without one, and leaves nothing to be written.
"""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from clinicity.common.problems import MEDIA_TYPE, problem

App = Callable[[Any, Any, Any], Awaitable[None]]


class TooLarge(Exception):
    """More bytes have arrived than a body may have."""


class BodyLimit:
    """ASGI app that answers 413 to a body of more than `most` bytes."""

    def __init__(self, inner: App, *, most: int) -> None:
        self._inner = inner
        self._most = most

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if _announced(scope) > self._most:
            await self._refuse(send)
            return
        arrived = 0

        async def counted() -> Any:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._most:
                raise TooLarge
            return message

        try:
            await self._inner(scope, counted, send)
        except TooLarge:
            await self._refuse(send)

    async def _refuse(self, send: Any) -> None:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        body = problem(
            status=status, type="too-large", title="The body is too large.",
            detail=f"A request has at most {self._most // 1024**2} MB.",
        )  # fmt: skip
        # The rest of the body isn't read, so the connection can't be used again.
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def _announced(scope: Any) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
