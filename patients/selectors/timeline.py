"""Reading the longitudinal list."""

from datetime import datetime
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import PAGE_SIZE, Page, page_of
from clinicity.privacy import keyring
from patients.models import TimelineEvent
from patients.permissions import demand_reader
from patients.selectors.people import patient_get
from patients.selectors.timeline_rows import (
    EVERYTHING,
    LARGEST_PAGE,
    Order,
    Wanted,
    parsed_place,
    place_of,
    rows_from,
    rows_wanted,
)
from patients.selectors.timeline_search import timeline_search


def timeline_list(
    actor: Actor,
    patient_id: UUID,
    wanted: Wanted = EVERYTHING,
    *,
    order: Order = Order.NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[TimelineEvent]:
    """A page of a patient's entries. The cursor names where the last page ended."""
    if wanted.search:
        hits = timeline_search(actor, patient_id, wanted, order=order, cursor=cursor, size=size)
        return hits.map(lambda hit: hit.event)
    place, size = parsed_place(cursor), min(size, LARGEST_PAGE)
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = rows_from(rows_wanted(patient_id, wanted), order, place)
        found = list(rows[: size + 1])
    return page_of(found, size=size, key=place_of)


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
    """The newest entries of a kind or a time, as other apps ask for them."""
    wanted = Wanted(frozenset({kind} if kind else ()), since, until)
    return timeline_list(actor, patient_id, wanted, cursor=cursor, size=size)


def timeline_export(
    actor: Actor, patient_id: UUID, wanted: Wanted, *, order: Order = Order.NEWEST
) -> list[TimelineEvent]:
    """Every entry that is wanted, with the export on record."""
    events: list[TimelineEvent] = []
    cursor = None
    while True:
        page = timeline_list(
            actor, patient_id, wanted, order=order, cursor=cursor, size=LARGEST_PAGE
        )
        events += page.items
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    audit.record(
        by=actor, act="timeline.export", subject="timeline_event", patient_id=patient_id,
        count=len(events), searched=wanted.search is not None,
    )  # fmt: skip
    return events


def timeline_authors(actor: Actor, patient_id: UUID) -> list[UUID]:
    """Who wrote any of the entries."""
    with acting_as(actor, patient_id):
        rows = rows_wanted(patient_id, EVERYTHING).order_by("created_by")
        return list(rows.values_list("created_by", flat=True).distinct())


def timeline_event_get(actor: Actor, event_id: UUID) -> TimelineEvent:
    """One entry, with the read of its patient on record."""
    demand_reader(actor)
    with acting_as(actor):
        event = TimelineEvent.objects.filter(id=event_id, deleted_at__isnull=True).first()
    if event is None:
        raise NotFound("There is no such entry.")
    patient_get(actor, event.patient_id)
    keyring.preload([event.patient_id])
    return event
