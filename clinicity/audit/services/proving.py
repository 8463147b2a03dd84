"""Proving the trail at an auditor's word: a job that tells how far it is."""

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from clinicity.audit.models import AuditEvent, AuditSeal
from clinicity.audit.permissions import demand_reader
from clinicity.audit.services.recording import record
from clinicity.audit.verifying import Verdict
from clinicity.common import jobs
from clinicity.common.actors import Actor
from clinicity.common.models import Job

# A trail of so many events is proved within a second or two: its job needn't stand in line
# behind imports and training.
SHORT = 200_000
TASK, SHORT_TASK = "clinicity.audit.tasks.prove", "clinicity.audit.tasks.prove_short"
TASKS = (TASK, SHORT_TASK)


def trail_verify(*, by: Actor) -> Job:
    """Ask for a proof of the whole trail; `selectors.proof` says what it finds.

    One that this person asked for and that hasn't ended will do.
    """
    demand_reader(by)
    under_way = Job.objects.filter(
        name__in=TASKS, requested_by=by.id, state__in=[Job.State.QUEUED, Job.State.RUNNING]
    ).first()
    if under_way:
        record(by=by, act="audit.verify_ask", subject="trail", subject_id=under_way.id)
        return under_way
    newest = AuditSeal.objects.order_by("-number").first()
    total = newest.number if newest else 0
    task = SHORT_TASK if total <= SHORT else TASK
    with transaction.atomic():
        job = jobs.enqueue(task, by=by, role=str(by.role), total=total)
        record(by=by, act="audit.verify_ask", subject="trail", subject_id=job.id)
    return job


def trail_proved(*, by: Actor, verdict: Verdict, job_id: UUID | None = None) -> None:
    """Put on record that the trail was proved, and what was found."""
    outcome = AuditEvent.Outcome.OK if verdict.is_whole else AuditEvent.Outcome.FAILED
    record(
        by=by, act="audit.verify", subject="trail", subject_id=job_id, outcome=outcome,
        whole=verdict.is_whole, **asdict(verdict),
    )  # fmt: skip
