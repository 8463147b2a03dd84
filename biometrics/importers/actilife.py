"""ActiLife's epoch CSV: ten lines of head, then one line an epoch. Pure.

`activity` is Axis 1, the vertical axis, which "counts per minute" mean in the literature.
The other axes, the vector magnitude (it follows from the axes) and the inclinometer are
counted by their names. Times are the recorder's: the start in the head and the number of
the epoch; a row that says another time is named and left out.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from biometrics.importers.base import Unreadable
from biometrics.importers.epochs import Epochs
from biometrics.importers.lines import Lines, delimiter_of
from biometrics.importers.records import Record, number
from clinicity.common.exceptions import Invalid

MARK = "Data File Created By ActiGraph"
HEAD_LINES = 10
# Column as ActiLife and its forerunners name it → metric.
METRICS = {"axis1": "activity", "activity": "activity", "steps": "steps", "lux": "light"}
TIMES = ("date", "time")
# .NET's letters for a date → strptime's.
LETTERS = (("yyyy", "%Y"), ("MM", "%m"), ("M", "%m"), ("dd", "%d"), ("d", "%d"))
CLOCKS = ("%H:%M:%S", "%I:%M:%S %p")


@dataclass(frozen=True)
class _Head:
    start: datetime
    seconds: int
    serial: str
    date_format: str


def is_export(first_lines: Sequence[str]) -> bool:
    return bool(first_lines) and MARK in first_lines[0]


def records(lines: Lines, zone: ZoneInfo) -> Iterator[Record]:
    """One record an epoch; raises Unreadable for a head that says no epochs."""
    head = _head([next(lines.text, "").strip() for _ in range(HEAD_LINES)])
    first = next(lines.text, "")
    delimiter = delimiter_of([first])
    names = _names(next(csv.reader([first], delimiter=delimiter), []))
    epochs = Epochs(head.start, head.seconds, zone, _device(head.serial))
    if not any(name.isidentifier() for name in names):
        names = ["axis1", *(f"column {n}" for n in range(2, len(names) + 1))]
        yield _record(first.strip().split(delimiter), names, epochs, head, lines)
    for row in csv.reader(lines.text, delimiter=delimiter):
        if row:
            yield _record(row, names, epochs, head, lines)


def _record(
    row: list[str], names: list[str], epochs: Epochs, head: _Head, lines: Lines
) -> Record:
    cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
    ignored = [name for name in cells if name not in METRICS and name not in TIMES]
    try:
        _check_time(cells, epochs, head)
        values = _values(cells)
    except Invalid as refusal:
        epochs.add(None)
        return Record(reasons=[refusal.detail], progress=lines.progress())
    return Record(epochs.add(values), ignored=ignored, progress=lines.progress())


def _values(cells: Mapping[str, str]) -> dict[str, float]:
    return {METRICS[name]: number(text) for name, text in cells.items() if name in METRICS}


def _check_time(cells: Mapping[str, str], epochs: Epochs, head: _Head) -> None:
    if not all(cells.get(name) for name in TIMES):
        return
    stated = _moment(cells["date"], cells["time"], head.date_format)
    expected = epochs.time_of(epochs.number)
    if stated != expected:
        raise Invalid(f"The row says {stated}, where its number makes {expected}.")


def _head(lines: list[str]) -> _Head:
    text = "\n".join(lines)
    date_format = _found(r"date format (\S+)", text) or "M/d/yyyy"
    start = _moment(
        _found(r"^Start Date (.+)$", text), _found(r"^Start Time (.+)$", text), date_format
    )
    return _Head(start, _seconds(text), _found(r"^Serial Number: *(\S*)", text), date_format)


def _seconds(text: str) -> int:
    period = re.search(r"^Epoch Period \(hh:mm:ss\) *(\d+):(\d+):(\d+)", text, re.MULTILINE)
    if not period:
        raise Unreadable("The head of the file says no epoch period.")
    hours, minutes, seconds = map(int, period.groups())
    length = int(timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds())
    if not length:
        raise Unreadable("This is an export of raw samples. Import the .gt3x file instead.")
    return length


def _moment(date: str, time: str, date_format: str) -> datetime:
    pattern = date_format
    for letters, directive in LETTERS:
        if directive not in pattern:
            pattern = re.sub(rf"(?<![%a-zA-Z]){letters}(?![a-zA-Z])", directive, pattern)
    for clock in CLOCKS:
        try:
            return datetime.strptime(f"{date} {time}", f"{pattern} {clock}")  # noqa: DTZ007
        except ValueError:
            continue
    raise Unreadable(f"{date} {time!r} is no time in the format {date_format}.")


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    return match.group(1).strip() if match else ""


def _names(cells: Sequence[str]) -> list[str]:
    return [re.sub(r"[^a-z0-9 ]", "", cell.strip().lower()).replace(" ", "_") for cell in cells]


def _device(serial: str) -> str:
    return f"ActiGraph {serial}".strip()
