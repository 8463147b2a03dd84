"""`Idempotency-Key` on writes (IETF draft-ietf-httpapi-idempotency-key-header).

The first answer is kept in the write's own transaction and replayed byte for byte;
the same key with another body is 422; a key whose first request still runs is 409.
"""

import hashlib
from datetime import timedelta
from http import HTTPStatus
from typing import Any

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
from clinicity.privacy.pseudonyms import keyed_hash

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255
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
        lock = int.from_bytes(
            hashlib.sha256(f"{actor.id}{index}".encode()).digest()[:8], signed=True
        )
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise InFlight("Wait for its answer, or send the request again in a moment.")
    stored = StoredAnswer.objects.filter(
        actor_id=actor.id, key_index=index, expires_at__gt=clock.now()
    ).first()
    if stored and stored.request_digest != digest:
        raise KeyReused("Use a new key for a new request.")
    return stored


def keep(actor: Actor, key: str, digest: str, *, status: int, body: str) -> None:
    """Keep the first answer, in the same transaction as the write."""
    index = _index(key)
    StoredAnswer.objects.filter(actor_id=actor.id, key_index=index).delete()
    StoredAnswer.objects.create(
        actor_id=actor.id, key_index=index, request_digest=digest, status=status, body=body,
        expires_at=clock.now() + KEPT_FOR,
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


def _index(key: str) -> str:
    if len(key) > LONGEST_KEY:
        raise DomainError(f"{HEADER} is longer than {LONGEST_KEY} characters.")
    return keyed_hash(key, scope="idempotency")
