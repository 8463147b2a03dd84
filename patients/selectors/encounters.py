"""Reading visits."""

from datetime import datetime, timedelta
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.pages import PAGE_SIZE, Page
from clinicity.privacy import keyring
from patients.models import Encounter
from patients.permissions import demand_staff
from patients.selectors.chart import items_of, items_page

# A calendar of one's own reaches so far back and ahead.
BACK, AHEAD = timedelta(days=90), timedelta(days=366)
MOST = 2_000
GONE = (Encounter.Status.CANCELLED, Encounter.Status.NOSHOW)


def encounters(actor: Actor, patient_id: UUID) -> list[Encounter]:
    """Newest first."""
    return items_of(actor, patient_id, Encounter, "-starts_at")


def visits_page(
    actor: Actor, patient_id: UUID, *, booked_only: bool, since: datetime | None = None,
    until: datetime | None = None, status: str = "", cursor: str | None = None,
    size: int = PAGE_SIZE, with_errors: bool = False,
) -> Page[Encounter]:  # fmt: skip
    """A page of visits, the newest entry first; `booked_only` gives the appointments."""
    wanted: dict[str, object] = {}
    if booked_only:
        wanted["booked"] = True
    if since:
        wanted["starts_at__gte"] = since
    if until:
        wanted["starts_at__lt"] = until
    if status:
        wanted["status"] = status
    return items_page(
        actor,
        patient_id,
        Encounter,
        cursor=cursor,
        size=size,
        with_errors=with_errors,
        **wanted,
    )


def appointments_between(actor: Actor, start: datetime, end: datetime) -> list[Encounter]:
    """The actor's visits that start in [start, end), with their patients."""
    with acting_as(actor):
        rows = (
            Encounter.objects.filter(
                starts_at__gte=start,
                starts_at__lt=end,
                patient__deleted_at__isnull=True,
                entered_in_error_at__isnull=True,
            )
            .exclude(status__in=GONE)
            .select_related("patient")
            .order_by("starts_at")
        )
        found = list(rows)
        keyring.preload(visit.patient_id for visit in found)
    return found


def own_calendar(actor: Actor, *, now: datetime) -> list[Encounter]:
    """Appointments that the actor takes part in or made, cancelled ones too; on record."""
    demand_staff(actor)
    with acting_as(actor):
        rows = Encounter.objects.filter(
            booked=True, starts_at__gte=now - BACK, starts_at__lt=now + AHEAD,
            patient__deleted_at__isnull=True, entered_in_error_at__isnull=True,
        ).order_by("starts_at")[:MOST]  # fmt: skip
        found = [row for row in rows if row.concerns(actor.id)]
        audit.record_read(
            by=actor, act="appointment.export", subject="encounter", count=len(found)
        )
    return found
