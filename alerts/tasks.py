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
