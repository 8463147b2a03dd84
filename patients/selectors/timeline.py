"""Reading the longitudinal list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import PAGE_SIZE, Page, page_of
from clinicity.privacy import keyring
from patients.models import Patient, TimelineEvent
from patients.permissions import demand_reader
from patients.selectors.consent import demand_export
from patients.selectors.people import patient_get
from patients.selectors.timeline_rows import (
    EVERYTHING,
    LARGEST_PAGE,
    Order,
    Place,
    Wanted,
    parsed_place,
    place_of,
    rows_from,
    rows_wanted,
)
from patients.selectors.timeline_search import Hit, hits_found, timeline_search, unmarked
from patients.selectors.timeline_summary import TimelineSummary, summary_counted


@dataclass(frozen=True)
class TimelineView:
    """A page of entries, the figures of all that are wanted, and everyone who wrote any."""

    page: Page[Hit]
    summary: TimelineSummary
    authors: Sequence[UUID]


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
    place = parsed_place(cursor)
    patient = patient_get(actor, patient_id)
    with acting_as(actor, patient.id):
        return _listed(patient, wanted, order, place, size)


def timeline_view(
    actor: Actor, patient: Patient, wanted: Wanted, *, order: Order, cursor: str | None,
    size: int,
) -> TimelineView:  # fmt: skip
    """What the page shows of a patient whose read is on record, in one transaction."""
    place = parsed_place(cursor)
    with acting_as(actor, patient.id):
        if wanted.search:
            hits = hits_found(actor, patient, wanted, order=order, place=place, size=size)
        else:
            hits = _listed(patient, wanted, order, place, size).map(unmarked)
        everyone = rows_wanted(patient.record_ids, EVERYTHING).order_by("created_by")
        return TimelineView(
            hits,
            summary_counted(patient, wanted),
            list(everyone.values_list("created_by", flat=True).distinct()),
        )


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
    demand_export(actor, patient_id)
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
    audit.record_read(
        by=actor, act="timeline.export", subject="timeline_event", patient_id=patient_id,
        count=len(events), searched=wanted.search is not None,
    )  # fmt: skip
    return events


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


def _listed(
    patient: Patient, wanted: Wanted, order: Order, place: Place | None, size: int
) -> Page[TimelineEvent]:
    size = min(size, LARGEST_PAGE)
    rows = rows_from(rows_wanted(patient.record_ids, wanted), order, place)
    return page_of(list(rows[: size + 1]), size=size, key=place_of)
