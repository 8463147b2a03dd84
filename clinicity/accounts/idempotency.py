"""`Idempotency-Key` on writes (IETF draft-ietf-httpapi-idempotency-key-header).

The first answer is kept in the write's own transaction and replayed byte for byte;
the same key with another body is 422; a key whose first request still runs is 409.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from clinicity.accounts.models import StoredAnswer
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError
from clinicity.common.ids import new_id
from clinicity.common.pipeline import Ask, Rows, ids, numbers, texts
from clinicity.privacy import keyring
from clinicity.privacy.fields import Ciphertext
from clinicity.privacy.pseudonyms import keyed_hash

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255
WAIT = "Wait for its answer, or send the request again in a moment."
JSON = "application/json"


class KeyReused(DomainError):
    type = "idempotency-key-reused"
    title = "This Idempotency-Key was used with another request."
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class InFlight(DomainError):
    type = "idempotency-in-flight"
    title = "The first request with this Idempotency-Key is still running."
    status = HTTPStatus.CONFLICT


def digest_of(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same: method, path without its last slash, body."""
    head = f"{method} {path.rstrip('/')}\n".encode()
    return hashlib.sha256(head + body).hexdigest()


def claim(actor: Actor, key: str, digest: str) -> StoredAnswer | None:
    """Take the key for this transaction, or give the answer that it already has."""
    index = _index(key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_key(actor.id, index)])
        if not cursor.fetchone()[0]:
            raise InFlight(WAIT)
    stored = StoredAnswer.objects.filter(
        actor_id=actor.id, key_index=index, expires_at__gt=clock.now()
    ).first()
    if stored and stored.request_digest != digest:
        raise KeyReused("Use a new key for a new request.")
    return stored


def answer_of(actor: Actor, key: str) -> StoredAnswer | None:
    """The answer that one of the actor's keys already has."""
    rows = StoredAnswer.objects.filter(actor_id=actor.id, key_index=_index(key))
    return rows.filter(expires_at__gt=clock.now()).first()


def keep(actor: Actor, key: str, digest: str, *, status: int, body: str) -> None:
    """Keep the first answer, in the same transaction as the write."""
    index = _index(key)
    StoredAnswer.objects.filter(actor_id=actor.id, key_index=index).delete()
    StoredAnswer.objects.create(
        actor_id=actor.id, key_index=index, request_digest=digest, status=status, body=body,
        expires_at=clock.now() + KEPT_FOR,
    )  # fmt: skip


@dataclass(frozen=True)
class Claimed:
    """A key of one request in a group: its actor, its index, its request's digest."""

    actor_id: UUID
    index: str
    digest: str


@dataclass(frozen=True)
class Kept:
    """The answer to a request in a group, under its key."""

    claimed: Claimed
    status: int
    body: str


LOCKS = "SELECT key, pg_try_advisory_xact_lock(key) FROM unnest(%s::int8[]) AS key"
# By its key, never by the index of what expires: that holds nearly all of them.
STORED = """
SELECT a.id, a.actor_id, a.key_index, a.request_digest, a.status, a.body
FROM unnest(%s::uuid[], %s::text[]) AS w (actor_id, key_index)
JOIN accounts_storedanswer a
    ON a.actor_id = w.actor_id AND a.key_index = w.key_index
        AND (a.expires_at > %s) IS TRUE
"""
KEEP = """
INSERT INTO accounts_storedanswer (
    id, created_at, actor_id, key_index, request_digest, status, body, expires_at
)
SELECT id, %s, actor_id, key_index, request_digest, status, body, %s
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::int8[], %s::text[])
    AS row (id, actor_id, key_index, request_digest, status, body)
ON CONFLICT (actor_id, key_index) DO UPDATE SET
    id = excluded.id, created_at = excluded.created_at, body = excluded.body,
    request_digest = excluded.request_digest, status = excluded.status,
    expires_at = excluded.expires_at
"""


@dataclass(frozen=True)
class Claims:
    """The keys of a group, asked for: which are ours now, which have an answer."""

    locks: Rows
    stored: Rows

    def settle(self, claimed: Sequence[Claimed]) -> "dict[Claimed, StoredAnswer | DomainError]":
        """For each key that is not to be carried out: its answer, or why not."""
        ours = dict(self.locks.fetchall())
        stored = {(row[1], row[2]): row for row in self.stored.fetchall()}
        found: dict[Claimed, StoredAnswer | DomainError] = {}
        for each in claimed:
            row = stored.get((each.actor_id, each.index))
            if not ours[_lock_key(each.actor_id, each.index)]:
                found[each] = InFlight(WAIT)
            elif row and row[3] != each.digest:
                found[each] = KeyReused("Use a new key for a new request.")
            elif row:
                answer = StoredAnswer(id=row[0], actor_id=row[1], status=row[4])
                answer.__dict__["body"] = Ciphertext(row[5])
                found[each] = answer
        return found


def claimed_by(actor_id: UUID, key: str, digest: str) -> Claimed:
    return Claimed(actor_id, _index(key), digest)


def claim_many(ask: Ask, claimed: Sequence[Claimed]) -> Claims:
    """Take the keys of a group for this transaction, in the caller's pipeline."""
    keys = {_lock_key(each.actor_id, each.index) for each in claimed}
    return Claims(
        ask(LOCKS, [numbers(sorted(keys))]),
        ask(
            STORED,
            [
                ids(each.actor_id for each in claimed),
                texts(each.index for each in claimed),
                clock.now(),
            ],
        ),
    )


def keep_many(ask: Ask, kept: Sequence[Kept]) -> None:
    """Keep first answers, in the same transaction as what they answer."""
    if not kept:
        return
    now, made = clock.now(), [new_id() for _ in kept]
    field = StoredAnswer._meta.get_field("body")
    ask(
        KEEP,
        [
            now, now + KEPT_FOR, ids(made), ids(each.claimed.actor_id for each in kept),
            texts(each.claimed.index for each in kept),
            texts(each.claimed.digest for each in kept),
            numbers(int(each.status) for each in kept),
            texts(
                field.seal_value(keyring.SYSTEM, id, each.body)
                for id, each in zip(made, kept, strict=True)
            ),
        ],
    )  # fmt: skip


class _Replayed(Exception):
    """The key has its answer already: skip the write."""

    def __init__(self, stored: StoredAnswer) -> None:
        super().__init__()
        self.stored = stored


class IdempotentWrites(APIView):
    """An API view whose writes are carried out once for each `Idempotency-Key`.

    The whole request runs in one transaction, so the answer is kept exactly when the
    write is. Answers that are no success are not kept: the client may try again.
    """

    _claimed = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in SAFE_METHODS or not request.headers.get(HEADER):
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        if key and request.method not in SAFE_METHODS:
            digest = digest_of(str(request.method), request.path, request.body)
            stored = claim(actor_of(request), key, digest)
            if stored:
                raise _Replayed(stored)
            self._claimed = digest

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, _Replayed):
            stored = exc.stored
            return HttpResponse(stored.body, status=stored.status, content_type=JSON)
        self._claimed = ""
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self._claimed:
            response.render()
            keep(
                actor_of(request), request.headers[HEADER], self._claimed,
                status=response.status_code, body=response.content.decode(),
            )  # fmt: skip
        return response


def _lock_key(actor_id: UUID, index: str) -> int:
    return int.from_bytes(
        hashlib.sha256(f"{actor_id}{index}".encode()).digest()[:8], signed=True
    )


def _index(key: str) -> str:
    if len(key) > LONGEST_KEY:
        raise DomainError(f"{HEADER} is longer than {LONGEST_KEY} characters.")
    return keyed_hash(key, scope="idempotency")
