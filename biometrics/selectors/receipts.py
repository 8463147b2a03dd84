"""Rows of the ledger with all that they say, their payload apart."""

from dataclasses import dataclass
from uuid import UUID

from biometrics.models import IngestBatch
from clinicity.accounts.acting import acting_as
from clinicity.accounts.selectors import names_of
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import Page, page_of
from clinicity.privacy import keyring
from patients import selectors as patients


@dataclass(frozen=True)
class Reason:
    """Why one sample was rejected. `field` is empty where the reason names none."""

    index: int
    field: str
    reason: str


@dataclass(frozen=True)
class LedgerRow:
    """A batch as it was received, who sent it, and what was refused of it."""

    batch: IngestBatch
    sender: str
    reasons: list[Reason]


def ledger_row(actor: Actor, batch_id: UUID) -> LedgerRow:
    """One row of one of the actor's patients."""
    with acting_as(actor):
        batch = (
            IngestBatch.objects.filter(id=batch_id, patient__deleted_at__isnull=True)
            .defer("payload")
            .select_related("device", "import_run")
            .first()
        )
        if batch is None:
            raise NotFound("There is no such receipt.")
        keyring.preload([batch.patient_id])
        audit.record_read(
            by=actor, act="reading.receipt", subject="ingest_batch", subject_id=batch.id,
            patient_id=batch.patient_id,
        )  # fmt: skip
        names = names_of([batch.actor_id])
        reasons = [_reason(entry) for entry in batch.reasons or ()]
    return LedgerRow(batch, names.get(batch.actor_id, ""), reasons)


def ledger_page(
    actor: Actor, patient_id: UUID, *, cursor: str | None = None, size: int
) -> Page[LedgerRow]:
    """A patient's rows, newest first, without what was refused of each."""
    patients.patient_get(actor, patient_id)
    with acting_as(actor):
        rows = IngestBatch.objects.filter(patient_id=patient_id)
        if cursor and cursor.isdecimal():
            rows = rows.filter(position__lt=int(cursor))
        rows = rows.defer("payload", "reasons").select_related("device", "import_run")
        found = list(rows.order_by("-position")[: size + 1])
    names = names_of(row.actor_id for row in found)
    page = page_of(found, size=size, key=lambda row: row.position)
    return page.map(lambda row: LedgerRow(row, names.get(row.actor_id, ""), []))


def _reason(entry: list[object]) -> Reason:
    """Rows hold (index, reason), or (index, field, reason)."""
    index, *between, reason = entry
    return Reason(int(str(index)), str(between[0]) if between else "", str(reason))
