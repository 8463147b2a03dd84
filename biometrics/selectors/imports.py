"""Reading imports and uploads. Everything starts from an actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from biometrics.models import ImportRun, ImportUpload, IngestBatch
from biometrics.services import Receipt
from biometrics.services.readings import receipt_of
from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import NotFound
from clinicity.common.models import Job
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from clinicity.privacy import keyring
from patients import selectors as patients
from patients.permissions import demand_staff

SETTLED = frozenset({
    ImportRun.State.DONE, ImportRun.State.FAILED, ImportRun.State.CANCELLED,
    ImportRun.State.PAUSED,
})  # fmt: skip
# Rows of the ledger that a receipt links to.
BATCHES_SHOWN = 20


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is, and how fast since its job began (0 while that isn't known)."""

    import_id: UUID
    state: str
    position: int
    progress: float
    accepted: int
    duplicate: int
    corrected: int
    rejected: int
    records_per_second: float
    seconds_left: float | None
    settled: bool


def imports_page(
    actor: Actor, patient_id: UUID, *, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[ImportRun]:
    """A patient's imports, newest first."""
    demand_staff(actor)
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = ImportRun.objects.filter(patient_id=patient_id).order_by("-id")
        if after := cursor_id(cursor):
            rows = rows.filter(id__lt=after)
        found = list(rows[: size + 1])
        audit.record_read(
            by=actor, act="import.list", subject="import", patient_id=patient_id,
            count=len(found[:size]),
        )  # fmt: skip
    return page_of(found, size=size, key=lambda run: run.id)


def import_get(actor: Actor, run_id: UUID) -> ImportRun:
    """One import, with the read on record. A stranger's isn't there."""
    demand_staff(actor)
    with acting_as(actor, _scope(actor, None)):
        run = _found(run_id)
        if run is not None:
            keyring.preload([run.patient_id])
            audit.record_read(
                by=actor, act="import.read", subject="import", subject_id=run.id,
                patient_id=run.patient_id,
            )  # fmt: skip
            return run
    audit.record_refusal(by=actor, act="import.read", subject="import", subject_id=run_id)
    raise NotFound("There is no such import.")


def import_progress(actor: Actor, run_id: UUID, *, now: datetime) -> ImportProgress:
    """How far an import is. Asked often while it runs, so on record now and then."""
    demand_staff(actor)
    with acting_as(actor, _scope(actor, None)):
        run = _found(run_id)
        if run is None:
            raise NotFound("There is no such import.")
        audit.record_following(
            by=actor, act="import.follow", subject="import", subject_id=run.id,
            patient_id=run.patient_id,
        )  # fmt: skip
        working = run.job_id if run.is_open else None
        job = Job.objects.filter(id=working).first() if working else None
    rate, left = _pace(run, job, now)
    return ImportProgress(
        run.id, run.state, run.position, run.progress, run.accepted, run.duplicate,
        run.corrected, run.rejected, rate, left, run.state in SETTLED,
    )  # fmt: skip


def import_batches(actor: Actor, run: ImportRun) -> Sequence[Receipt]:
    """The first rows of the ledger that an import made."""
    with acting_as(actor, _scope(actor, run.patient_id)):
        rows = IngestBatch.objects.filter(import_run=run).defer("payload", "reasons")
        found = list(rows.order_by("position")[:BATCHES_SHOWN])
        for batch in found:
            batch.reasons = None
    return [receipt_of(batch) for batch in found]


def uploads_waiting(actor: Actor, patient_id: UUID) -> list[ImportUpload]:
    """Files of a patient that are on the way, or whole and not imported yet."""
    with acting_as(actor, patient_id):
        rows = ImportUpload.objects.filter(patient_id=patient_id, removed_at__isnull=True)
        used = set(
            ImportRun.objects.filter(patient_id=patient_id, dry_run=False)
            .exclude(file_key="")
            .values_list("file_key", flat=True)
        )
        return [row for row in rows.order_by("-id") if str(row.id) not in used]


def upload_get(actor: Actor, upload_id: UUID) -> ImportUpload:
    demand_staff(actor)
    with acting_as(actor, _scope(actor, None)):
        upload = ImportUpload.objects.filter(
            id=upload_id, removed_at__isnull=True, patient__deleted_at__isnull=True
        ).first()
    if upload is None:
        raise NotFound("There is no such upload.")
    audit.record_following(
        by=actor, act="import.follow", subject="import_upload", subject_id=upload.id,
        patient_id=upload.patient_id,
    )  # fmt: skip
    return upload


def _pace(run: ImportRun, job: Job | None, now: datetime) -> tuple[float, float | None]:
    """(records a second, seconds left) of the job at work."""
    if job is None or job.started_at is None:
        return 0.0, None
    seconds = (now - job.started_at).total_seconds()
    records = run.position - int(job.args["position"])
    share = run.progress - int(job.args["permille"]) / 1000
    if seconds <= 0 or records <= 0 or share <= 0:
        return 0.0, None
    return records / seconds, seconds * (1 - run.progress) / share


def _found(run_id: UUID) -> ImportRun | None:
    rows = ImportRun.objects.filter(id=run_id, patient__deleted_at__isnull=True)
    return rows.first()


def _scope(actor: Actor, patient_id: UUID | None) -> UUID | Scope | None:
    if actor.role != Role.SERVICE:
        return None
    return patient_id or Scope.ALL_PATIENTS
