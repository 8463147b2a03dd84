"""The door: readings come in through a small ASGI app that stands before Django.

Django reads a whole body, into a plain temporary file, before a view runs. Here

1. a bounded number of requests is let in; beyond it the answer is 503 with Retry-After;
2. the body is read as it streams, up to a limit, and never touches the disk;
3. requests that arrive within a few milliseconds share one transaction (group commit),
   each behind its own savepoint, with its own ledger row, receipt and audit event;
4. an answer of success is sent only after that transaction has committed.

Requests without a bearer token (a browser's session) go on to Django's own route,
which calls the same functions.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, transaction

from biometrics.intake import receipt_json, take_in
from clinicity.accounts import idempotency
from clinicity.accounts.tokens import user_of_access
from clinicity.common.exceptions import DomainError, Invalid, Unavailable
from clinicity.common.problems import MEDIA_TYPE, problem_of

logger = logging.getLogger(__name__)

PATH = "/api/v1/biometric-events"
LARGEST_BODY = 32 * 1024 * 1024
# Requests inside at once; a group takes at most so many, and waits so long for them.
MOST_INSIDE = 512
LARGEST_GROUP = 64
GATHER_SECONDS = 0.003

App = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True)
class Knock:
    """One request that waits for its answer."""

    token: str
    key: str
    body: bytes
    answer: "asyncio.Future[Answer]" = field(compare=False)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Sequence[tuple[bytes, bytes]] = ()


class TooLarge(Invalid):
    type = "too-large"
    title = "The body is too large."
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Door:
    """ASGI app: takes `POST biometric-events` with a bearer token, passes on the rest."""

    def __init__(self, inner: App) -> None:
        self.inner = inner
        self.inside = 0
        self.waiting: asyncio.Queue[Knock] | None = None
        self.keeper: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        token = _bearer(scope)
        if scope["method"] != "POST" or scope["path"].rstrip("/") != PATH or not token:
            await self.inner(scope, receive, send)
            return
        await _send(send, await self._answer(scope, receive, token))

    async def _answer(self, scope: Any, receive: Any, token: str) -> Answer:
        if self.inside >= MOST_INSIDE:
            return _problem(Unavailable("Try again in a second.", retry_after=1))
        self.inside += 1
        try:
            body = await _read(receive)
            answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            await self._queue().put(
                Knock(token, _header(scope, b"idempotency-key"), body, answer)
            )
            return await answer
        except DomainError as refusal:
            return _problem(refusal)
        finally:
            self.inside -= 1

    def _queue(self) -> "asyncio.Queue[Knock]":
        if self.waiting is None or self.keeper is None or self.keeper.done():
            self.waiting = self.waiting or asyncio.Queue()
            self.keeper = asyncio.create_task(self._keep(self.waiting))
        return self.waiting

    async def _keep(self, waiting: "asyncio.Queue[Knock]") -> None:
        while True:
            group = [await waiting.get()]
            await asyncio.sleep(GATHER_SECONDS)
            while len(group) < LARGEST_GROUP and not waiting.empty():
                group.append(waiting.get_nowait())
            answers = await sync_to_async(store_group, thread_sensitive=False)(group)
            for knock, answer in zip(group, answers, strict=True):
                if not knock.answer.done():
                    knock.answer.set_result(answer)


def store_group(group: Sequence[Knock]) -> list[Answer]:
    """Store a group in one transaction. If it doesn't commit, nobody is told that it did."""
    close_old_connections()
    try:
        with transaction.atomic():
            return [_store(knock) for knock in group]
    except DatabaseError:
        logger.exception("door.group_failed", extra={"requests": len(group)})
        refusal = Unavailable("Nothing was stored. Send it again.", retry_after=1)
        return [_problem(refusal) for _ in group]
    finally:
        close_old_connections()


def _store(knock: Knock) -> Answer:
    """One request behind its savepoint: its refusal leaves the others alone."""
    try:
        with transaction.atomic():
            return _stored(knock)
    except DomainError as refusal:
        return _problem(refusal)


def _stored(knock: Knock) -> Answer:
    actor = user_of_access(knock.token).actor
    digest = idempotency.digest_of("POST", PATH, knock.body)
    known = idempotency.claim(actor, knock.key, digest) if knock.key else None
    if known:
        return Answer(known.status, known.body.encode())
    body = receipt_json(take_in(actor, knock.body))
    if knock.key:
        idempotency.keep(actor, knock.key, digest, status=HTTPStatus.CREATED, body=body)
    return Answer(HTTPStatus.CREATED, body.encode())


async def _read(receive: Any) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Invalid("The request was cut off.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            raise TooLarge(f"Send at most {LARGEST_BODY // 1024**2} MiB in one request.")
        more = message.get("more_body", False)
    return b"".join(parts)


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


def _problem(refusal: DomainError) -> Answer:
    document = problem_of(refusal)
    wait = refusal.extra.get("retry_after")
    headers = [(b"retry-after", str(wait).encode())] if wait else []
    return Answer(document["status"], msgspec.json.encode(document), MEDIA_TYPE, headers)


def _bearer(scope: Any) -> str:
    kind, _, token = _header(scope, b"authorization").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _header(scope: Any, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
