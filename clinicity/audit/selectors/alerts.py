"""Security alerts and saved filters, for those who read the trail."""

from datetime import datetime
from uuid import UUID

from clinicity.audit.models import AuditEvent, SavedFilter, SecurityAlert
from clinicity.audit.permissions import demand_reader, may_read_trail
from clinicity.audit.services.proving import TASK
from clinicity.audit.services.watching import ACT
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.models import Job

SHOWN = 50


def security_alerts(actor: Actor, *, state: str = "open") -> list[SecurityAlert]:
    """The newest alerts of a state."""
    demand_reader(actor)
    rows = SecurityAlert.objects.filter(state=state).order_by("-window_start", "-id")
    return list(rows[:SHOWN])


def security_alerts_open(actor: Actor) -> int:
    """How many wait for a review; 0 for who reads no trail."""
    if not may_read_trail(actor):
        return 0
    return int(SecurityAlert.objects.filter(state=SecurityAlert.State.OPEN).count())


def watched_until(actor: Actor) -> datetime | None:
    """Up to when the trail was looked through for unusual access."""
    demand_reader(actor)
    latest = AuditEvent.objects.filter(act=ACT).order_by("-position").first()
    return datetime.fromisoformat(latest.details["until"]) if latest else None


def saved_filters(actor: Actor) -> list[SavedFilter]:
    """The actor's own, by name."""
    demand_reader(actor)
    return sorted(SavedFilter.objects.filter(owner_id=actor.id), key=lambda each: each.name)


def proof(actor: Actor, job_id: UUID) -> tuple[Job, AuditEvent | None]:
    """A proof that this actor asked for, and what it found once it has ended."""
    demand_reader(actor)
    job = Job.objects.filter(id=job_id, name=TASK, requested_by=actor.id).first()
    if job is None:
        raise NotFound("There is no such proof among yours.")
    found = AuditEvent.objects.filter(act="audit.verify", subject_id=job_id).first()
    return job, found
