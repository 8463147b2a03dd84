"""Sealing, every few seconds."""

from celery import shared_task

from clinicity.audit import sealing
from clinicity.common.queues import Queue


@shared_task(queue=Queue.FAST, time_limit=300)
def seal() -> None:
    sealing.seal()
