"""Security alerts and saved filters, for those who read the trail."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from clinicity.audit.models import AuditEvent, SavedFilter, SecurityAlert
from clinicity.audit.permissions import demand_reader, may_read_trail
from clinicity.audit.services.proving import TASKS
from clinicity.audit.services.recording import record_read
from clinicity.audit.services.watching import ACT
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.models import Job
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of

# Of the events of a page, alerts that may mark them.
MOST_MARKS = 500


def security_alerts(
    actor: Actor, *, state: str = "open", cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[SecurityAlert]:
    """Alerts of a state, or all for an empty one, the newest first."""
    demand_reader(actor)
    rows = SecurityAlert.objects.order_by("-id")
    rows = rows.filter(state=state) if state else rows
    if before := cursor_id(cursor):
        rows = rows.filter(id__lt=before)
    page = page_of(list(rows[: size + 1]), size=size, key=lambda alert: alert.id)
    record_read(
        by=actor, act="security_alert.list", subject="security_alert", state=state,
        count=len(page.items),
    )  # fmt: skip
    return page


def security_alert_get(actor: Actor, alert_id: UUID) -> SecurityAlert:
    demand_reader(actor)
    alert: SecurityAlert | None = SecurityAlert.objects.filter(id=alert_id).first()
    if alert is None:
        raise NotFound("There is no such alert.")
    record_read(
        by=actor, act="security_alert.read", subject="security_alert", subject_id=alert.id,
        patient_id=alert.patient_id,
    )  # fmt: skip
    return alert


def security_alerts_open(actor: Actor) -> int:
    """How many wait for someone to look into them; 0 for who reads no trail."""
    if not may_read_trail(actor):
        return 0
    return int(SecurityAlert.objects.filter(state=SecurityAlert.State.OPEN).count())


def unusual_among(
    actor: Actor, events: Sequence[AuditEvent]
) -> Mapping[UUID, list[SecurityAlert]]:
    """The alerts that each of these events had a part in."""
    demand_reader(actor)
    if not events:
        return {}
    moments = [event.created_at for event in events]
    alerts = SecurityAlert.objects.filter(
        actor_id__in={event.actor_id for event in events},
        window_start__lte=max(moments), window_end__gte=min(moments),
    ).order_by("window_start")[:MOST_MARKS]  # fmt: skip
    by_actor: dict[UUID, list[SecurityAlert]] = defaultdict(list)
    for alert in alerts:
        by_actor[alert.actor_id].append(alert)
    marks = {
        event.id: [alert for alert in by_actor[event.actor_id] if _had_part(event, alert)]
        for event in events
    }
    return {id: found for id, found in marks.items() if found}


def _had_part(event: AuditEvent, alert: SecurityAlert) -> bool:
    within = alert.window_start <= event.created_at <= alert.window_end
    return within and alert.patient_id in (None, event.patient_id)


def watched_until(actor: Actor) -> datetime | None:
    """Up to when the trail was looked through for unusual access."""
    demand_reader(actor)
    latest = AuditEvent.objects.filter(act=ACT).order_by("-position").first()
    return datetime.fromisoformat(latest.details["until"]) if latest else None


def saved_filters(actor: Actor) -> list[SavedFilter]:
    """The actor's own, by name."""
    demand_reader(actor)
    rows = SavedFilter.objects.filter(owner_id=actor.id, deleted_at__isnull=True)
    return sorted(rows, key=lambda each: each.name.casefold())


def proof(actor: Actor, job_id: UUID) -> tuple[Job, AuditEvent | None]:
    """A proof that this actor asked for, and what it found once it has ended."""
    demand_reader(actor)
    job = Job.objects.filter(id=job_id, name__in=TASKS, requested_by=actor.id).first()
    if job is None:
        raise NotFound("There is no such proof among yours.")
    found = AuditEvent.objects.filter(act="audit.verify", subject_id=job_id).first()
    return job, found
