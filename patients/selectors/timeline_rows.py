"""Which entries of a patient's timeline are wanted, in which order, from where on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from clinicity.common.exceptions import Invalid
from clinicity.privacy.fulltext import Search, parse
from patients.models import TimelineEvent

# Migration 0030 says why the index is asked by a function.
HOLDING = "SELECT clinicity_timeline_holding(%s::bigint[])"
# So many entries are looked up one by one; words of more are so common that walking the list
# meets enough of them. Neither way hangs on how many the planner expects.
FEW = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOST_WORDS = 20
LARGEST_PAGE = 500


class Order(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Wanted:
    """A filter. `text` is as someone types it: words that must all stand there, "phrases"."""

    kinds: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    author: UUID | None = None
    text: str = ""

    @property
    def search(self) -> Search | None:
        return searched(self.text) if self.text.strip() else None


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Place:
    """Where a page ended. It names a moment, so its entry may be gone by the next page."""

    occurred_at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.occurred_at - EPOCH) // MICROSECOND}.{self.id.hex}"


def place_of(event: TimelineEvent) -> Place:
    return Place(event.occurred_at, event.id)


def parsed_place(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    moment, _, id = cursor.partition(".")
    try:
        return Place(EPOCH + int(moment) * MICROSECOND, UUID(id))
    except (ValueError, OverflowError) as error:
        raise Invalid("The cursor is not one that this list gave.") from error


def searched(text: str) -> Search:
    search = parse(text)
    if not search.words:
        raise Invalid("Give a word or a number to look for.")
    if len(search.words) > MOST_WORDS:
        raise Invalid(f"Look for at most {MOST_WORDS} words at once.")
    return search


def rows_wanted(records: Sequence[UUID], wanted: Wanted) -> QuerySet[TimelineEvent]:
    """Entries that may be wanted: of a phrase, its words are there in some order."""
    rows: QuerySet[TimelineEvent] = TimelineEvent.objects.filter(
        of_records(records), deleted_at__isnull=True
    )
    rows = rows.filter(kind__in=wanted.kinds) if wanted.kinds else rows
    rows = rows.filter(occurred_at__gte=wanted.since) if wanted.since else rows
    rows = rows.filter(occurred_at__lt=wanted.until) if wanted.until else rows
    rows = rows.filter(created_by=wanted.author) if wanted.author else rows
    if wanted.search:
        rows = _holding(rows, _tokens(records, wanted.search))
    return rows.defer("search_tokens")


def of_records(records: Sequence[UUID]) -> Q:
    """Of one record in the order of its index; of several that were merged, of each."""
    return Q(patient_id=records[0]) if len(records) == 1 else Q(patient_id__in=records)


def _tokens(records: Sequence[UUID], search: Search) -> list[list[int]]:
    """For each word its tokens, which every record has of its own."""
    of_each = [search.tokens(record) for record in records]
    return [sorted(set().union(*tokens)) for tokens in zip(*of_each, strict=True)]


def _holding(rows: QuerySet[TimelineEvent], tokens: list[Any]) -> QuerySet[TimelineEvent]:
    """Those of the rows that have a token of each word."""
    asked = " INTERSECT ".join([HOLDING] * len(tokens))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({asked}) AS held LIMIT {FEW + 1}", tokens)  # noqa: S608  values are parameters
        ids = [id for (id,) in cursor.fetchall()]
    if len(ids) <= FEW:
        return rows.filter(id__in=ids)
    # "IS TRUE" keeps it from being planned as a join: it is asked once and hashed.
    held = f"(patients_timelineevent.id IN ({asked})) IS TRUE"
    return rows.filter(RawSQL(held, tokens, output_field=BooleanField()))  # noqa: S611  values are parameters


def rows_from(
    rows: QuerySet[TimelineEvent], order: Order, place: Place | None
) -> QuerySet[TimelineEvent]:
    """The rows after a place, in their order: by time, and by id where times are equal."""
    if order is Order.OLDEST:
        if place:
            later = Q(occurred_at__gt=place.occurred_at) | Q(id__gt=place.id)
            rows = rows.filter(later, occurred_at__gte=place.occurred_at)
        return rows.order_by("occurred_at", "id")
    if place:
        earlier = Q(occurred_at__lt=place.occurred_at) | Q(id__lt=place.id)
        rows = rows.filter(earlier, occurred_at__lte=place.occurred_at)
    return rows.order_by("-occurred_at", "-id")
