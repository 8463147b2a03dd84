"""From records to chunks: what every importer that reads record by record shares. Pure.

Most formats carry state from one record to the next (the clock of a recorder, the minute
that is being summed). So a reading that goes on at record n walks through the first n
again and drops what they give: slower than jumping, and exactly the same samples.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple

from biometrics.features.columns import NO_SEQUENCE, Columns, columns_of
from biometrics.importers.base import CHUNK, Chunk, Lane, Reason, Unreadable
from biometrics.importers.damage import DAMAGE
from biometrics.importers.units import converted
from clinicity.common.exceptions import Invalid

LATEST_MS = 253_402_300_800_000


class Point(NamedTuple):
    """One sample in its metric's own unit."""

    metric: str
    start_ms: int
    duration_ms: int
    value: float
    offset_min: int = 0
    sequence: int = NO_SEQUENCE
    device: str = ""


class Span(NamedTuple):
    """When a sample began (ms UTC), how long it lasted, and the offset it was written in."""

    start_ms: int
    duration_ms: int
    offset_min: int


@dataclass(frozen=True)
class Record:
    """What one record of a source gave."""

    points: Sequence[Point] = ()
    reasons: Sequence[str] = ()
    ignored: Sequence[str] = ()
    progress: float = 0.0


@dataclass
class _Gathered:
    lanes: dict[Lane, list[Point]] = field(default_factory=lambda: defaultdict(list))
    reasons: list[Reason] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    size: int = 0
    # 0 while nothing has been gathered.
    position: int = 0
    progress: float = 0.0

    def add(self, place: int, record: Record) -> None:
        for point in record.points:
            self.lanes[point.device, point.metric].append(point)
        self.reasons += [(place, reason) for reason in record.reasons]
        self.ignored.update(record.ignored)
        self.size += len(record.points) + len(record.reasons) + len(record.ignored)
        self.progress = record.progress
        self.position = place + 1

    def chunk(self) -> Chunk:
        return Chunk(
            lanes={lane: _columns(points) for lane, points in self.lanes.items()},
            position=self.position,
            reasons=self.reasons,
            ignored=dict(self.ignored),
            progress=min(1.0, self.progress),
        )


def chunks(records: Iterable[Record], start: int = 0) -> Iterator[Chunk]:
    """The records from number `start` on, gathered into chunks.

    Where the source breaks off, what was read before is given first.
    """
    gathered = _Gathered()
    try:
        for place, record in enumerate(records):
            if place < start:
                continue
            gathered.add(place, record)
            if gathered.size >= CHUNK:
                yield gathered.chunk()
                gathered = _Gathered()
    except (Unreadable, *DAMAGE):
        if gathered.position:
            yield gathered.chunk()
        raise
    if gathered.position:
        gathered.progress = 1.0
        yield gathered.chunk()


def point(metric: str, span: Span, value: float, unit: str = "", device: str = "") -> Point:
    """A checked sample, its value turned into the metric's own unit; raises Invalid."""
    if span.start_ms < 0:
        raise Invalid("The time is before 1970.")
    if span.duration_ms < 0:
        raise Invalid("A sample can't end before it starts.")
    if span.start_ms + span.duration_ms > LATEST_MS:
        raise Invalid("The time is after the year 9999.")
    converted_value = converted(metric, value, unit)
    if not isfinite(converted_value):
        raise Invalid("The value is not a number.")
    return Point(metric, *span[:2], converted_value, span[2], device=device)


def number(text: str) -> float:
    """A number with a decimal point or comma; raises Invalid."""
    try:
        value = float(text.replace(",", "."))
    except ValueError as error:
        raise Invalid(f"{text!r} is no number.") from error
    if not isfinite(value):
        raise Invalid(f"{text!r} is no number.")
    return value


def json_number(value: object, what: str) -> float:
    """A number of JSON, where an integer may have any length; raises Invalid."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{what} is no number.")
    try:
        number = float(value)
    except OverflowError as error:
        raise Invalid(f"{what} is too large.") from error
    if not isfinite(number):
        raise Invalid(f"{what} is no number.")
    return number


def _columns(points: Sequence[Point]) -> Columns:
    _, starts, durations, values, offsets, sequences, _ = zip(*points, strict=True)
    return columns_of(
        starts, values, duration_ms=durations, offset_min=offsets, sequence=sequences
    )
