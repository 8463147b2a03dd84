"""Reading the trail: for auditors and admins only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from clinicity.audit.models import AuditEvent
from clinicity.audit.permissions import demand_reader
from clinicity.audit.services.recording import record_read
from clinicity.common.actors import Actor
from clinicity.common.pages import PAGE_SIZE, Page, page_of
from clinicity.privacy.pseudonyms import pseudonym

BLOCK = 1000
# Each patient once, hopping along the index.
PATIENTS = """
WITH RECURSIVE each(id) AS (
    (SELECT patient_id FROM audit_auditevent WHERE patient_id IS NOT NULL
        ORDER BY patient_id LIMIT 1)
    UNION ALL
    SELECT (SELECT patient_id FROM audit_auditevent WHERE patient_id > each.id
        ORDER BY patient_id LIMIT 1) FROM each WHERE each.id IS NOT NULL)
SELECT id FROM each WHERE id IS NOT NULL
"""


@dataclass(frozen=True)
class TrailFilter:
    """What an auditor looks for; an empty part matches all."""

    actor_id: UUID | None = None
    patient_id: UUID | None = None
    act: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""


def events_page(
    actor: Actor,
    wanted: TrailFilter,
    *,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[AuditEvent]:
    """The trail, newest first. Looking through it is on record as well."""
    demand_reader(actor)
    page = _page(wanted, cursor, size)
    record_read(
        by=actor, act="audit.search", subject="trail", patient_id=wanted.patient_id,
        count=len(page.items), by_fields=sorted(_lookups(wanted)),
    )  # fmt: skip
    return page


def events_count(actor: Actor, wanted: TrailFilter) -> int:
    demand_reader(actor)
    return _found(wanted).count()


def events_blocks(actor: Actor, wanted: TrailFilter) -> Iterator[list[AuditEvent]]:
    """Everything that is found, newest first, in blocks that are each read at once."""
    demand_reader(actor)
    cursor: str | None = None
    while True:
        page = _page(wanted, cursor, BLOCK)
        yield list(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def patient_of_pseudonym(actor: Actor, text: str) -> UUID | None:
    """Whose pseudonym this is, among the patients that the trail speaks of."""
    demand_reader(actor)
    with connection.cursor() as cursor:
        cursor.execute(PATIENTS)
        return next((id for (id,) in cursor.fetchall() if pseudonym(id) == text), None)


def _page(wanted: TrailFilter, cursor: str | None, size: int) -> Page[AuditEvent]:
    rows = _found(wanted)
    if cursor and cursor.isdecimal():
        rows = rows.filter(position__lt=int(cursor))
    return page_of(list(rows[: size + 1]), size=size, key=lambda event: event.position)


def _found(wanted: TrailFilter) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(**_lookups(wanted)).order_by("-position")


def acts(actor: Actor) -> list[str]:
    """Every act that the trail holds, for the filter's list."""
    demand_reader(actor)
    return list(AuditEvent.objects.order_by("act").values_list("act", flat=True).distinct())


def _lookups(wanted: TrailFilter) -> dict[str, Any]:
    lookups = {
        "actor_id": wanted.actor_id,
        "patient_id": wanted.patient_id,
        "act": wanted.act,
        "outcome": wanted.outcome,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
        "request_id": wanted.request_id,
    }
    return {lookup: value for lookup, value in lookups.items() if value}
