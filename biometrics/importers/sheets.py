"""CSV files with a column of times and columns of values, a block of rows at a time."""

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import Floats, Ints, Mask
from biometrics.importers.base import Lane, Reason, Unreadable
from biometrics.importers.tables import Series, Table, Timing, measured

BLOCK_ROWS = 50_000
# No row of a published table is as long; a longer one would fill the memory.
MAX_LINE_BYTES = 1024**2
Row = Mapping[str, str]
EMPTY = ("", "nan", "NaN", "null")


@dataclass(frozen=True)
class Value:
    """What a column is: metric, factor to its unit, and the values that stand for none."""

    metric: str
    factor: float = 1.0
    missing: frozenset[float] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """How to read one kind of table."""

    time: str
    values: Mapping[str, Value]
    timing: Callable[[ZoneInfo], Timing]
    device: str = ""
    # Columns that name the device and the vendor's number of the row.
    source: str = ""
    sequence: str = ""


def csv_rows(file: IO[bytes]) -> Iterator[dict[str, str]]:
    """Rows by the names of the header; raises Unreadable where they break off."""
    rows = csv_cells(file)
    header = [name.strip() for name in next(rows, [])]
    for cells in rows:
        yield dict(zip(header, cells, strict=False))


def csv_cells(file: IO[bytes]) -> Iterator[list[str]]:
    """The cells of each row, the header's as well; raises Unreadable as `csv_rows` does."""
    try:
        yield from filter(None, csv.reader(_lines(file)))
    except csv.Error as error:
        raise Unreadable(f"The rows break off: {error}.") from error


def _lines(file: IO[bytes]) -> Iterator[str]:
    encoding = "utf-8-sig"
    while line := file.readline(MAX_LINE_BYTES):
        if len(line) == MAX_LINE_BYTES:
            raise Unreadable("One row has more than a megabyte.")
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError as error:
            raise Unreadable("This is no text in UTF-8.") from error
        encoding = "utf-8"


def sheet_tables(
    rows: Iterator[Row], name: str, sheet: Sheet, zone: ZoneInfo
) -> Iterator[Table]:
    """Tables of the rows; what has no metric is counted as `name` and column."""
    timing = sheet.timing(zone)
    while block := list(islice(rows, BLOCK_ROWS)):
        yield _table(block, name, sheet, timing)


def counted_tables(rows: Iterator[Row], name: str) -> Iterator[Table]:
    """Of a kind of which nothing is kept."""
    while count := sum(1 for _ in islice(rows, BLOCK_ROWS)):
        yield Table(count, ignored={name: np.arange(count)})


def _table(block: Sequence[Row], name: str, sheet: Sheet, timing: Timing) -> Table:
    lanes: dict[Lane, Series] = {}
    reasons: list[Reason] = []
    ignored = _ignored(block, name, sheet)
    for column, value in sheet.values.items():
        rows, numbers, unread = _numbers(block, column)
        reasons += unread
        gone = np.isin(numbers, list(value.missing))
        if gone.any():
            ignored[f"{name} {column} {numbers[gone][0]:g} (missing)"] = rows[gone]
        for device, chosen in _by_device(block, rows, sheet, gone):
            series, why = _samples(
                block, rows[chosen], numbers[chosen] * value.factor, sheet, timing
            )
            lanes[device, value.metric] = series
            reasons += why
    return Table(len(block), lanes, sorted(reasons), ignored)


def _samples(
    block: Sequence[Row], rows: Ints, numbers: Floats, sheet: Sheet, timing: Timing
) -> tuple[Series, list[Reason]]:
    texts = [block[n].get(sheet.time, "") for n in rows]
    sequence: Ints | int = -1
    if sheet.sequence:
        found = [block[n].get(sheet.sequence, "") for n in rows]
        sequence = np.array([int(text) if text.isdecimal() else -1 for text in found])
    return measured(rows, texts, numbers, timing, sequence)


def _by_device(
    block: Sequence[Row], rows: Ints, sheet: Sheet, gone: Mask
) -> Iterator[tuple[str, Mask]]:
    """Device after device with its rows: several may have recorded at once."""
    if not sheet.source:
        yield sheet.device, ~gone
        return
    devices = np.array([block[n].get(sheet.source) or sheet.device for n in rows], dtype=object)
    for device in dict.fromkeys(devices.tolist()):
        yield device, (devices == device) & ~gone


def _numbers(block: Sequence[Row], column: str) -> tuple[Ints, Floats, list[Reason]]:
    """Rows in which the column has a number, the numbers, and reasons for those that aren't."""
    rows = [n for n, row in enumerate(block) if row.get(column, "").strip() not in EMPTY]
    texts = [block[n][column] for n in rows]
    try:
        return np.array(rows, dtype=np.int64), np.array(texts, dtype=float), []
    except ValueError:
        numbers = np.array([_number(text) for text in texts])
    bad = np.isnan(numbers)
    reasons = [(rows[n], f"{column}: {texts[n]!r} is no number.") for n in np.flatnonzero(bad)]
    return np.array(rows, dtype=np.int64)[~bad], numbers[~bad], reasons


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _ignored(block: Sequence[Row], name: str, sheet: Sheet) -> dict[str, Ints]:
    """Columns without a metric, with the rows in which they say something."""
    known = {sheet.time, sheet.source, sheet.sequence, *sheet.values}
    found: dict[str, list[int]] = {}
    for number, row in enumerate(block):
        for column, text in row.items():
            if column not in known and text.strip() not in EMPTY:
                found.setdefault(f"{name} {column}", []).append(number)
    return {key: np.array(numbers) for key, numbers in found.items()}
