"""Once a day: rows of sign-ins that ended long ago are deleted."""

from celery import shared_task

from clinicity.accounts import sessions
from clinicity.common import clock
from clinicity.common.queues import Queue


@shared_task(queue=Queue.FAST, time_limit=300)
def forget_sign_ins() -> None:
    sessions.sign_ins_forget(now=clock.now())
