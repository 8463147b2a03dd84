"""The sweeper: finds what a crash left behind and wakes a worker for it."""

from datetime import timedelta

from celery import shared_task

from clinicity.common import events, jobs
from clinicity.common.queues import Queue

# A commit that is this old and still waiting has lost its wake-up call.
GRACE = timedelta(seconds=5)


@shared_task(queue=Queue.FAST, time_limit=60)
def sweep() -> None:
    for event_id in events.waiting(older_than=GRACE):
        events.dispatch(event_id)
    for job in jobs.waiting(older_than=GRACE):
        jobs.wake(job.id, job.name, job.queue)
