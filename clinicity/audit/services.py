"""Writing the trail. Called inside the transaction of the change that it records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.ids import new_id
from clinicity.common.middleware import request_id
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
) -> AuditEvent:
    """Add one event. `details` are ids, counts and field names, never values."""
    return AuditEvent.objects.create(
        actor_id=by.id,
        actor_role=by.role,
        act=act,
        subject=subject,
        subject_id=subject_id,
        patient_id=patient_id,
        outcome=outcome,
        details=details,
        request_id=request_id.get(),
    )


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
