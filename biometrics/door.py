"""The door: readings come in through a small ASGI app that stands before Django.

Django reads a whole body, into a plain temporary file, before a view runs. Here

1. a bounded number of requests and bytes is let in; beyond it the answer is 503 with
   Retry-After, and a token that nobody signed is refused before the body is read;
2. the body is read as it streams, unpacked within limits, and never touches the disk;
3. requests that arrive together share one transaction (group commit), each with a ledger
   row and a receipt of its own;
4. nobody is answered before that transaction has committed.

A stream of lines (`application/x-ndjson`) of any length is stored part by part. Requests
without a bearer token (a browser's session) go on to Django's own route, which calls the
same functions.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from biometrics.admission import Admission
from biometrics.bearers import bearer_of
from biometrics.bodies import Part
from biometrics.knocks import PATH, Answer, Knock, problem_answer
from biometrics.streams import LineStream, stream_answer
from biometrics.unpacking import unpacker_of
from biometrics.waiting import Keeper
from clinicity.common.exceptions import DomainError

LINES = "application/x-ndjson"
App = Callable[[Any, Any, Any], Awaitable[None]]


class Door:
    """ASGI app: takes `POST biometric-events` with a bearer token, passes on the rest."""

    def __init__(self, inner: App) -> None:
        self.inner = inner
        self.admission = Admission()
        self.keeper = Keeper()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        token = _bearer(scope)
        if scope["method"] != "POST" or scope["path"].rstrip("/") != PATH or not token:
            await self.inner(scope, receive, send)
            return
        await _send(send, await self._answer(scope, receive, token))

    def close(self) -> None:
        """Let go of the threads and their connections."""
        self.keeper.close()

    async def _answer(self, scope: Any, receive: Any, token: str) -> Answer:
        try:
            with self.admission.entered() as visit:
                bearer_of(token)
                key = _header(scope, b"idempotency-key")
                body = visit.body(receive, unpacker_of(_header(scope, b"content-encoding")))
                if _header(scope, b"content-type").partition(";")[0].strip() == LINES:
                    return await self._stream(scope, LineStream(body, visit), token, key)
                parts = [piece async for piece in body]
                return await self.keeper.stored(Knock(token, key, b"".join(parts)))
        except DomainError as refusal:
            return problem_answer(refusal)

    async def _stream(self, scope: Any, lines: LineStream, token: str, key: str) -> Answer:
        """Store line after line, a part at a time; the next is read when one is stored."""

        async def store(body: bytes, part: Part) -> Answer:
            name = f"{key}/{part.first}" if key else ""
            return await self.keeper.stored(Knock(token, name, body, part))

        return await stream_answer(lines, scope["query_string"], key, store)


async def _send(send: Any, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        *answer.headers,
    ]
    await send(
        {"type": "http.response.start", "status": int(answer.status), "headers": headers}
    )
    await send({"type": "http.response.body", "body": answer.body})


def _bearer(scope: Any) -> str:
    kind, _, token = _header(scope, b"authorization").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _header(scope: Any, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
