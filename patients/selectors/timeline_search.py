"""Finding entries by their words.

Candidates come by their blind tokens, newest or oldest first; each is opened and checked
before it is shown, so nothing is found that isn't there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.pages import PAGE_SIZE, Page
from clinicity.privacy.fulltext import Search
from patients.models import Patient, TimelineEvent
from patients.selectors.people import patient_get
from patients.selectors.timeline_rows import (
    LARGEST_PAGE,
    Order,
    Place,
    Wanted,
    parsed_place,
    place_of,
    rows_from,
    rows_wanted,
    searched,
)

# A page opens so many times its size at most; where a phrase is rare among its words, it
# may hold fewer hits than it has room for, and still says where to go on.
MOST_BATCHES = 8
# How much of a body is shown around its first hit.
BEFORE, AROUND = 60, 240
SHOWN_BODY = 400
ELLIPSIS = "…"


@dataclass(frozen=True)
class Part:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Hit:
    """An entry with its title and the telling piece of its body, in parts."""

    event: TimelineEvent
    title: Sequence[Part]
    snippet: Sequence[Part]


def timeline_search(
    actor: Actor,
    patient_id: UUID,
    wanted: Wanted,
    *,
    order: Order = Order.NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Hit]:
    """Entries that hold all the words. The trail notes that there was a search, not for what."""
    place = parsed_place(cursor)
    patient = patient_get(actor, patient_id)
    with acting_as(actor, patient.id):
        return hits_found(actor, patient, wanted, order=order, place=place, size=size)


def hits_found(
    actor: Actor, patient: Patient, wanted: Wanted, *, order: Order, place: Place | None,
    size: int,
) -> Page[Hit]:  # fmt: skip
    """The same inside the transaction of a caller who has the patient's read on record."""
    search, size = searched(wanted.text), min(size, LARGEST_PAGE)
    events, ended = _found(patient, wanted, search, order, place, size)
    audit.record_read(
        by=actor, act="timeline.search", subject="timeline_event", patient_id=patient.id,
        count=len(events),
    )  # fmt: skip
    return Page([_hit(event, search) for event in events], str(ended) if ended else None)


def unmarked(event: TimelineEvent) -> Hit:
    """An entry that nobody searched for, with the beginning of its body."""
    cut = len(event.body) > SHOWN_BODY
    body = f"{event.body[:SHOWN_BODY].rstrip()}{ELLIPSIS}" if cut else event.body
    return Hit(event, [Part(event.title, hit=False)], [Part(body, hit=False)])


def _found(
    patient: Patient, wanted: Wanted, search: Search, order: Order, place: Place | None,
    size: int,
) -> tuple[list[TimelineEvent], Place | None]:  # fmt: skip
    """The page's entries, and where to go on if there may be more."""
    rows = rows_wanted(patient.record_ids, wanted)
    found: list[TimelineEvent] = []
    for _ in range(MOST_BATCHES):
        batch = list(rows_from(rows, order, place)[: size + 1])
        for event in batch:
            if len(found) == size:
                return found, place
            place = place_of(event)
            if search.matches(event.title, event.body):
                found.append(event)
        if len(batch) <= size:
            return found, None
    return found, place


def _hit(event: TimelineEvent, search: Search) -> Hit:
    title = list(_parts(event.title, search.spans(event.title), 0, len(event.title)))
    return Hit(event, title, _snippet(event.body, search))


def _snippet(body: str, search: Search) -> list[Part]:
    """The body around its first hit, cut at spaces; its beginning where only the title hit."""
    spans = search.spans(body)
    start = _after_space(body, spans[0][0] - BEFORE) if spans and spans[0][0] > BEFORE else 0
    end = _before_space(body, start + AROUND)
    shown = list(_parts(body, spans, start, end))
    before = [Part(ELLIPSIS, hit=False)] if start else []
    after = [Part(ELLIPSIS, hit=False)] if end < len(body) else []
    return [*before, *shown, *after]


def _after_space(text: str, at: int) -> int:
    return text.find(" ", at, at + BEFORE) + 1 or at


def _before_space(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - BEFORE, at)
    return at if space < 0 else space


def _parts(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Part]:
    at = start
    for begins, ends in spans:
        if begins < at or begins >= end:
            continue
        if begins > at:
            yield Part(text[at:begins], hit=False)
        yield Part(text[begins : min(ends, end)], hit=True)
        at = min(ends, end)
    if at < end:
        yield Part(text[at:end], hit=False)
