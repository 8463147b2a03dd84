"""Sealing every few seconds, watching for unusual access every few minutes, proving when asked."""

from celery import shared_task

from clinicity.audit import sealing, verifying
from clinicity.audit import services as audit
from clinicity.audit.services.proving import trail_proved
from clinicity.common import jobs
from clinicity.common.actors import Actor, Role
from clinicity.common.queues import Queue


@shared_task(queue=Queue.FAST, time_limit=300)
def seal() -> None:
    sealing.seal()


@shared_task(queue=Queue.FAST, time_limit=280)
def watch() -> None:
    audit.access_watch()


@jobs.work(queue=Queue.HEAVY, max_attempts=2, time_limit=3600)
def prove(*, claim: jobs.Claim, role: str, total: int) -> None:
    """Prove the whole trail for someone who asked on the audit page."""
    verdict = verifying.seal_and_verify(progress=lambda number: claim.progress(number, total))
    trail_proved(by=Actor(claim.requested_by, Role(role)), verdict=verdict, job_id=claim.job_id)
