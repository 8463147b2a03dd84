"""Actiwatch and CamNtech `.awd` files: seven lines of head, then one line an epoch. Pure.

The head: name, date, time, code of the epoch (in quarters of a minute), age, serial number,
sex. The name and age stay in the file. A line holds the count, perhaps an `M` where the
button was pressed (counted, not kept) and perhaps a reading of the light.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from biometrics.importers.base import Chunk, Options, Unreadable
from biometrics.importers.epochs import Epochs
from biometrics.importers.lines import Lines, head, opened
from biometrics.importers.records import Record, chunks, number
from clinicity.common.exceptions import Invalid

HEAD_LINES = 7
# Code → seconds.
EPOCHS = {"1": 15, "2": 30, "4": 60, "8": 120, "20": 300}
# Names of months as the watch's software writes them, whatever this machine's language.
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DATE = re.compile(r"(\d{1,2})[-/ ](\w{3,}|\d{1,2})[-/ ](\d{2,4})")
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
MARKER = "m"


@dataclass(frozen=True)
class Awd:
    """One recording of one person."""

    code: str = "awd"
    title: str = "Actiwatch (.awd)"
    accepts: str = "an .awd file as Actiwatch or MotionWare saves it"

    def matches(self, source: Path) -> bool:
        lines = [line.strip() for line in head(source, HEAD_LINES + 1)]
        return (
            len(lines) > HEAD_LINES
            and bool(DATE.fullmatch(lines[1]) and TIME.fullmatch(lines[2]))
            and lines[3] in EPOCHS
        )

    def people(self, source: Path) -> list[str]:
        return []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        with opened(source) as lines:
            yield from chunks(_records(lines, options.zone), start)


def _records(lines: Lines, zone: ZoneInfo) -> Iterator[Record]:
    epochs = _epochs([next(lines.text, "").strip() for _ in range(HEAD_LINES)], zone)
    for line in lines.text:
        words = line.replace(",", " ").split()
        if words:
            yield _record(words, epochs, lines)


def _epochs(lines: list[str], zone: ZoneInfo) -> Epochs:
    _, date, time, code, _, serial, _ = lines
    if code not in EPOCHS:
        raise Unreadable(f"The code of the epoch is {code!r}, not one of {', '.join(EPOCHS)}.")
    return Epochs(_moment(date, time), EPOCHS[code], zone, f"Actiwatch {serial}".strip())


def _record(words: list[str], epochs: Epochs, lines: Lines) -> Record:
    numbers = [word for word in words if word.lower() != MARKER]
    markers = ["marker"] * (len(words) - len(numbers))
    try:
        values = dict(zip(("activity", "light"), map(number, numbers), strict=False))
    except Invalid:
        epochs.add(None)
        return Record(reasons=["The line holds no count."], progress=lines.progress())
    # A line of a marker alone is an epoch whose count is missing.
    points = epochs.add(values or None)
    reasons = () if values else ("The line holds no count.",)
    return Record(points, reasons, markers, lines.progress())


def _moment(date: str, time: str) -> datetime:
    day, clock = DATE.fullmatch(date), TIME.fullmatch(time)
    if not day or not clock:
        raise Unreadable(f"The head of the file says no start: {date!r}, {time!r}.")
    hour, minute, second = (int(part or 0) for part in clock.groups())
    try:
        return datetime(  # noqa: DTZ001  the recorder's own clock
            _year(day[3]), _month(day[2]), int(day[1]), hour, minute, second
        )
    except ValueError as error:
        raise Unreadable(f"{date} {time} is no time.") from error


def _month(text: str) -> int:
    return int(text) if text.isdigit() else MONTHS.index(text[:3].lower()) + 1


def _year(text: str) -> int:
    year = int(text)
    return year if year > 99 else 2000 + year if year < 70 else 1900 + year


AWD = Awd()
