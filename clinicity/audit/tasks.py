"""Sealing every few seconds, watching every few minutes, retiring daily, proving when asked."""

from celery import shared_task

from clinicity.audit import sealing, verifying
from clinicity.audit import services as audit
from clinicity.audit.services import retention
from clinicity.audit.services.proving import trail_proved
from clinicity.common import jobs
from clinicity.common.actors import SYSTEM, Actor, Role
from clinicity.common.queues import Queue


@shared_task(queue=Queue.FAST, time_limit=300)
def seal() -> None:
    sealing.seal()


@shared_task(queue=Queue.FAST, time_limit=280)
def watch() -> None:
    audit.access_watch()


@shared_task(queue=Queue.FAST, time_limit=60)
def keep() -> None:
    """Once a day: ask for the job below, which archives and removes."""
    jobs.enqueue("clinicity.audit.tasks.retain", by=SYSTEM)


@jobs.work(queue=Queue.HEAVY, max_attempts=3, time_limit=7200)
def retain(*, claim: jobs.Claim) -> None:
    """Apply AUDIT_RETENTION_DAYS and LOG_RETENTION_DAYS."""
    retention.retain(by=SYSTEM)


@jobs.work(queue=Queue.HEAVY, max_attempts=2, time_limit=3600)
def prove(*, claim: jobs.Claim, role: str, total: int) -> None:
    """Prove the whole trail for someone who asked on the audit page."""
    _prove(claim, role, total)


@jobs.work(queue=Queue.FAST, max_attempts=2, time_limit=600)
def prove_short(*, claim: jobs.Claim, role: str, total: int) -> None:
    """The same of a trail that is walked in seconds."""
    _prove(claim, role, total)


def _prove(claim: jobs.Claim, role: str, total: int) -> None:
    verdict = verifying.seal_and_verify(progress=lambda number: claim.progress(number, total))
    claim.progress(verdict.sealed, max(total, verdict.sealed))
    trail_proved(by=Actor(claim.requested_by, Role(role)), verdict=verdict, job_id=claim.job_id)
