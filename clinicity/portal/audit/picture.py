"""The picture of who looks at whom: pure geometry, drawn by templates as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from clinicity.audit.selectors import Day

MOST_ACTORS, MOST_PATIENTS = 14, 20
CELL, GAP, LABEL, HEAD = 30, 2, 168, 74
# Labels of columns lean out beyond the last one.
SLANT = 40
BARS_WIDTH, BARS_HEIGHT, BARS_FOOT, BARS_LEFT = 720, 150, 20, 44
# Shades of a cell, by its share of the largest.
SHADES = (0.25, 0.5, 0.75)
Pair = tuple[UUID, UUID, int]


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    id: UUID


@dataclass(frozen=True)
class Cell:
    """How often an actor came to a patient. `shade` is 1 (seldom) to 4 (most often)."""

    x: float
    y: float
    actor_id: UUID
    patient_id: UUID
    count: int
    shade: int


@dataclass(frozen=True)
class Matrix:
    width: float
    height: float
    actors: Sequence[Label]
    patients: Sequence[Label]
    cells: Sequence[Cell]
    left_out: int


@dataclass(frozen=True)
class Bar:
    """One day. `refused` is the height of the part that was refused."""

    x: float
    y: float
    width: float
    height: float
    refused: float
    day: date
    accesses: int
    actors: int
    refusals: int


@dataclass(frozen=True)
class Bars:
    width: float
    height: float
    base: float
    top: int
    bars: Sequence[Bar]
    labels: Sequence[tuple[float, date]]


def matrix_of(pairs: Sequence[Pair]) -> Matrix:
    """The busiest actors against the patients who were looked at most."""
    actors = _largest(pairs, 0)[:MOST_ACTORS]
    patients = _largest([pair for pair in pairs if pair[0] in set(actors)], 1)[:MOST_PATIENTS]
    rows = {actor: HEAD + n * (CELL + GAP) for n, actor in enumerate(actors)}
    columns = {patient: LABEL + n * (CELL + GAP) for n, patient in enumerate(patients)}
    shown = [pair for pair in pairs if pair[0] in rows and pair[1] in columns]
    most = max((count for _, _, count in shown), default=1)
    return Matrix(
        width=LABEL + len(columns) * (CELL + GAP) + SLANT,
        height=HEAD + len(rows) * (CELL + GAP),
        actors=[Label(LABEL - 8, y + CELL / 2 + 4, id) for id, y in rows.items()],
        patients=[Label(x + CELL / 2 + 4, HEAD - 8, id) for id, x in columns.items()],
        cells=[
            Cell(columns[patient], rows[actor], actor, patient, count, _shade(count, most))
            for actor, patient, count in shown
        ],
        left_out=len(pairs) - len(shown),
    )


def bars_of(days: Sequence[Day], *, first: date, last: date) -> Bars:
    """A bar for each day of the span, also for those on which nobody came."""
    known = {day.day: day for day in days}
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    top = _round_up(max((day.accesses for day in days), default=0))
    step = (BARS_WIDTH - BARS_LEFT) / len(span)
    return Bars(
        width=BARS_WIDTH, height=BARS_HEIGHT, base=BARS_HEIGHT - BARS_FOOT, top=top,
        bars=[_bar(known.get(day), day, n, step, top) for n, day in enumerate(span)],
        labels=_labels(span, step),
    )  # fmt: skip


def _bar(found: Day | None, day: date, number: int, step: float, top: int) -> Bar:
    found = found or Day(day, 0, 0, 0)
    most = BARS_HEIGHT - BARS_FOOT - 10
    height = found.accesses / top * most
    refused = found.refused / top * most
    x = BARS_LEFT + number * step + step * 0.1
    return Bar(
        round(x, 1), round(BARS_HEIGHT - BARS_FOOT - height, 1), round(step * 0.8, 1),
        round(height, 1), round(refused, 1), day, found.accesses, found.actors, found.refused,
    )  # fmt: skip


def _labels(span: Sequence[date], step: float) -> list[tuple[float, date]]:
    """The first day, the last, and some between, so that none touches another."""
    every = max(1, -(-len(span) // 8))
    return [
        (round(BARS_LEFT + n * step + step / 2, 1), day)
        for n, day in enumerate(span)
        if n % every == 0
    ]


def _largest(pairs: Sequence[Pair], place: int) -> list[UUID]:
    totals: dict[UUID, int] = {}
    for pair in pairs:
        id: UUID = pair[0] if place == 0 else pair[1]
        totals[id] = totals.get(id, 0) + pair[2]
    return sorted(totals, key=lambda id: (-totals[id], str(id)))


def _shade(count: int, most: int) -> int:
    return 1 + sum(count / most > share for share in SHADES)


def _round_up(value: int) -> int:
    """The next round number: 1, 2 or 5 and noughts."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= value:
                return max(step * factor, 1)
        step *= 10
