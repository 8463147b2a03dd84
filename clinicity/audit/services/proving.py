"""Proving the trail at an auditor's word: at once, or as a job where that takes long."""

from dataclasses import asdict
from uuid import UUID

from clinicity.audit import verifying
from clinicity.audit.models import AuditEvent, AuditSeal
from clinicity.audit.permissions import demand_reader
from clinicity.audit.services.recording import record
from clinicity.audit.verifying import Verdict
from clinicity.common import jobs
from clinicity.common.actors import Actor
from clinicity.common.models import Job

# So many events are proved within a second or two, while a page waits.
AT_ONCE = 200_000
TASK = "clinicity.audit.tasks.prove"


def trail_verify(*, by: Actor) -> Verdict | Job:
    """The verdict, or the job that will find it (`verdict_of`)."""
    demand_reader(by)
    newest = AuditSeal.objects.order_by("-number").first()
    total = newest.number if newest else 0
    if total > AT_ONCE:
        return jobs.enqueue(TASK, by=by, role=str(by.role), total=total)
    verdict = verifying.seal_and_verify()
    trail_proved(by=by, verdict=verdict)
    return verdict


def trail_proved(*, by: Actor, verdict: Verdict, job_id: UUID | None = None) -> None:
    """Put on record that the trail was proved, and what was found."""
    outcome = AuditEvent.Outcome.OK if verdict.is_whole else AuditEvent.Outcome.FAILED
    record(
        by=by, act="audit.verify", subject="trail", subject_id=job_id, outcome=outcome,
        whole=verdict.is_whole, **asdict(verdict),
    )  # fmt: skip
