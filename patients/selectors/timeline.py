"""Reading the longitudinal list."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from patients.models import (
    TimelineEvent,
)
from patients.selectors.people import patient_get


@dataclass(frozen=True)
class TimelineSummary:
    """How many entries of each kind, and from when until when."""

    total: int
    by_kind: dict[str, int]
    first_at: datetime | None
    last_at: datetime | None


def timeline_page(
    actor: Actor,
    patient_id: UUID,
    *,
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[TimelineEvent]:
    """A patient's entries, newest first. The cursor is the last entry's id."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = TimelineEvent.objects.filter(patient_id=patient_id, deleted_at__isnull=True)
        rows = rows.filter(kind=kind) if kind else rows
        rows = rows.filter(occurred_at__gte=since) if since else rows
        rows = rows.filter(occurred_at__lt=until) if until else rows
        if after := _event_at(patient_id, cursor):
            earlier = Q(occurred_at__lt=after.occurred_at)
            rows = rows.filter(earlier | Q(occurred_at=after.occurred_at, id__lt=after.id))
        found = list(rows.order_by("-occurred_at", "-id")[: size + 1])
    return page_of(found, size=size, key=lambda event: event.id)


def timeline_search(actor: Actor, patient_id: UUID, text: str) -> list[TimelineEvent]:
    """Entries whose title or body holds the text. Opens this one patient's entries."""
    needle = text.strip().casefold()
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = list(
            TimelineEvent.objects.filter(
                patient_id=patient_id, deleted_at__isnull=True
            ).order_by("-occurred_at")
        )
        found = [row for row in rows if needle in f"{row.title}\n{row.body}".casefold()]
        audit.record(
            by=actor, act="timeline.search", subject="timeline_event", patient_id=patient_id,
            count=len(found),
        )  # fmt: skip
    return found


def timeline_summary(actor: Actor, patient_id: UUID) -> TimelineSummary:
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = list(
            TimelineEvent.objects.filter(patient_id=patient_id, deleted_at__isnull=True)
            .order_by("occurred_at")
            .values_list("kind", "occurred_at")
        )
    moments = [moment for _, moment in rows]
    return TimelineSummary(
        total=len(rows),
        by_kind=dict(Counter(kind for kind, _ in rows)),
        first_at=moments[0] if moments else None,
        last_at=moments[-1] if moments else None,
    )


def timeline_event_get(actor: Actor, event_id: UUID) -> TimelineEvent:
    with acting_as(actor):
        event = TimelineEvent.objects.filter(id=event_id, deleted_at__isnull=True).first()
    if event is None:
        raise NotFound("There is no such entry.")
    return event


def _event_at(patient_id: UUID, cursor: str | None) -> TimelineEvent | None:
    event_id = cursor_id(cursor)
    if event_id is None:
        return None
    return TimelineEvent.objects.filter(id=event_id, patient_id=patient_id).first()
