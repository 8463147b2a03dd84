"""Records of Apple Health as columns: a whole chunk of rows at once, by numpy."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from xml.etree.ElementTree import ParseError
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import Columns, Floats, Ints, Mask
from biometrics.importers.apple_dates import Moments, moments
from biometrics.importers.apple_elements import name_of, rows_of
from biometrics.importers.apple_kinds import Key, Kind, kind_of
from biometrics.importers.apple_xml import Row, element_of, text_of
from biometrics.importers.base import Chunk, Lane, Reason

FIELDS = {name: place for place, name in enumerate(Row._fields)}
KEY = itemgetter(*(FIELDS[name] for name in ("type", "source", "device", "unit", "word")))
START, END, NUMBER, ZONE, OTHER = (
    FIELDS[name] for name in ("start", "end", "number", "zone", "other")
)
MINUTE_MS, QUARTER_MS, DAY_MS = 60_000, 900_000, 86_400_000
# Kinds known at a time: an export has a few hundred, a hostile one as many as records.
MOST_KINDS = 20_000
FAULTS = (
    "The start is no time as Health writes it.",
    "The end is no time as Health writes it.",
    "The end is before the start.",
    "The time is after the export was made.",
    "The value is not a number.",
)


class Kinds(dict[Key, int]):
    """The number of each kind of record met so far; makes it known where it is new."""

    def __init__(self) -> None:
        self.known: list[Kind] = []
        self.lanes: dict[Lane, int] = {}

    def __missing__(self, key: Key) -> int:
        kind = kind_of(key)
        self.lanes.setdefault(kind.lane, len(self.lanes))
        self.known.append(kind)
        self[key] = number = len(self.known) - 1
        return number

    def forget(self) -> None:
        self.clear()
        self.known.clear()
        self.lanes.clear()

    def column(self, name: str, ids: Ints) -> Floats:
        return np.array([getattr(kind, name) for kind in self.known], dtype=np.float64)[ids]


@dataclass(frozen=True)
class Records:
    """Rows with the number of the record that each of them stands in."""

    rows: Sequence[Row]
    numbers: Ints
    reasons: list[Reason] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


def chunk_of(rows: Sequence[Row], *, first: int, latest_ms: float, kinds: Kinds) -> Chunk:
    """The chunk of the records `first`, `first` + 1, …; `latest_ms` is the export's time."""
    if len(kinds) > MOST_KINDS:
        kinds.forget()
    records = _records(rows, first)
    lanes = _lanes(records, latest_ms, kinds) if records.rows else {}
    return Chunk(
        lanes=lanes, position=first + len(rows), reasons=sorted(records.reasons),
        ignored=dict(records.ignored),
    )  # fmt: skip


def _records(rows: Sequence[Row], first: int) -> Records:
    """Plain rows as they are, and what other elements hold after them."""
    others = [(place, row[OTHER]) for place, row in enumerate(rows) if row[OTHER]]
    if not others:
        return Records(rows, np.arange(first, first + len(rows)))
    plain = [(first + place, row) for place, row in enumerate(rows) if not row[OTHER]]
    records = Records([], np.empty(0, dtype=np.int64))
    for place, raw in others:
        plain += ((first + place, row) for row in _held(raw, first + place, records))
    numbers = np.array([number for number, _ in plain], dtype=np.int64)
    return Records([row for _, row in plain], numbers, records.reasons, records.ignored)


def _held(raw: bytes, number: int, records: Records) -> Sequence[Row]:
    try:
        element = element_of(raw)
    except ParseError:
        records.reasons.append((number, "The element is not well-formed XML."))
        return ()
    rows = rows_of(element)
    if rows is None:
        records.ignored[name_of(element)] += 1
    return rows or ()


def _lanes(records: Records, latest_ms: float, kinds: Kinds) -> dict[Lane, Columns]:
    rows = records.rows
    ids = np.fromiter(map(kinds.__getitem__, map(KEY, rows)), dtype=np.int64, count=len(rows))
    start, end = (moments([row[place] for row in rows]) for place in (START, END))
    value = _values(rows, ids, end.ms - start.ms, kinds)
    known = _known(ids, records, kinds)
    late = start.ms > latest_ms
    faults = (~start.good, ~end.good, end.ms < start.ms, late, ~np.isfinite(value))
    good = known.copy()
    for why, fault in zip(FAULTS, faults, strict=True):
        records.reasons.extend((int(n), why) for n in records.numbers[good & fault])
        good &= ~fault
    columns = Columns(
        start.ms, end.ms - start.ms, value, _offsets(rows, start),
        kinds.column("sequence", ids).astype(np.int64), np.zeros_like(start.ms),
    )  # fmt: skip
    lane_of = np.array([kinds.lanes[kind.lane] for kind in kinds.known])
    return dict(_split(columns, lane_of[ids], records.numbers, good, list(kinds.lanes)))


def _values(rows: Sequence[Row], ids: Ints, duration_ms: Ints, kinds: Kinds) -> Floats:
    numbers = np.array([float(row[NUMBER] or "nan") for row in rows])
    factor, shift = kinds.column("factor", ids), kinds.column("shift", ids)
    minutes = duration_ms / MINUTE_MS * kinds.column("per_minute", ids)
    with np.errstate(all="ignore"):  # what overflows is no number, and told so
        return np.where(factor == 0, minutes, numbers * factor) + shift


def _known(ids: Ints, records: Records, kinds: Kinds) -> Mask:
    """Which rows have a metric. The others are counted by name, or told."""
    known = np.ones(len(ids), dtype=bool)
    for id in np.unique(ids):
        kind = kinds.known[id]
        if not kind.ignored and not kind.reason:
            continue
        mine = ids == id
        known &= ~mine
        if kind.ignored:
            records.ignored[kind.ignored] += int(mine.sum())
        else:
            records.reasons.extend((int(n), kind.reason) for n in records.numbers[mine])
    return known


def _offsets(rows: Sequence[Row], start: Moments) -> Ints:
    """Minutes from UTC: of the zone that a record names, else as its time is written."""
    offsets = start.offset_min.copy()
    for place in [place for place, row in enumerate(rows) if row[ZONE]]:
        if start.good[place]:
            quarter = int(start.ms[place]) // QUARTER_MS
            named = _zone_offset(rows[place][ZONE], quarter)
            offsets[place] = offsets[place] if named is None else named
    return offsets


@lru_cache(maxsize=50_000)
def _zone_offset(name: bytes, quarter: int) -> int | None:
    """Zones change their offset at a quarter of an hour; None for no known zone."""
    try:
        zone = ZoneInfo(text_of(name))
    except (ParseError, OSError, ValueError, KeyError):
        return None
    moment = datetime.fromtimestamp(quarter * QUARTER_MS // 1000, UTC).astimezone(zone)
    return int((moment.utcoffset() or moment - moment).total_seconds() // 60)


def _split(
    columns: Columns, lanes: Ints, numbers: Ints, good: Mask, names: Sequence[Lane]
) -> Iterator[tuple[Lane, Columns]]:
    """The good rows by lane, each in the order of the file."""
    chosen = np.flatnonzero(good)
    chosen = chosen[np.lexsort((numbers[chosen], lanes[chosen]))]
    ordered, sorted_columns = lanes[chosen], columns.take(chosen)
    edges = [0, *(np.flatnonzero(np.diff(ordered)) + 1).tolist(), len(chosen)]
    for begin, stop in pairwise(edges):
        if stop > begin:
            yield names[ordered[begin]], sorted_columns.take(np.arange(begin, stop))
