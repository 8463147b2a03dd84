"""No work at all: the body is read and 201 is answered. The limit of client and server."""

from typing import Any

BODY = b'{"accepted":1}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"14")]


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 201, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
