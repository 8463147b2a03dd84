"""Work on readings that no person waits for: files, and days that moved."""

from uuid import UUID

from celery import shared_task

from biometrics import services
from biometrics.models import ImportRun
from clinicity.common import clock, jobs
from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue

# Each claim after a crash counts as one; the file itself is not to blame for them.
ATTEMPTS = 20


@jobs.work(queue=Queue.HEAVY, max_attempts=ATTEMPTS, time_limit=3600)
def import_readings(
    *, claim: jobs.Claim, patient_id: str, run_id: str, **_: str | int | None
) -> None:
    """Read an uploaded file into a patient's readings, from where it stopped."""

    def progress(run: ImportRun) -> None:
        note = services.in_words(sum(count for count, *_ in run.found.values()))
        claim.progress(round(run.progress * 100), 100, note)

    services.import_work(
        by=WORKER, patient_id=UUID(patient_id), run_id=UUID(run_id), job_id=claim.job_id,
        progress=progress, seconds=services.SLICE_SECONDS,
    )  # fmt: skip


@jobs.work(queue=Queue.HEAVY, time_limit=900, once_waiting=True)
def days_sum_up(*, claim: jobs.Claim, patient_id: str) -> None:
    """A patient's days follow the time zones that they live by."""
    services.rollups_rebuild(by=WORKER, patient_id=UUID(patient_id))


@shared_task(queue=Queue.FAST, time_limit=120)
def sweep_imports() -> None:
    """Remove files that nobody imported, and bury imports that no worker reads any more."""
    services.imports_bury(by=WORKER)
    services.uploads_sweep(by=WORKER, now=clock.now())


# Twelve tries outlive what may still be being made of the record, and a store that is away.
@jobs.work(queue=Queue.HEAVY, max_attempts=12, time_limit=900)
def forget(*, claim: jobs.Claim, patient_id: str, removal_id: str, **_: str | int) -> None:
    """Remove what a withdrawn consent covered here, or all of a person."""
    services.readings_forget(
        by=WORKER, patient_id=UUID(patient_id), removal_id=UUID(removal_id)
    )
