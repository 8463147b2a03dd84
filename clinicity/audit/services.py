"""Writing the trail. Called inside the transaction of the change that it records."""

from typing import Any
from uuid import UUID

from django.db import transaction

from clinicity.audit.models import AuditEvent
from clinicity.common.actors import Actor
from clinicity.common.middleware import request_id


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


def record_refusal(
    *, by: Actor, act: str, subject: str, subject_id: UUID | None = None, **details: Any
) -> None:
    """Add a refusal in a transaction of its own: what was refused rolls back."""
    with transaction.atomic():
        record(
            by=by, act=act, subject=subject, subject_id=subject_id,
            outcome=AuditEvent.Outcome.REFUSED, **details,
        )  # fmt: skip
