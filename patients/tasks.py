"""Work on patients' records that no person waits for."""

from uuid import UUID

from celery import shared_task

from clinicity.common import jobs
from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue
from patients import services


@shared_task(queue=Queue.FAST, time_limit=240)
def questionnaires_due() -> None:
    """Make the questionnaires that have fallen due, and remind of the overdue ones."""
    services.requests_make_due(by=WORKER)


# Twelve tries outlive what may still be being made of the record, and a store that is away.
@jobs.work(queue=Queue.FAST, max_attempts=12, time_limit=900)
def forget(*, claim: jobs.Claim, patient_id: str, removal_id: str, **_: str | int) -> None:
    """Remove what a withdrawn consent covered here, or all of a person."""
    services.patients_forget(
        by=WORKER, patient_id=UUID(patient_id), removal_id=UUID(removal_id)
    )


@jobs.work(queue=Queue.FAST)
def reindex(*, claim: jobs.Claim, patient_id: str, purpose: str, **_: object) -> None:
    """Care is agreed to again: the timeline's entries are found by their words again."""
    services.search_resume(by=WORKER, patient_id=UUID(patient_id), purpose=purpose)
