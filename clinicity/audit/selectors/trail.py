"""Reading the trail: for auditors and admins only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from clinicity.audit.models import AuditEvent, AuditSeal
from clinicity.audit.permissions import demand_reader
from clinicity.audit.services.recording import record_read
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid, NotFound
from clinicity.common.pages import PAGE_SIZE, Page, page_of
from clinicity.privacy.pseudonyms import pseudonym

BLOCK = 1000
SAME_REQUEST = 30
# The names under which pages and programs know what can be looked for.
SHORTEST_PSEUDONYM = 8
# Each value of a column once, hopping along an index that begins with it.
EACH_ONCE = """
WITH RECURSIVE each(value) AS (
    (SELECT {column} FROM audit_auditevent WHERE {column} IS NOT NULL
        ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM audit_auditevent WHERE {column} > each.value
        ORDER BY {column} LIMIT 1) FROM each WHERE each.value IS NOT NULL)
SELECT value FROM each WHERE value IS NOT NULL
"""
# The id of a request says when it came: so long before and after, its events lie.
BEFORE, AFTER = timedelta(minutes=5), timedelta(days=1)
TIMED = 7


@dataclass(frozen=True)
class TrailFilter:
    """What an auditor looks for; an empty part matches all.

    `actor_ids` are several people whose name was meant; none of them matches nobody.
    """

    actor_id: UUID | None = None
    patient_id: UUID | None = None
    act: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""
    subject: str = ""
    subject_id: UUID | None = None
    actor_ids: tuple[UUID, ...] | None = None

    @property
    def fields(self) -> list[str]:
        """What is looked for, without the values."""
        return sorted(name for name, value in vars(self).items() if value)


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
        count=len(page.items), by_fields=wanted.fields,
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


def event_get(actor: Actor, event_id: UUID) -> AuditEvent:
    """One event, with the look at it on record."""
    demand_reader(actor)
    event = AuditEvent.objects.filter(id=event_id).first()
    if event is None:
        raise NotFound("There is no such event.")
    record_read(
        by=actor, act="audit.read", subject="audit_event", subject_id=event.id,
        patient_id=event.patient_id,
    )  # fmt: skip
    return event


def events_of_request(actor: Actor, event: AuditEvent) -> list[AuditEvent]:
    """What else was done in the request of an event, in order."""
    demand_reader(actor)
    if not event.request_id:
        return []
    rows = _found(TrailFilter(request_id=event.request_id)).exclude(id=event.id)
    return list(rows.order_by("position")[:SAME_REQUEST])


def seal_numbers(actor: Actor, events: Sequence[AuditEvent]) -> Mapping[UUID, int]:
    """Their places in the chain; those that wait to be sealed are left out."""
    demand_reader(actor)
    seals = AuditSeal.objects.filter(event_id__in=[event.id for event in events])
    return dict(seals.values_list("event_id", "number"))


def patient_of_pseudonym(actor: Actor, text: str) -> UUID | None:
    """Whose pseudonym this is, among the patients that the trail speaks of.

    Its first letters, as pages show them, will do. Raises Invalid where they fit two.
    """
    demand_reader(actor)
    if len(text) < SHORTEST_PSEUDONYM:
        return None
    ids = _each_once("patient_id")
    found = [id for id in ids if pseudonym(id).startswith(text.lower())]
    if len(found) > 1:
        raise Invalid("More than one patient's pseudonym begins so: give more of it.")
    return found[0] if found else None


def acts(actor: Actor) -> list[str]:
    """Every act that the trail holds, for the filter's list."""
    demand_reader(actor)
    return _each_once("act")


def _each_once(column: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(EACH_ONCE.format(column=column))
        return [value for (value,) in cursor.fetchall()]


def _page(wanted: TrailFilter, cursor: str | None, size: int) -> Page[AuditEvent]:
    rows = _found(wanted)
    if cursor and not cursor.isdecimal():
        raise Invalid("The cursor is not one that this list gave.")
    if cursor:
        rows = rows.filter(position__lt=int(cursor))
    return page_of(list(rows[: size + 1]), size=size, key=lambda event: event.position)


def _found(wanted: TrailFilter) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.filter(**_lookups(wanted)).order_by("-position")
    came_at = _time_of(wanted.request_id)
    if came_at:
        rows = rows.filter(created_at__range=(came_at - BEFORE, came_at + AFTER))
    if wanted.actor_ids is not None:
        rows = rows.filter(actor_id__in=wanted.actor_ids)
    return rows


def _lookups(wanted: TrailFilter) -> dict[str, Any]:
    lookups = {
        "actor_id": wanted.actor_id,
        "patient_id": wanted.patient_id,
        "act": wanted.act,
        "subject": wanted.subject,
        "subject_id": wanted.subject_id,
        "outcome": wanted.outcome,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
        "request_id": wanted.request_id,
    }
    return {lookup: value for lookup, value in lookups.items() if value}


def _time_of(request_id: str) -> datetime | None:
    """When a request came, which the first 48 bits of its id (a UUIDv7) say."""
    try:
        id = UUID(request_id)
    except ValueError:
        return None
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC) if id.version == TIMED else None
