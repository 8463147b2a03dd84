"""Minute actigraphy as CSV: research recordings and ActiLife's own export. Pure.

A research recording has the columns `timestamp,date,activity` (as the Depresjon data set,
doi:10.1145/3204949.3208125), one file a person. ActiLife's export is in `actilife.py`.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from math import isfinite
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import Columns, columns_of
from biometrics.importers import actilife
from biometrics.importers.base import CHUNK, Chunk, Lane, Options, Reason, Unreadable
from biometrics.importers.clock import DAY_MS, NO_TIME, LocalClock, wall_ms
from biometrics.importers.lines import Lines, head, opened
from biometrics.importers.local_times import MINUTE_MS
from biometrics.importers.records import Point, chunks
from biometrics.importers.tables import Series, Table, chunked, series_of
from clinicity.common.exceptions import Invalid

# The published files mix three ways of writing a time, on the recorder's own clock. The
# first of these is a hundred times as fast as the others, and fits almost every row.
PARSERS: tuple[Callable[[str], datetime], ...] = (
    datetime.fromisoformat,
    lambda text: datetime.strptime(text, "%Y-%m-%d %H:%M:%S"),  # noqa: DTZ007  one-digit hours
    lambda text: datetime.strptime(text, "%d/%m/%Y %H:%M"),  # noqa: DTZ007
)
# A time on the recorder's own clock, in one of the three ways.
PLAIN = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d?\d):(\d\d:\d\d)|(\d?\d)/(\d?\d)/(\d{4}) (\d?\d):(\d\d)"
)
HEADER = ["timestamp", "date", "activity"]
LANE: Lane = ("", "activity")
Row = Sequence[str]


@dataclass(frozen=True)
class Recording:
    """One person's file of minute activity."""

    name: str
    path: Path


def actigraphy_recordings(folder: Path) -> list[Recording]:
    """Every CSV below the folder that begins with the columns `timestamp,date,activity`.

    Ten of the published files carry two more columns, which are left alone.
    """
    if not folder.is_dir():
        raise Invalid(f"{folder} is no folder. Give one with `timestamp,date,activity` CSVs.")
    found = [Recording(path.stem, path) for path in _below(folder) if _is_recording(path)]
    if not found:
        raise Invalid(f"No file below {folder} has the columns {','.join(HEADER)}.")
    return found


def actigraphy_columns(path: Path, zone: ZoneInfo) -> Columns:
    """Minute counts with their local times turned into UTC.

    Where clocks go back the second of two equal local times is the later one (fold=1).
    """
    clock = LocalClock(zone)
    with opened(path) as lines:
        points = [
            _point(row, clock, path.name, number) for number, row in enumerate(_rows(lines))
        ]
    return _columns(points)


@dataclass(frozen=True)
class ActigraphyCsv:
    """A file, or a folder with one file a person; a row that can't be read is named."""

    code: str = "actigraphy_csv"
    title: str = "Actigraphy as CSV"
    accepts: str = (
        "a CSV with the columns timestamp, date, activity, or ActiLife's epoch CSV; or a "
        "folder with one such file a person"
    )

    def matches(self, source: Path) -> bool:
        return bool(_recordings(source))

    def people(self, source: Path) -> list[str]:
        found = _recordings(source)
        return [one.name for one in found] if len(found) > 1 else []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        path = _chosen(source, options.person)
        with opened(path) as lines:
            if actilife.is_export(head(path, 1)):
                yield from chunks(actilife.records(lines, options.zone), start)
            else:
                yield from chunked(_tables(lines, options.zone), start=start, size=CHUNK)


def _rows(lines: Lines) -> Iterator[Row]:
    """The cells of each row below the header."""
    rows = csv.reader(lines.text)
    next(rows, None)
    return filter(None, rows)


def _tables(lines: Lines, zone: ZoneInfo) -> Iterator[Table]:
    clock, rows, first = LocalClock(zone), _rows(lines), 0
    while block := list(islice(rows, CHUNK)):
        yield _in_bulk(block, first, clock, lines) or _row_by_row(block, first, clock, lines)
        first += len(block)


def _in_bulk(block: Sequence[Row], first: int, clock: LocalClock, lines: Lines) -> Table | None:
    """The table of a block in which all is as it should be; None for any other."""
    try:
        walls = wall_ms([_iso(row[0]) for row in block])
        counts = np.array([row[2] for row in block], dtype=float)
    except (ValueError, IndexError):
        return None
    if (walls == NO_TIME).any() or walls.min() < DAY_MS or not np.isfinite(counts).all():
        return None
    records = np.arange(len(block))
    times = clock.times(walls)
    times = replace(times, duration_ms=np.full(len(block), MINUTE_MS))
    series = series_of(records, times, counts, records + first)
    return Table(len(block), {LANE: series}, progress=lines.progress())


def _iso(text: str) -> str:
    """A plain time, nineteen characters long; raises ValueError for others."""
    found = PLAIN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    date, hour, rest, day, month, year, at, minute = found.groups()
    if date:
        return f"{date}T{hour:0>2}:{rest}"
    return f"{year}-{month:0>2}-{day:0>2}T{at:0>2}:{minute}:00"


def _row_by_row(block: Sequence[Row], first: int, clock: LocalClock, lines: Lines) -> Table:
    points: list[tuple[int, Point]] = []
    reasons: list[Reason] = []
    for place, row in enumerate(block):
        try:
            points.append((place, _point(row, clock, "", first + place)))
        except Invalid as refusal:
            reasons.append((place, refusal.detail))
    lanes = {LANE: _series(points)} if points else {}
    return Table(len(block), lanes, reasons, progress=lines.progress())


def _series(points: Sequence[tuple[int, Point]]) -> Series:
    records = np.array([place for place, _ in points])
    return Series(records, _columns([point for _, point in points]))


def _columns(points: Sequence[Point]) -> Columns:
    return columns_of(
        [point.start_ms for point in points],
        [point.value for point in points],
        duration_ms=MINUTE_MS,
        offset_min=[point.offset_min for point in points],
        sequence=[point.sequence for point in points],
    )


def _point(row: Row, clock: LocalClock, name: str, number: int) -> Point:
    count = _count(row[2] if len(row) > 2 else None, name, number)
    start_ms, offset = clock.read(_moment(row[0], name, number))
    if start_ms < 0:
        raise Invalid(f"{_place(name, number)}the time is before 1970.")
    # The recorder's own row number: no two minutes of a file are ever one sample.
    return Point("activity", start_ms, MINUTE_MS, count, offset, sequence=number)


def _moment(text: str, name: str, number: int) -> datetime:
    for parse in PARSERS:
        try:
            return parse(text)
        except ValueError:
            continue
    raise Invalid(f"{_place(name, number)}{text!r} is no time.")


def _count(text: str | None, name: str, number: int) -> float:
    try:
        count = float(text or "")
    except ValueError as error:
        raise Invalid(f"{_place(name, number)}{text!r} is no count.") from error
    if not isfinite(count):
        raise Invalid(f"{_place(name, number)}{text!r} is no count.")
    return count


def _place(name: str, number: int) -> str:
    return f"{name}, row {number + 2}: " if name else ""


def _chosen(source: Path, person: str) -> Path:
    found = _recordings(source)
    if len(found) > 1:
        found = [one for one in found if one.name == person]
    if len(found) != 1:
        raise Unreadable(
            "The folder holds recordings of several people: choose one."
            if source.is_dir()
            else f"{source.name} has neither the columns {','.join(HEADER)} nor ActiLife's head."
        )
    return found[0].path


def _recordings(source: Path) -> list[Recording]:
    paths = _below(source) if source.is_dir() else [source]
    return [
        Recording(path.stem, path)
        for path in paths
        if _is_recording(path) or actilife.is_export(head(path, 1))
    ]


def _is_recording(path: Path) -> bool:
    first = next(csv.reader(head(path, 1)), [])
    return first[: len(HEADER)] == HEADER


def _below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.csv"), key=_natural)


def _natural(path: Path) -> tuple[str, int, str]:
    digits = "".join(letter for letter in path.stem if letter.isdigit())
    return path.parent.name, int(digits or 0), path.stem


ACTIGRAPHY_CSV = ActigraphyCsv()
