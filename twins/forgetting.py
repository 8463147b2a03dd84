"""What this app removes: all twins when care ends, those that are being made when monitoring
does. No model of this app was trained on patients' data: nothing is kept for training."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.models import Job
from patients import services as patients
from patients.services import (
    Plan,
    Store,
    removal_carry_out,
    rows_count,
    rows_forget,
    rows_store,
    tables,
)
from twins.models import TwinSnapshot
from twins.services import TASK

PART = "twins"
WITHDRAWN = "Consent was withdrawn."


def twins_forget(*, by: Actor, patient_id: UUID, removal_id: UUID) -> None:
    removal_carry_out(by=by, patient_id=patient_id, removal_id=removal_id, part=PART, plan=PLAN)


def _waiting(subject: UUID) -> QuerySet[Job]:
    return Job.objects.filter(name=TASK, patient_id=subject, state=Job.State.QUEUED)


def _waiting_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    return {"twins waiting to be made": _waiting(subject).count()}


def _waiting_end(by: Actor, subject: UUID) -> None:
    _waiting(subject).update(state=Job.State.DEAD, error=WITHDRAWN, finished_at=clock.now())


def _twins_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    return rows_count(by=by, subject=subject, places=tables(PART))


def _twins_remove(by: Actor, subject: UUID) -> None:
    """The snapshots, and the timeline's entries that point to them."""
    with acting_as(by, subject):
        made = TwinSnapshot.objects.filter(patient_id=subject)
        for snapshot_id in made.values_list("id", flat=True):
            patients.timeline_source_remove(
                by=by, patient_id=subject, source_kind="twin", source_id=snapshot_id
            )
        rows_forget(by=by, subject=subject, places=tables(PART))


WAITING = Store("waiting", _waiting_count, _waiting_end)
PLAN: Plan = {
    "monitoring": (WAITING,),
    "care": (WAITING, Store("twins", _twins_count, _twins_remove)),
    "erasure": (WAITING, rows_store(PART)),
}
