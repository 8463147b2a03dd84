"""What arrived: receipts of the ledger."""

import json
from uuid import UUID

from django.db.models import Max

from biometrics.bodies import progress_key
from biometrics.models import IngestBatch
from biometrics.services.readings import receipt_of
from biometrics.services.storing import Receipt
from clinicity.accounts import idempotency
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import PAGE_SIZE, Page, page_of
from patients import selectors as patients


def ledger_position(actor: Actor, patient_id: UUID) -> int:
    """The patient's newest place in the ledger; 0 before the first batch."""
    with acting_as(actor, patient_id):
        rows = IngestBatch.objects.filter(patient_id=patient_id)
        return int(rows.aggregate(last=Max("position"))["last"] or 0)


def receipt_get(actor: Actor, batch_id: UUID) -> Receipt:
    """The receipt of one batch of one of the actor's patients."""
    with acting_as(actor):
        batch = IngestBatch.objects.filter(id=batch_id).first()
    if batch is None:
        raise NotFound("There is no such receipt.")
    audit.record_read(
        by=actor, act="reading.receipt", subject="ingest_batch", subject_id=batch.id,
        patient_id=batch.patient_id,
    )  # fmt: skip
    return receipt_of(batch)


def receipts_page(
    actor: Actor, patient_id: UUID, *, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Receipt]:
    """What arrived for a patient, newest first."""
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = IngestBatch.objects.filter(patient_id=patient_id).defer("payload")
        if cursor and cursor.isdecimal():
            rows = rows.filter(position__lt=int(cursor))
        found = list(rows.order_by("-position")[: size + 1])
    return page_of(found, size=size, key=lambda batch: batch.position).map(receipt_of)


def stream_progress(actor: Actor, key: str) -> dict[str, int]:
    """How many lines of the actor's stream under this Idempotency-Key are stored."""
    kept = idempotency.answer_of(actor, progress_key(key))
    return dict(json.loads(kept.body)) if kept else {"lines": 0}
