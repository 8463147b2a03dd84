"""Asking for a twin, and making one."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events, jobs
from clinicity.common.actors import Actor
from clinicity.common.models import Job
from patients import selectors as patients
from patients import services as patient_services
from patients.models import Purpose
from twins import selectors
from twins.inference.inputs import FEATURES_VERSION, Inputs, digest_of
from twins.inference.snapshot import content
from twins.models import TwinSnapshot
from twins.permissions import demand_reader

TASK = "twins.tasks.generate"


@dataclass(frozen=True)
class Made:
    """A twin, and whether it is new: the same inputs give the one that is there."""

    snapshot: TwinSnapshot
    is_new: bool


def twin_generate_request(*, by: Actor, patient_id: UUID) -> Job:
    """Ask for a new twin. While one waits to be made, that one is the answer."""
    demand_reader(by)
    patients.patient_get(by, patient_id)
    patients.demand_consent(by, patient_id, Purpose.CARE, Purpose.MONITORING)
    with acting_as(by):
        job = _waiting(patient_id) or jobs.enqueue(TASK, by=by, patient_id=patient_id)
        audit.record(
            by=by, act="twin.request", subject="job", subject_id=job.id, patient_id=patient_id
        )
    return job


def twin_generate(*, by: Actor, patient_id: UUID, requested_by: UUID | None = None) -> Made:
    """Make the twin of what is in the ledger now. Safe to run twice.

    1. Read the inputs.
    2. Compute, outside any transaction.
    3. Store snapshot, timeline entry, audit and event in one; or find it stored already.
    """
    patient = patients.patient_get(by, patient_id)
    patients.demand_consent(by, patient_id, Purpose.CARE, Purpose.MONITORING)
    inputs = selectors.inputs_for(by, patient)
    known = _known(by, inputs)
    if known:
        return Made(known, is_new=False)
    return _store(by, inputs, content(inputs), requested_by or by.id)


def _waiting(patient_id: UUID) -> Job | None:
    rows = Job.objects.filter(name=TASK, patient_id=patient_id, state=Job.State.QUEUED)
    return rows.order_by("created_at").first()


def _known(by: Actor, inputs: Inputs) -> TwinSnapshot | None:
    with acting_as(by, inputs.patient_id):
        found: TwinSnapshot | None = TwinSnapshot.objects.filter(
            patient_id=inputs.patient_id, input_digest=inputs.digest()
        ).first()
    return found


def _store(by: Actor, inputs: Inputs, said: dict[str, Any], requested_by: UUID) -> Made:
    snapshot = _snapshot(inputs, said, requested_by)
    with acting_as(by, inputs.patient_id):
        TwinSnapshot.objects.bulk_create([snapshot], ignore_conflicts=True)
        kept = TwinSnapshot.objects.get(
            patient_id=inputs.patient_id, input_digest=snapshot.input_digest
        )
        if kept.id != snapshot.id:  # another worker was faster
            return Made(kept, is_new=False)
        _tell(by, kept)
    return Made(kept, is_new=True)


def _snapshot(inputs: Inputs, said: dict[str, Any], requested_by: UUID) -> TwinSnapshot:
    window = said["window"] or {}
    return TwinSnapshot(
        patient_id=inputs.patient_id,
        ledger_position=inputs.ledger_position,
        features_version=FEATURES_VERSION,
        window_start=_date(window.get("start")),
        window_end=_date(window.get("end")),
        input_digest=inputs.digest(),
        content_digest=digest_of(said),
        figures=len(said["features"]),
        abstentions=len(said["abstentions"]),
        content=said,
        requested_by=requested_by,
    )


def _tell(by: Actor, snapshot: TwinSnapshot) -> None:
    patient_id = snapshot.patient_id
    patient_services.timeline_event_add(
        by=by, patient_id=patient_id, kind="twin", title="Digital twin made",
        body=_summary(snapshot), occurred_at=clock.now(), source_kind="twin",
        source_id=snapshot.id,
    )  # fmt: skip
    audit.record(
        by=by, act="twin.generate", subject="twin_snapshot", subject_id=snapshot.id,
        patient_id=patient_id, ledger_position=snapshot.ledger_position,
        figures=snapshot.figures, abstentions=snapshot.abstentions,
    )  # fmt: skip
    events.publish("twins.generated", patient_id=patient_id, snapshot_id=str(snapshot.id))


def _summary(snapshot: TwinSnapshot) -> str:
    return f"{snapshot.figures} figures, {snapshot.abstentions} abstentions."


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def is_intact(snapshot: TwinSnapshot) -> bool:
    """Whether the content is still what its digest says."""
    return digest_of(snapshot.content) == snapshot.content_digest
