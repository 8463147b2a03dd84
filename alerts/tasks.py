"""Work on alerts that no person waits for."""

from uuid import UUID

from celery import shared_task

from alerts import services
from clinicity.common import jobs
from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue


@jobs.work(queue=Queue.FAST, time_limit=120, once_waiting=True)
def evaluate_patient(*, claim: jobs.Claim, patient_id: str, **_: str | int) -> None:
    """Judge a patient's newest readings against the rules."""
    services.patient_evaluate(by=WORKER, patient_id=UUID(patient_id))


@shared_task(queue=Queue.FAST, time_limit=60)
def wake_snoozed() -> None:
    """Open alerts whose snooze has ended."""
    services.snoozes_wake(by=WORKER)


# Twelve tries outlive what may still be being made of the record, and a store that is away.
@jobs.work(queue=Queue.FAST, max_attempts=12, time_limit=900)
def forget(*, claim: jobs.Claim, patient_id: str, removal_id: str, **_: str | int) -> None:
    """Remove what a withdrawn consent covered here, or all of a person."""
    services.alerts_forget(by=WORKER, patient_id=UUID(patient_id), removal_id=UUID(removal_id))
