"""The door: readings come in through a small ASGI app that stands before Django.

Django reads a whole body, into a plain temporary file, before a view runs. Here

1. a bounded number of requests and bytes is let in; beyond it the answer is 503 with
   Retry-After, and a token that nobody signed is refused before the body is read;
2. the body is read as it streams, up to a limit, and never touches the disk;
3. requests that arrive within a few milliseconds share one transaction (group commit),
   each with a savepoint, a ledger row and a receipt of its own;
4. nobody is answered before that transaction has committed.

Requests without a bearer token (a browser's session) go on to Django's own route,
which calls the same functions.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import connection

from biometrics import group_commit
from biometrics.group_commit import PATH, Answer, Broken, Knock, problem_answer
from clinicity.accounts.tokens import demand_signed
from clinicity.common.exceptions import DomainError, Invalid, Unavailable

LARGEST_BODY = 32 * 1024 * 1024
# Requests and bytes inside at once; a group takes at most so many, and waits so long.
MOST_INSIDE = 512
MOST_BYTES = 256 * 1024 * 1024
LARGEST_GROUP = 64
GATHER_SECONDS = 0.003
READING_SECONDS = 60.0

App = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True)
class Waiting:
    """A request, and where its answer is awaited."""

    knock: Knock
    answer: "asyncio.Future[Answer]"


class TooLarge(Invalid):
    type = "too-large"
    title = "The body is too large."
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooSlow(Invalid):
    type = "too-slow"
    title = "The body did not arrive in time."
    status = HTTPStatus.REQUEST_TIMEOUT


class Door:
    """ASGI app: takes `POST biometric-events` with a bearer token, passes on the rest."""

    def __init__(self, inner: App) -> None:
        self.inner = inner
        self.inside = 0
        self.held_bytes = 0
        self.waiting: asyncio.Queue[Waiting] | None = None
        self.keeper: asyncio.Task[None] | None = None
        # One thread, so that one database connection is kept from group to group.
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="door")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        token = _bearer(scope)
        if scope["method"] != "POST" or scope["path"].rstrip("/") != PATH or not token:
            await self.inner(scope, receive, send)
            return
        await _send(send, await self._answer(scope, receive, token))

    def close(self) -> None:
        """Let go of the thread and its connection."""
        if self.keeper:
            self.keeper.cancel()
        self.thread.submit(_disconnect)
        self.thread.shutdown()

    async def _answer(self, scope: Any, receive: Any, token: str) -> Answer:
        if self.inside >= MOST_INSIDE:
            return problem_answer(_full())
        self.inside += 1
        parts: list[bytes] = []
        try:
            demand_signed(token)
            async with asyncio.timeout(READING_SECONDS):
                await self._read(receive, parts)
            return await self._stored(
                Knock(token, _header(scope, b"idempotency-key"), b"".join(parts))
            )
        except TimeoutError:
            return problem_answer(TooSlow("Send it again, in smaller parts."))
        except DomainError as refusal:
            return problem_answer(refusal)
        finally:
            self.inside -= 1
            self.held_bytes -= sum(map(len, parts))

    async def _read(self, receive: Any, parts: list[bytes]) -> None:
        more, size = True, 0
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Invalid("The request was cut off.")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            self.held_bytes += len(parts[-1])
            if size > LARGEST_BODY:
                raise TooLarge(f"Send at most {LARGEST_BODY // 1024**2} MiB in one request.")
            if self.held_bytes > MOST_BYTES:
                raise _full()
            more = message.get("more_body", False)

    async def _stored(self, knock: Knock) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        await self._queue().put(Waiting(knock, answer))
        return await answer

    def _queue(self) -> "asyncio.Queue[Waiting]":
        if self.waiting is None or self.keeper is None or self.keeper.done():
            self.waiting = self.waiting or asyncio.Queue()
            self.keeper = asyncio.create_task(self._keep(self.waiting))
        return self.waiting

    async def _keep(self, waiting: "asyncio.Queue[Waiting]") -> None:
        while True:
            group = [await waiting.get()]
            await asyncio.sleep(GATHER_SECONDS)
            while len(group) < LARGEST_GROUP and not waiting.empty():
                group.append(waiting.get_nowait())
            answers = await self._store(group)
            for each, answer in zip(group, answers, strict=True):
                if not each.answer.done():
                    each.answer.set_result(answer)

    async def _store(self, group: Sequence[Waiting]) -> list[Answer]:
        """Store in the door's own thread; whatever happens, each gets an answer."""
        knocks, loop = [each.knock for each in group], asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.thread, group_commit.store_group, knocks)
        except Exception:  # noqa: BLE001  the edge: nobody may wait for ever
            return [problem_answer(Broken("Send it again.")) for _ in group]


def _disconnect() -> None:
    connection.close()  # named here, so that it is the thread's own


def _full() -> Unavailable:
    return Unavailable("Try again in a second.", retry_after=1)


async def _send(send: Any, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
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
