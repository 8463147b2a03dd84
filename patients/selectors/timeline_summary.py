"""The timeline in figures, counted by the database: no entry is loaded or opened."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncMonth

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.privacy import fulltext
from patients.models import Patient, TimelineEvent
from patients.selectors.people import patient_get
from patients.selectors.timeline_rows import EVERYTHING, Wanted, of_records, rows_wanted

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class TimelineSummary:
    """How many entries of each kind, month (of the patient's zone) and author.

    `offered` are the kinds there would be without a choice of kinds. `exact` is false where
    a phrase was asked for: its words were counted, wherever they stand in an entry.
    `unsearchable` entries have no tokens of the present scheme, and no search finds them.
    """

    total: int
    by_kind: dict[str, int]
    by_month: dict[date, int]
    by_author: dict[UUID, int]
    offered: dict[str, int]
    first_at: datetime | None
    last_at: datetime | None
    exact: bool = True
    unsearchable: int = 0


@dataclass(frozen=True)
class _Cell:
    """So many entries of one kind, author and month."""

    kind: str
    author: UUID
    month: date
    count: int
    first_at: datetime
    last_at: datetime


def timeline_summary(
    actor: Actor, patient_id: UUID, wanted: Wanted = EVERYTHING
) -> TimelineSummary:
    patient = patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        return summary_counted(patient, wanted)


def summary_counted(patient: Patient, wanted: Wanted) -> TimelineSummary:
    """The same inside the transaction of a caller who has the patient's read on record."""
    cells = _cells(
        patient.record_ids, replace(wanted, kinds=frozenset()), ZoneInfo(patient.time_zone)
    )
    chosen = [cell for cell in cells if not wanted.kinds or cell.kind in wanted.kinds]
    return TimelineSummary(
        total=sum(cell.count for cell in chosen),
        by_kind=_counted(chosen, lambda cell: cell.kind),
        by_month=dict(sorted(_counted(chosen, lambda cell: cell.month).items())),
        by_author=_counted(chosen, lambda cell: cell.author),
        offered=_counted(cells, lambda cell: cell.kind),
        first_at=min((cell.first_at for cell in chosen), default=None),
        last_at=max((cell.last_at for cell in chosen), default=None),
        exact=wanted.search is None or all(len(part) == 1 for part in wanted.search.parts),
        unsearchable=_stale(patient.record_ids) if wanted.search else 0,
    )


def _cells(records: Sequence[UUID], wanted: Wanted, zone: ZoneInfo) -> list[_Cell]:
    rows = (
        rows_wanted(records, wanted)
        .order_by()
        .annotate(month=TruncMonth("occurred_at", tzinfo=zone))
        .values_list("kind", "created_by", "month")
        .annotate(count=Count("*"), first=Min("occurred_at"), last=Max("occurred_at"))
    )
    return [
        _Cell(kind, author, month.date(), count, first, last)
        for kind, author, month, count, first, last in rows
    ]


def _counted(cells: Iterable[_Cell], key: Callable[[_Cell], K]) -> dict[K, int]:
    """Counts by a key, the most first."""
    counts: Counter[K] = Counter()
    for cell in cells:
        counts[key(cell)] += cell.count
    return dict(counts.most_common())


def _stale(records: Sequence[UUID]) -> int:
    rows = TimelineEvent.objects.filter(of_records(records), deleted_at__isnull=True)
    return rows.exclude(search_scheme=fulltext.scheme()).count()
