"""What a correction would touch, and what was corrected already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from biometrics.models import IngestBatch
from biometrics.selectors.segments import lanes_between, ms_of
from clinicity.accounts.acting import acting_as
from clinicity.accounts.selectors import names_of
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients import selectors as patients
from patients.models import Patient

MOST = 20
CORRECTING = (
    IngestBatch.Kind.ERROR, IngestBatch.Kind.RESTORE, IngestBatch.Kind.MOVED_OUT,
    IngestBatch.Kind.MOVED_IN,
)  # fmt: skip


@dataclass(frozen=True)
class Correction:
    """One row of the ledger that corrects others. `may_undo` until it is undone."""

    batch: IngestBatch
    sender: str
    may_undo: bool


def samples_touched(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime, *,
    device_id: UUID | None = None,
) -> int:  # fmt: skip
    """How many samples a correction of [start, end) would touch."""
    if end <= start:
        raise Invalid("The end must come after the start.")
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        lanes = lanes_between(patient_id, metric, ms_of(start), ms_of(end), device_id)
        count = sum(len(lane.samples) for lane in lanes)
        audit.record_read(
            by=actor, act="reading.read", subject="reading", patient_id=patient_id,
            metric=metric, samples=count,
        )  # fmt: skip
    return count


def corrections(actor: Actor, patient_id: UUID, metric: str) -> Sequence[Correction]:
    """The newest corrections of a metric, newest first."""
    with acting_as(actor, patient_id):
        rows = list(
            IngestBatch.objects.filter(
                patient_id=patient_id, kind__in=CORRECTING, metrics__contains=[metric]
            )
            .defer("payload", "reasons")
            .select_related("device")
            .order_by("-position")[:MOST]
        )
    names = names_of(row.actor_id for row in rows)
    return [
        Correction(row, names.get(row.actor_id, ""), row.kind == IngestBatch.Kind.ERROR)
        for row in rows
    ]


def patient_named(actor: Actor, words: str) -> Patient:
    """The one patient of the actor's with this record number, name or date of birth."""
    found = patients.patients_page(actor, search=words, size=2).items if words.strip() else []
    if not found:
        raise NotFound("None of your patients has this record number or name.")
    if len(found) > 1:
        raise Conflict("Several of your patients have this name: give the record number.")
    return found[0]
