"""Pictures of a snapshot, as coordinates for SVG: actogram, mean day, coverage.

Pure: from the snapshot's content to numbers that a template writes down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import cos, pi, sin
from typing import Any

import numpy as np

# A value of a quarter of an hour, or None where nothing was measured.
Quarters = Sequence[float | None]

# The actogram: 48 hours in half hours, a row a day; each day is drawn twice.
SLOT, SLOTS_A_DAY = 7, 48
ROW, BAR = 12, 10
ACTOGRAM_LEFT, ACTOGRAM_TOP = 64, 18
# The polar picture of the mean day.
CENTRE, INNER, OUTER, RING = 150, 34, 112, 124
HOURS = 24
# The coverage calendar.
CELL, CELL_LEFT = 8, 168


@dataclass(frozen=True)
class ActogramRow:
    label: str
    y: int
    path: str
    gaps: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Actogram:
    rows: Sequence[ActogramRow]
    hours: Sequence[tuple[int, str]]
    width: int
    height: int
    left: int = ACTOGRAM_LEFT
    bar: int = BAR


@dataclass(frozen=True)
class Polar:
    area: str
    l5: str
    m10: str
    hours: Sequence[tuple[float, float, str]]
    spokes: Sequence[tuple[float, float, float, float]]
    size: int = 2 * CENTRE
    centre: int = CENTRE
    outer: int = OUTER
    inner: int = INNER


@dataclass(frozen=True)
class CoverageLane:
    """One metric: a cell a day, and the share of the window's days with any data."""

    metric: str
    y: int
    cells: Sequence[tuple[int, str, str]]
    days: int


@dataclass(frozen=True)
class Calendar:
    lanes: Sequence[CoverageLane]
    months: Sequence[tuple[int, str]]
    width: int
    height: int
    left: int = CELL_LEFT
    cell: int = CELL - 1


def actogram(content: Mapping[str, Any]) -> Actogram | None:
    """48-hour rows, from the first day with data on. A gap is drawn as a gap."""
    days: list[Quarters] = content["pictures"].get("actogram", [])
    measured = [i for i, row in enumerate(days) if any(v is not None for v in row)]
    if not measured:
        return None
    first = date.fromisoformat(content["window"]["start"])
    top = _ceiling(days)
    halves = [_halves(row, top) for row in days] + [[None] * SLOTS_A_DAY]
    rows = [
        _actogram_row(first + timedelta(days=i), n, halves[i] + halves[i + 1])
        for n, i in enumerate(range(measured[0], len(days)))
    ]
    width = ACTOGRAM_LEFT + 2 * SLOTS_A_DAY * SLOT
    hours = [(ACTOGRAM_LEFT + h * 2 * SLOT, f"{h % 24:02d}") for h in range(0, 49, 6)]
    return Actogram(rows, hours, width + 12, ACTOGRAM_TOP + ROW * len(rows) + 4)


def _ceiling(days: Sequence[Quarters]) -> float:
    """The level that fills a bar: the 98th percentile, so that one burst hides nothing."""
    known = np.array([v for row in days for v in row if v is not None])
    return float(np.quantile(known, 0.98)) or 1.0


def _halves(row: Quarters, top: float) -> list[int | None]:
    """Heights of the half hours, 0 to BAR; None where neither quarter was measured."""
    heights: list[int | None] = []
    for pair in zip(row[::2], row[1::2], strict=True):
        known = [v for v in pair if v is not None]
        level = sum(known) / len(known) / top if known else 0.0
        heights.append(round(min(level, 1.0) * BAR) if known else None)
    return heights


def _actogram_row(day: date, number: int, heights: Sequence[int | None]) -> ActogramRow:
    base = ACTOGRAM_TOP + number * ROW + BAR
    label = day.strftime("%-d %b") if number % 7 == 0 else ""
    bars, gaps, x = [], [], ACTOGRAM_LEFT
    for height, run in groupby(heights):
        width = len(list(run)) * SLOT
        if height is None:
            gaps.append((x, width))
        elif height:
            bars.append(f"M{x} {base}v-{height}h{width}v{height}z")
        x += width
    return ActogramRow(label, base - BAR, "".join(bars), gaps)


def polar(content: Mapping[str, Any]) -> Polar | None:
    """The mean day around a clock of 24 hours, midnight on top; arcs of L5 and M10."""
    mean_day: Quarters | None = content["pictures"].get("mean_day")
    if not mean_day:
        return None
    onsets = {one["name"]: one["value"] for one in content["features"]}
    hours = [(*_at(h, RING + 14), f"{h:02d}") for h in (0, 3, 6, 9, 12, 15, 18, 21)]
    spokes = [(*_at(h, INNER), *_at(h, OUTER)) for h in (0, 6, 12, 18)]
    return Polar(
        _area(mean_day),
        _arc(onsets.get("circadian.L5_onset"), 5),
        _arc(onsets.get("circadian.M10_onset"), 10),
        hours,
        spokes,
    )


def _area(mean_day: Quarters) -> str:
    top = max((v for v in mean_day if v is not None), default=0.0) or 1.0
    step = HOURS / len(mean_day)
    points = [
        _at((i + 0.5) * step, INNER + (OUTER - INNER) * (v or 0.0) / top)
        for i, v in enumerate(mean_day)
    ]
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"


def _arc(onset: float | None, hours: int) -> str:
    """A ring segment that begins at `onset` and lasts `hours`."""
    if onset is None:
        return ""
    (x1, y1), (x2, y2) = _at(onset, RING), _at(onset + hours, RING)
    return f"M{x1} {y1}A{RING} {RING} 0 {int(hours > HOURS / 2)} 1 {x2} {y2}"


def _at(hour: float, radius: float) -> tuple[float, float]:
    angle = 2 * pi * hour / HOURS - pi / 2
    return round(CENTRE + radius * cos(angle), 1), round(CENTRE + radius * sin(angle), 1)


def calendar(content: Mapping[str, Any]) -> Calendar | None:
    """One lane a metric, one cell a day: nothing, some of the day, most of it."""
    if not content["coverage"]:
        return None
    first = date.fromisoformat(content["window"]["start"])
    days = content["window"]["days"]
    lanes = [
        _lane(metric, held, 16 + 18 * n, first)
        for n, (metric, held) in enumerate(content["coverage"].items())
    ]
    months = [
        (CELL_LEFT + CELL * i, (first + timedelta(days=i)).strftime("%b"))
        for i in range(days)
        if (first + timedelta(days=i)).day == 1 or i == 0
    ]
    return Calendar(lanes, _apart(months), CELL_LEFT + CELL * days + 4, 20 + 18 * len(lanes))


def _lane(metric: str, held: Mapping[str, Any], y: int, first: date) -> CoverageLane:
    cells = [
        (CELL_LEFT + CELL * i, _grade(share), f"{first + timedelta(days=i)}: {share:.0%}")
        for i, share in enumerate(held["shares"])
    ]
    return CoverageLane(metric, y, cells, held["days"])


def _grade(share: float) -> str:
    if share == 0:
        return "none"
    return "most" if share >= 0.8 else "some"


def _apart(labels: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Labels that don't run into each other."""
    kept: list[tuple[int, str]] = []
    for x, text in labels:
        if not kept or x - kept[-1][0] >= 3 * CELL:
            kept.append((x, text))
    return kept
