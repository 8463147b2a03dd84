"""The ten-second picture as shapes: one lane a domain, against the person's own range.

Pure. A lane is drawn in a box of DAY_WIDTH units a day and HEIGHT units; the page
stretches it sideways, so only heights are pixels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import quantiles

# From a value to its place, down from the top.
Height = Callable[[float], float]
DAY_WIDTH = 10
HEIGHT = 40
PAD = 4
ROW_HEIGHT = 16
# A usual range needs this many days, and leaves out the newest: what changes now
# must not widen the range that it is held against.
USUAL_DAYS = 14
RECENT = timedelta(days=28)
# One missing day is a night off the wrist; from two on, the gap is drawn.
GAP_DAYS = 2


@dataclass(frozen=True)
class Range:
    """The middle 80 % of a person's own days: the 10th to the 90th percentile."""

    low: float
    high: float
    days: int


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Shapes:
    """What a lane's drawing is made of."""

    line: str
    band: Box | None
    outside: Sequence[Box] = ()
    gaps: Sequence[Box] = ()


@dataclass(frozen=True)
class Lane:
    """Values by local day, in one unit."""

    code: str
    values: Mapping[date, float]
    usual: Range | None = None
    # A sparse lane is answered now and then: days between its points are no gaps.
    sparse: bool = False
    floor: float | None = None

    @property
    def last_on(self) -> date | None:
        return max(self.values, default=None)

    @property
    def last(self) -> float | None:
        return self.values[self.last_on] if self.last_on else None


@dataclass(frozen=True)
class DoseBar:
    """One dose of one drug, from a day until another; its height tells the dose."""

    name: str
    box: Box
    missed: Sequence[Box] = field(default_factory=tuple)


def usual_range(
    values: Mapping[date, float], today: date, *, least: int = USUAL_DAYS
) -> Range | None:
    """The person's own usual range, or None before there are enough days."""
    earlier = [value for day, value in values.items() if day <= today - RECENT]
    if len(earlier) < least:
        return None
    tenths = quantiles(earlier, n=10, method="inclusive")
    return Range(tenths[0], tenths[-1], len(earlier))


def shapes(lane: Lane, days: Sequence[date]) -> Shapes:
    """Draw a lane over consecutive days."""
    shown = [(at, lane.values[day]) for at, day in enumerate(days) if day in lane.values]
    if not shown:
        return Shapes("", None, gaps=[Box(0, 0, len(days) * DAY_WIDTH, HEIGHT)])
    low, high = _limits(lane, [value for _, value in shown])

    def y(value: float) -> float:
        return round(HEIGHT - PAD - (value - low) / (high - low) * (HEIGHT - 2 * PAD), 1)

    band = _band(lane.usual, y, len(days))
    outside = [_overshoot(at, value, lane.usual, y) for at, value in shown]
    return Shapes(
        line=_line(shown, y, joined=lane.sparse),
        band=band,
        outside=[box for box in outside if box],
        gaps=[] if lane.sparse else _gaps([at for at, _ in shown], len(days)),
    )


def dose_bar(
    name: str, start: int, end: int, *, share: float, row: int, missed: Sequence[int]
) -> DoseBar:
    """A bar from day `start` to before day `end`; `share` of the drug's highest dose."""
    height = round(4 + 8 * share, 1)
    bottom = (row + 1) * ROW_HEIGHT - 2
    box = Box(start * DAY_WIDTH, bottom - height, max(end - start, 1) * DAY_WIDTH, height)
    ticks = [Box(day * DAY_WIDTH + 2, bottom - height - 1, 6, height + 2) for day in missed]
    return DoseBar(name, box, ticks)


def _limits(lane: Lane, values: Sequence[float]) -> tuple[float, float]:
    ends = [*values, *([lane.usual.low, lane.usual.high] if lane.usual else [])]
    low = min(ends) if lane.floor is None else min(lane.floor, *ends)
    high = max(ends)
    return (low, high) if high > low else (low - 1, high + 1)


def _band(usual: Range | None, y: Height, days: int) -> Box | None:
    if usual is None:
        return None
    top, bottom = y(usual.high), y(usual.low)
    return Box(0, top, days * DAY_WIDTH, round(max(bottom - top, 1), 1))


def _overshoot(at: int, value: float, usual: Range | None, y: Height) -> Box | None:
    if usual is None or usual.low <= value <= usual.high:
        return None
    edge = usual.high if value > usual.high else usual.low
    top, bottom = sorted((y(value), y(edge)))
    return Box(at * DAY_WIDTH + 1, top, DAY_WIDTH - 2, round(bottom - top, 1))


def _line(shown: Sequence[tuple[int, float]], y: Height, *, joined: bool) -> str:
    parts, previous = [], None
    for at, value in shown:
        x = at * DAY_WIDTH + DAY_WIDTH / 2
        breaks = previous is None or (not joined and at - previous > 1)
        # A day alone still shows, as a short stroke.
        parts.append(
            f"M{x - 2:g} {y(value):g}L{x:g} {y(value):g}" if breaks else f"L{x:g} {y(value):g}"
        )
        previous = at
    return "".join(parts)


def _gaps(present: Sequence[int], days: int) -> list[Box]:
    edges = [-1, *present, days]
    return [
        Box((before + 1) * DAY_WIDTH, 0, (after - before - 1) * DAY_WIDTH, HEIGHT)
        for before, after in pairwise(edges)
        if after - before - 1 >= GAP_DAYS
    ]
