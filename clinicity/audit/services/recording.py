"""Writing the trail. Changes are recorded inside the transaction that makes them.

What is read while a request is answered is written with one statement, before the answer
leaves (`reads_together`): if that fails, nothing is shown.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from uuid import UUID

import msgspec
from cachetools import TTLCache
from django.db import connection, transaction

from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import WORKER, Actor
from clinicity.common.ids import new_id
from clinicity.common.middleware import request_id
from clinicity.common.models import Job
from clinicity.common.pipeline import Ask, ids, texts

INSERT = """
INSERT INTO audit_auditevent (
    id, created_at, actor_id, actor_role, act, subject, subject_id, patient_id, outcome,
    details, request_id
)
SELECT id, %s, actor_id, actor_role, act, subject,
    subject_id,
    patient_id, %s, details::jsonb, request_id
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::uuid[],
    %s::uuid[], %s::text[], %s::text[])
    AS row (id, actor_id, actor_role, act, subject, subject_id, patient_id, details, request_id)
"""

SHA256 = re.compile(r"[0-9a-f]{64}")
# The hash of nothing: a call that brought no answer.
NO_ANSWER = hashlib.sha256(b"").hexdigest()

INSERT_ONE = """
INSERT INTO audit_auditevent (
    id, created_at, actor_id, actor_role, act, subject, subject_id, patient_id, outcome,
    details, request_id
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s)
"""


@dataclass(frozen=True)
class Entry:
    """One event of many. `details` are ids, counts and field names, never values."""

    by: Actor
    act: str
    subject: str
    subject_id: UUID | None = None
    patient_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""


def record(
    *,
    by: Actor,
    act: str,
    subject: str,
    subject_id: UUID | None = None,
    patient_id: UUID | None = None,
    outcome: str = AuditEvent.Outcome.OK,
    **details: Any,
) -> UUID:
    """Add one event. `details` are ids, counts and field names, never values."""
    id = new_id()
    values: list[Any] = [
        id, clock.now(), by.id, str(by.role), act, subject, subject_id, patient_id,
        str(outcome), msgspec.json.encode(details).decode(), request_id.get(),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ONE, values)
    return id


def record_read(
    *,
    by: Actor,
    act: str,
    subject: str,
    subject_id: UUID | None = None,
    patient_id: UUID | None = None,
    **details: Any,
) -> None:
    """Record a look: with the others of its request, or at once where none is answered."""
    entry = Entry(by, act, subject, _uuid(subject_id), _uuid(patient_id), details)
    waiting = _reads.get()
    if waiting is None:
        _record_all([entry])
    elif entry not in waiting:  # one look, however many parts of a page ask for it
        waiting.append(entry)


def _uuid(id: UUID | str | None) -> UUID | None:
    """A row that was just made may still hold its ids as the texts they came as."""
    return UUID(str(id)) if id else None


# Who followed what within the last minutes, in this process.
_followed: TTLCache[tuple[UUID, UUID], bool] = TTLCache(maxsize=10_000, ttl=600)
_noting = Lock()


def record_following(
    *, by: Actor, act: str, subject: str, subject_id: UUID, patient_id: UUID | None
) -> None:
    """Record that someone follows work that goes on: once in a while, not each time that
    an open page asks how far it is."""
    if (by.id, subject_id) not in _followed:
        record_read(
            by=by, act=act, subject=subject, subject_id=subject_id, patient_id=patient_id
        )
        transaction.on_commit(lambda: _note_followed(by.id, subject_id))


def _note_followed(actor_id: UUID, subject_id: UUID) -> None:
    with _noting:
        _followed[actor_id, subject_id] = True


@contextmanager
def reads_together() -> Iterator[None]:
    """Keep the looks within the block, and write them with one statement at its end.

    Also after a failure: what was read has been read.
    """
    waiting: list[Entry] = []
    token = _reads.set(waiting)
    try:
        yield
    finally:
        _reads.reset(token)
        if waiting:
            _record_all(waiting)


_reads: ContextVar[list[Entry] | None] = ContextVar("reads", default=None)


def _record_all(entries: Sequence[Entry]) -> None:
    with connection.cursor() as cursor:
        record_many(cursor.execute, entries)


def record_many(ask: Ask, entries: Sequence[Entry]) -> None:
    """Add several events with one statement of the caller's pipeline."""
    ask(
        INSERT,
        [
            clock.now(), str(AuditEvent.Outcome.OK), ids(new_id() for _ in entries),
            ids(each.by.id for each in entries), texts(str(each.by.role) for each in entries),
            texts(each.act for each in entries), texts(each.subject for each in entries),
            ids(each.subject_id for each in entries), ids(each.patient_id for each in entries),
            texts(msgspec.json.encode(each.details).decode() for each in entries),
            texts(each.request_id or request_id.get() for each in entries),
        ],
    )  # fmt: skip


def record_refusal(
    *, by: Actor, act: str, subject: str, subject_id: UUID | None = None, **details: Any
) -> None:
    """Add a refusal in a transaction of its own: what was refused rolls back."""
    with transaction.atomic():
        record(
            by=by, act=act, subject=subject, subject_id=subject_id,
            outcome=AuditEvent.Outcome.REFUSED, **details,
        )  # fmt: skip


def model_call_record(
    *,
    by: Actor,
    purpose: str,
    model: str,
    prompt_sha256: str,
    answer_sha256: str,
    prompt_tokens: int | None = None,
    answer_tokens: int | None = None,
    subject_id: UUID | None = None,
    patient_id: UUID | None = None,
    outcome: str = AuditEvent.Outcome.OK,
    **details: Any,
) -> UUID:
    """Record a call of a model: which one, what for, what it cost, and hashes (hex) of prompt
    and answer, by which a text that is shown later can be proved to be the one.

    Raises ValueError for a hash that is none: the texts themselves must not get here. A call
    that failed has no answer (`NO_ANSWER`).
    """
    for text in (prompt_sha256, answer_sha256):
        if not SHA256.fullmatch(text):
            raise ValueError("The trail holds SHA-256 hashes of prompts and answers, no texts.")
    return record(
        by=by, act="model.call", subject="model", subject_id=subject_id, patient_id=patient_id,
        outcome=outcome, wanted_for=purpose, model=model, prompt_sha256=prompt_sha256,
        answer_sha256=answer_sha256, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens,
        **details,
    )  # fmt: skip


def sha256_of(text: str) -> str:
    """The hash under which a text of a prompt or an answer goes on record."""
    return hashlib.sha256(text.encode()).hexdigest()


def job_run_record(job: Job) -> None:
    """Record that a run of a job has ended; one that will be tried again has failed, too."""
    done = job.state == Job.State.DONE
    record(
        by=WORKER, act="job.run", subject="job", subject_id=job.id, patient_id=job.patient_id,
        outcome=AuditEvent.Outcome.OK if done else AuditEvent.Outcome.FAILED, name=job.name,
        requested_by=job.requested_by, attempt=job.attempts, done=job.done_count,
    )  # fmt: skip
