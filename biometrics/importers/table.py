"""Any CSV or TSV, by a mapping of its columns. Pure.

Wide: one column a metric. Long: a column with the metric, one with the value, perhaps one
with the unit. The delimiter, the encoding and decimal commas are recognised; a time format
of "auto" is decided by the first rows and refused where day and month can't be told apart.
A row with a bad cell gives what its other cells hold; rows come in rising order of time.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from biometrics.importers.base import UTC, Chunk, Options, Unreadable
from biometrics.importers.clock import LocalClock
from biometrics.importers.lines import Lines, delimiter_of, head, opened
from biometrics.importers.records import Point, Record, Span, chunks, number, point
from biometrics.importers.table_mapping import DURATIONS_MS, TableMapping, metric_named
from biometrics.importers.table_times import format_of, reader, zone_of
from biometrics.metrics import metric_of
from clinicity.common.exceptions import Invalid

SHOWN, LOOKED_AT = 20, 200
# What stands for no value.
EMPTY = frozenset({"", "-", "na", "n/a", "nan", "null", "none"})


@dataclass(frozen=True)
class PreviewRow:
    """One row of the table as it would be read."""

    number: int
    cells: Sequence[str]
    points: Sequence[Point]
    reasons: Sequence[str]
    ignored: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table about one person; `options.mapping` is a flat TableMapping."""

    code: str = "table"
    title: str = "Table (CSV or TSV)"
    accepts: str = "a CSV or TSV of any columns: you say what each of them is"

    def matches(self, source: Path) -> bool:
        """Two rows of equally many cells, more than one: any table may do."""
        rows = sample(source)[:2]
        return len(rows) == 2 and 1 < len(rows[0]) == len(rows[1])

    def people(self, source: Path) -> list[str]:
        return []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        mapping = TableMapping.from_flat(options.mapping)
        with opened(source) as lines:
            records = (record for _, record in _records(source, lines, mapping, options.zone))
            yield from chunks(records, start)


def sample(source: Path, above: int = 0) -> list[list[str]]:
    """The header and the first rows as cells, for `suggest`."""
    lines = head(source, above + LOOKED_AT)[above:]
    return [row for row in csv.reader(lines, delimiter=delimiter_of(lines)) if row]


def preview(source: Path, mapping: TableMapping, zone: ZoneInfo = UTC) -> list[PreviewRow]:
    """The first 20 rows as they would be read; raises Invalid for a mapping that can't be."""
    mapping.checked()
    with opened(source) as lines:
        return [
            PreviewRow(place, cells, record.points, record.reasons, record.ignored)
            for place, (cells, record) in enumerate(
                islice(_records(source, lines, mapping, zone), SHOWN)
            )
        ]


def _records(
    source: Path, lines: Lines, mapping: TableMapping, zone: ZoneInfo
) -> Iterator[tuple[list[str], Record]]:
    above = int(mapping.above)
    for _ in range(above):
        next(lines.text, "")
    delimiter = delimiter_of(head(source, above + LOOKED_AT)[above:])
    rows = csv.reader(lines.text, delimiter=delimiter)
    header = next(rows, [])
    missing = [name for name in mapping.columns() if name not in header]
    if missing:
        raise Unreadable(f"{source.name} has no column {missing[0]!r}.")
    row_reader = _RowReader(mapping, zone, _time_reader(source, header, mapping))
    for row in rows:
        if row:
            cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
            yield row, row_reader.read(cells, lines.progress())


def _time_reader(
    source: Path, header: Sequence[str], mapping: TableMapping
) -> Callable[[str], datetime]:
    if mapping.time_format != "auto":
        return reader(mapping.time_format)
    place = list(header).index(mapping.time)
    cells = [
        row[place].strip() for row in sample(source, int(mapping.above))[1:] if len(row) > place
    ]
    found = format_of([cell for cell in cells if cell])
    if found == "auto":
        raise Unreadable(f"Say how the times of {mapping.time!r} are written.")
    return reader(found)


@dataclass
class _RowReader:
    mapping: TableMapping
    zone: ZoneInfo
    moment: Callable[[str], datetime]
    # Local times rise within a device's metric, not from row to row of a long table.
    clocks: dict[tuple[str, str], LocalClock] = field(default_factory=dict)

    def read(self, cells: Mapping[str, str], progress: float) -> Record:
        found = self._found(cells)
        known = [one for one in found if one.metric]
        ignored = [one.column for one in found if not one.metric]
        if not found:
            return Record(ignored=["row without a value"], progress=progress)
        if not known:
            return Record(ignored=ignored, progress=progress)
        points: list[Point] = []
        reasons: list[str] = []
        device = cells.get(self.mapping.device, "")
        try:
            start, end_ms = self._times(cells, device, known[0].metric)
        except Invalid as refusal:
            return Record(reasons=[refusal.detail], progress=progress)
        for one in known:
            try:
                points.append(_point(one, start, end_ms, device))
            except Invalid as refusal:
                reasons.append(f"{one.column}: {refusal.detail}")
        return Record(points, reasons, ignored, progress)

    def _found(self, cells: Mapping[str, str]) -> list["_Found"]:
        """What the row holds: for an unknown metric of a long table its own name."""
        mapping = self.mapping
        if mapping.values:
            rows = [
                _Found(one.column, one.metric, cells.get(one.column, ""), one.unit)
                for one in mapping.values
            ]
        else:
            word = cells.get(mapping.long_metric, "")
            metric = mapping.names.get(word) or metric_named(word)
            value, unit = cells.get(mapping.long_value, ""), cells.get(mapping.long_unit, "")
            rows = [_Found(word, metric, value, unit)]
        return [one for one in rows if one.text.lower() not in EMPTY]

    def _times(
        self, cells: Mapping[str, str], device: str, metric: str
    ) -> tuple[tuple[int, int], int | None]:
        """((ms UTC, offset) of the start, end in ms UTC or None)."""
        lane = (device, "" if self.mapping.values else metric)
        clock = self.clocks.setdefault(lane, LocalClock(self.zone))
        offset = cells.get(self.mapping.offset, "")
        zone = zone_of(offset) if offset else None
        start = clock.read(self._moment(cells[self.mapping.time], zone))
        if end := cells.get(self.mapping.end, ""):
            # Its own clock: an end is no row that later starts are compared with.
            ended = LocalClock(self.zone, last_ms=start[0]).read(self._moment(end, zone))
            return start, ended[0]
        if length := cells.get(self.mapping.duration, ""):
            unit = DURATIONS_MS[self.mapping.duration_unit]
            return start, start[0] + round(number(length) * unit)
        return start, None

    def _moment(self, text: str, zone: tzinfo | None) -> datetime:
        try:
            moment = self.moment(text)
        except (ValueError, OverflowError, OSError) as error:
            raise Invalid(f"{text!r} is no time.") from error
        return moment if moment.tzinfo or zone is None else moment.replace(tzinfo=zone)


@dataclass(frozen=True)
class _Found:
    """A value as it stands, and the metric ("" for one that the catalogue hasn't)."""

    column: str
    metric: str
    text: str
    unit: str


def _point(found: _Found, start: tuple[int, int], end_ms: int | None, device: str) -> Point:
    lasts = metric_of(found.metric).lasts_ms if end_ms is None else end_ms - start[0]
    span = Span(start[0], lasts, start[1])
    return point(found.metric, span, _value(found), found.unit, device)


def _value(found: _Found) -> float:
    """A number, or for a metric of states the name of one."""
    for state, name in metric_of(found.metric).states.items():
        if found.text.casefold() == name.casefold():
            return float(state)
    return number(found.text)


TABLE = Table()
