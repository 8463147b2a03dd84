"""From what files say to chunks of one size, so that an import can go on at any of them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from biometrics.features.columns import Columns, Floats, Ints, columns_of, joined
from biometrics.importers.base import CHUNK, Chunk, Lane, Reason
from biometrics.importers.clock import NO_TIME, Times, utc_times, wall_ms

# Turns what a file's clock shows into UTC; may remember the block before.
Timing = Callable[[Ints], Times]


@dataclass(frozen=True)
class Series:
    """Samples of one lane, each with the number of its record in the table."""

    record: Ints
    columns: Columns


@dataclass(frozen=True)
class Table:
    """What a run of records says. Records are numbered from 0 within the table."""

    records: int
    lanes: Mapping[Lane, Series] = field(default_factory=dict)
    reasons: Sequence[Reason] = ()
    # By name, the numbers of the records (again for each value that isn't kept).
    ignored: Mapping[str, Ints] = field(default_factory=dict)
    # Share of the source that has been read at the end of the table.
    progress: float = 0.0


def measured(
    records: Ints,
    texts: Sequence[str],
    values: Floats,
    timing: Timing,
    sequence: Ints | int = -1,
) -> tuple[Series, list[Reason]]:
    """One sample a record; a record whose time or value can't be read gives a reason."""
    wall = wall_ms(texts)
    untimed, uncounted = wall == NO_TIME, ~np.isfinite(values)
    reasons = [
        (int(records[n]), f"{texts[int(n)]!r} is no time.") for n in np.flatnonzero(untimed)
    ]
    reasons += [
        (int(records[n]), "The value is no number.")
        for n in np.flatnonzero(uncounted & ~untimed)
    ]
    kept = ~untimed & ~uncounted
    order = np.broadcast_to(np.asarray(sequence, dtype=np.int64), kept.shape)[kept]
    return series_of(records[kept], timing(wall[kept]), values[kept], order), reasons


def series_of(
    records: Ints, times: Times, values: npt.ArrayLike, sequence: npt.ArrayLike = -1
) -> Series:
    """One sample for each of the records."""
    columns = columns_of(
        times.start_ms, values,
        duration_ms=times.duration_ms, offset_min=times.offset_min, sequence=sequence,
    )  # fmt: skip
    return Series(records, columns)


class Gathering:
    """Samples gathered one by one into a table: for files with few records."""

    def __init__(self) -> None:
        self._rows: dict[Lane, list[tuple[int, int, int, float, int]]] = defaultdict(list)
        self.reasons: list[Reason] = []
        self._ignored: dict[str, list[int]] = defaultdict(list)

    def add(
        self, record: int, lane: Lane, start_ms: int, value: float,
        *, duration_ms: int = 0, sequence: int = -1,
    ) -> None:  # fmt: skip
        self._rows[lane].append((record, start_ms, duration_ms, value, sequence))

    def refuse(self, record: int, why: str) -> None:
        self.reasons.append((record, why))

    def ignore(self, record: int, name: str) -> None:
        self._ignored[name].append(record)

    def table(self, records: int, zone: ZoneInfo, progress: float = 0.0) -> Table:
        return Table(
            records,
            {lane: _series(rows, zone) for lane, rows in self._rows.items()},
            self.reasons,
            {name: np.array(found) for name, found in self._ignored.items()},
            progress,
        )


def unread_file(name: str) -> Table:
    """A file of another kind: one record, counted by the ending of its name."""
    ending = PurePosixPath(name).suffix.lower() or "without an ending"
    return Table(1, ignored={f"file {ending}": np.array([0])}, progress=1.0)


def _series(rows: list[tuple[int, int, int, float, int]], zone: ZoneInfo) -> Series:
    record, start, duration, value, sequence = zip(*rows, strict=True)
    times = utc_times(np.array(start, dtype=np.int64), zone)
    columns = columns_of(
        times.start_ms, value,
        duration_ms=duration, offset_min=times.offset_min, sequence=sequence,
    )  # fmt: skip
    return Series(np.array(record), columns)


def chunked(tables: Iterable[Table], *, start: int, size: int = CHUNK) -> Iterator[Chunk]:
    """Cut the tables, laid end to end, into chunks of `size` records from `start` on."""
    position, building = 0, _Building(start)
    for table in tables:
        first = max(start - position, 0)
        while first < table.records:
            last = min(table.records, first + size - building.records)
            building.add(table, first, last, position)
            first = last
            if building.records == size:
                yield building.chunk()
                building = _Building(position + last)
        position += table.records
    if building.records:
        yield building.chunk()


class _Building:
    """A chunk in the making."""

    def __init__(self, position: int) -> None:
        self.position, self.records, self.progress = position, 0, 0.0
        self.lanes: dict[Lane, list[Columns]] = defaultdict(list)
        self.reasons: list[Reason] = []
        self.ignored: Counter[str] = Counter()

    def add(self, table: Table, first: int, last: int, before: int) -> None:
        """Take records `first` to `last` of a table that has `before` records before it."""
        for lane, series in table.lanes.items():
            chosen = (series.record >= first) & (series.record < last)
            if chosen.any():
                self.lanes[lane].append(series.columns.take(chosen))
        self.reasons += [(before + n, why) for n, why in table.reasons if first <= n < last]
        for name, records in table.ignored.items():
            count = int(np.count_nonzero((records >= first) & (records < last)))
            self.ignored.update({name: count} if count else {})
        self.records += last - first
        self.progress = table.progress

    def chunk(self) -> Chunk:
        return Chunk(
            lanes={lane: joined(parts) for lane, parts in self.lanes.items()},
            position=self.position + self.records,
            reasons=self.reasons,
            ignored=dict(self.ignored),
            progress=self.progress,
        )
