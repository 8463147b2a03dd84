"""Work on patients' records that no person waits for."""

from celery import shared_task

from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue
from patients import services


@shared_task(queue=Queue.FAST, time_limit=240)
def questionnaires_due() -> None:
    """Make the questionnaires that have fallen due, and remind of the overdue ones."""
    services.requests_make_due(by=WORKER)
