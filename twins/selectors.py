"""Reading twins, and how far the making of one is."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from biometrics import selectors as biometrics
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.models import Job
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from patients import selectors as patients
from patients.models import Patient
from twins.inference.daily import DAILY
from twins.inference.inputs import WINDOW_DAYS, Inputs, Score, Series
from twins.models import TwinSnapshot
from twins.permissions import demand_reader

METRICS = tuple(sorted({"activity"} | {rule.metric for rule in DAILY}))


def snapshot_latest(actor: Actor, patient_id: UUID) -> TwinSnapshot | None:
    """The newest twin of a patient; None before the first."""
    demand_reader(actor)
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = TwinSnapshot.objects.filter(patient_id=patient_id)
        found: TwinSnapshot | None = rows.order_by("-id").first()
        _record(actor, patient_id, found)
    return found


def snapshot_get(actor: Actor, patient_id: UUID, snapshot_id: UUID) -> TwinSnapshot:
    """One twin of a patient; raises NotFound."""
    demand_reader(actor)
    with acting_as(actor, patient_id):
        rows = TwinSnapshot.objects.filter(patient_id=patient_id, id=snapshot_id)
        found: TwinSnapshot | None = rows.first()
        if found is None:
            raise NotFound("There is no such twin.")
        _record(actor, patient_id, found)
    return found


def snapshots_page(
    actor: Actor, patient_id: UUID, *, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[TwinSnapshot]:
    """A patient's twins, newest first, without their content."""
    demand_reader(actor)
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = TwinSnapshot.objects.filter(patient_id=patient_id).defer("content")
        if before := cursor_id(cursor):
            rows = rows.filter(id__lt=before)
        found = list(rows.order_by("-id")[: size + 1])
    return page_of(found, size=size, key=lambda snapshot: snapshot.id)


def job_get(actor: Actor, job_id: UUID) -> Job:
    """A job that the actor asked for, or that works for one of their patients."""
    demand_reader(actor)
    job = Job.objects.filter(id=job_id).first()
    if job is None or not _may_see(actor, job):
        raise NotFound("There is no such job.")
    audit.record_following(
        by=actor, act="job.follow", subject="job", subject_id=job.id,
        patient_id=job.patient_id,
    )  # fmt: skip
    return job


def inputs_for(actor: Actor, patient: Patient) -> Inputs:
    """Everything that a twin may depend on, as it stands in the ledger now."""
    while True:
        position = biometrics.ledger_position(actor, patient.id)
        scores = _scores(actor, patient.id)
        series = _series(actor, patient, _newest(actor, patient.id, scores))
        # Readings that arrived meanwhile belong to the next position: read again.
        if position == biometrics.ledger_position(actor, patient.id):
            return Inputs(patient.id, position, patient.time_zone, series, scores)


def _newest(
    actor: Actor, patient_id: UUID, scores: dict[str, tuple[Score, ...]]
) -> datetime | None:
    moments = [
        latest.measured_at
        for latest in biometrics.latest(actor, patient_id)
        if latest.metric.code in METRICS
    ]
    moments += [answered[-1].answered_at for answered in scores.values()]
    return max(moments, default=None)


def _series(actor: Actor, patient: Patient, newest: datetime | None) -> dict[str, Series]:
    """Each metric within the window that ends on the newest moment's local day."""
    if newest is None:
        return {}
    zone = ZoneInfo(patient.time_zone)
    first = newest.astimezone(zone).date() - timedelta(days=WINDOW_DAYS - 1)
    start = datetime.combine(first, time.min, zone).astimezone(UTC)
    found = {
        metric: biometrics.readings_array(
            actor, patient.id, metric, start, newest + timedelta(seconds=1)
        )
        for metric in METRICS
    }
    return {
        metric: Series(readings.times_ms, readings.values)
        for metric, readings in found.items()
        if len(readings.times_ms)
    }


def _scores(actor: Actor, patient_id: UUID) -> dict[str, tuple[Score, ...]]:
    by_name: dict[str, list[Score]] = {}
    for answer in patients.questionnaire_responses(actor, patient_id):
        score = Score(answer.answered_at, float(answer.score))
        by_name.setdefault(answer.instrument, []).append(score)
    return {name: tuple(answered) for name, answered in by_name.items()}


def _may_see(actor: Actor, job: Job) -> bool:
    if job.requested_by == actor.id:
        return True
    return job.patient_id is not None and bool(
        patients.visible_patient_ids(actor, [job.patient_id])
    )


def _record(actor: Actor, patient_id: UUID, snapshot: TwinSnapshot | None) -> None:
    audit.record_read(
        by=actor, act="twin.read", subject="twin_snapshot",
        subject_id=snapshot.id if snapshot else None, patient_id=patient_id,
    )  # fmt: skip
