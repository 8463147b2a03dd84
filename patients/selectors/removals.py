"""How far removals are, their reports, holds, and which records' time of keeping is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import connection

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.models import Job
from patients.models import DeletionReport, LegalHold, Removal, RemovalStep, record_ids
from patients.permissions import demand_eraser
from patients.selectors.people import patient_get
from patients.services.erasure import keep_until

LONGEST = 100
OVER = """
SELECT p.id, greatest(p.created_at, max(e.starts_at), max(t.occurred_at)) AS last
FROM patients_patient p
LEFT JOIN patients_encounter e ON e.patient_id = p.id
LEFT JOIN patients_timelineevent t ON t.patient_id = p.id
WHERE p.erased_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM patients_patientalias a
                    WHERE a.merged_id = p.id AND a.undone_at IS NULL)
GROUP BY p.id
HAVING greatest(p.created_at, max(e.starts_at), max(t.occurred_at)) <= %s
ORDER BY last LIMIT %s
"""


class State(StrEnum):
    """How far a removal is. `stopped` is for one whose consent was given again."""

    PENDING = "pending"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Progress:
    """One removal, the apps that are through, and its report once all are."""

    removal: Removal
    state: State
    through: int
    error: str
    report: DeletionReport | None

    @property
    def total(self) -> int:
        return len(self.removal.parts)


@dataclass(frozen=True)
class Keeping:
    """Until when a record must be kept, and the holds on it, standing ones first."""

    until: datetime
    holds: Sequence[LegalHold]

    @property
    def is_over(self) -> bool:
        return self.until <= clock.now()

    @property
    def is_held(self) -> bool:
        return any(hold.lifted_at is None for hold in self.holds)


def removals(actor: Actor, patient_id: UUID) -> list[Progress]:
    """What was removed of a patient's data or is being removed, the newest first."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        return _progress(Removal.objects.filter(patient_id=patient_id))


def erasures(actor: Actor) -> list[Progress]:
    """Everybody who was erased, the newest first: admins answer for it."""
    demand_eraser(actor)
    with acting_as(actor):
        found = _progress(Removal.objects.exclude(kind=Removal.Kind.WITHDRAWAL))
        audit.record(by=actor, act="erasure.list", subject="removal", count=len(found))
    return found


def keeping(actor: Actor, patient_id: UUID) -> Keeping:
    """What stands in the way of erasing a record. For admins."""
    demand_eraser(actor)
    patient_get(actor, patient_id)
    with acting_as(actor):
        rows = LegalHold.objects.filter(patient_id=patient_id).order_by("-id")
        holds = sorted(rows, key=lambda hold: hold.lifted_at is not None)
        return Keeping(keep_until(record_ids(patient_id)), holds)


def records_over(actor: Actor) -> list[tuple[UUID, datetime]]:
    """Records whose time of keeping is over, with the moment of their last entry."""
    demand_eraser(actor)
    now = clock.now()
    last = now.replace(year=now.year - settings.RECORD_RETENTION_YEARS, day=min(now.day, 28))
    with acting_as(actor), connection.cursor() as cursor:
        cursor.execute(OVER, [last, LONGEST])
        return list(cursor.fetchall())


def _progress(rows: Iterable[Removal]) -> list[Progress]:
    found = list(rows.order_by("-id")[:LONGEST])  # type: ignore[attr-defined]
    ids = [removal.id for removal in found]
    steps = RemovalStep.objects.filter(removal_id__in=ids, store="")
    through: dict[UUID, set[str]] = {}
    for removal_id, part in steps.values_list("removal_id", "part"):
        through.setdefault(removal_id, set()).add(part)
    reports = {each.removal_id: each for each in DeletionReport.objects.filter(removal__in=ids)}
    working = _jobs(found)
    return [
        _one(removal, through.get(removal.id, set()), working, reports.get(removal.id))
        for removal in found
    ]


def _jobs(found: Sequence[Removal]) -> dict[tuple[str, str], Job]:
    """The newest job of each app for each removal."""
    rows = Job.objects.filter(
        patient_id__in={removal.patient_id for removal in found}, name__endswith=".forget"
    )
    return {
        (job.args.get("removal_id", ""), job.name.partition(".")[0]): job
        for job in rows.order_by("created_at")
    }


def _one(
    removal: Removal, through: set[str], working: dict[tuple[str, str], Job],
    report: DeletionReport | None,
) -> Progress:  # fmt: skip
    waiting = [
        job
        for part in removal.parts
        if part not in through and (job := working.get((str(removal.id), part)))
    ]
    dead = [job for job in waiting if job.state == Job.State.DEAD]
    error = next((job.error for job in dead), "")
    return Progress(removal, _state(removal, waiting, through), len(through), error, report)


def _state(removal: Removal, waiting: Sequence[Job], through: set[str]) -> State:
    if removal.finished_at:
        return State.STOPPED if removal.cancelled_at else State.DONE
    states = {job.state for job in waiting}
    if Job.State.DEAD in states:
        return State.FAILED
    return State.RUNNING if through or Job.State.RUNNING in states else State.PENDING
