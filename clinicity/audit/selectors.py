"""Reading the trail: for auditors and admins only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinicity.audit.models import AuditEvent
from clinicity.audit.permissions import demand_reader
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.pages import PAGE_SIZE, Page, page_of

MOST = 20_000


@dataclass(frozen=True)
class TrailFilter:
    """What an auditor looks for; an empty part matches all."""

    actor_id: UUID | None = None
    patient_id: UUID | None = None
    act: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None


def events_page(
    actor: Actor,
    wanted: TrailFilter,
    *,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[AuditEvent]:
    """The trail, newest first."""
    demand_reader(actor)
    rows = AuditEvent.objects.order_by("-position")
    for lookup, value in _lookups(wanted).items():
        rows = rows.filter(**{lookup: value})
    if cursor and cursor.isdecimal():
        rows = rows.filter(position__lt=int(cursor))
    return page_of(list(rows[: size + 1]), size=size, key=lambda event: event.position)


def acts(actor: Actor) -> list[str]:
    """Every act that the trail holds, for the filter's list."""
    demand_reader(actor)
    return list(AuditEvent.objects.order_by("act").values_list("act", flat=True).distinct())


def _lookups(wanted: TrailFilter) -> dict[str, object]:
    lookups = {
        "actor_id": wanted.actor_id,
        "patient_id": wanted.patient_id,
        "act": wanted.act,
        "outcome": wanted.outcome,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
    }
    return {lookup: value for lookup, value in lookups.items() if value}


def of_patient(patient_id: UUID, *, days: int) -> list[AuditEvent]:
    """What people did with a patient's record lately, the newest first.

    The caller decides who may ask: the patient, or who sees them.
    """
    since = clock.now() - timedelta(days=days)
    rows = AuditEvent.objects.filter(patient_id=patient_id, created_at__gte=since)
    return list(rows.exclude(actor_role=Role.SERVICE).order_by("-position")[:MOST])
