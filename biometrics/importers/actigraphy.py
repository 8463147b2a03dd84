"""Reading files of other systems as columns. Pure but for the file itself."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from biometrics.features.columns import Columns, columns_of
from clinicity.common.exceptions import Invalid

MINUTE_MS = 60_000
# The published files mix three ways of writing a time, on the recorder's own clock. The
# first of these is a hundred times as fast as the others, and fits almost every row.
PARSERS = (
    datetime.fromisoformat,
    lambda text: datetime.strptime(text, "%Y-%m-%d %H:%M:%S"),  # noqa: DTZ007  one-digit hours
    lambda text: datetime.strptime(text, "%d/%m/%Y %H:%M"),  # noqa: DTZ007
)
HEADER = ["timestamp", "date", "activity"]


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
    found = [
        Recording(path.stem, path)
        for path in sorted(folder.rglob("*.csv"), key=_natural)
        if _header(path)[: len(HEADER)] == HEADER
    ]
    if not found:
        raise Invalid(f"No file below {folder} has the columns {','.join(HEADER)}.")
    return found


def actigraphy_columns(path: Path, zone: ZoneInfo) -> Columns:
    """Minute counts with their local times turned into UTC.

    Where clocks go back the second of two equal local times is the later one (fold=1).
    """
    starts: list[int] = []
    counts, offsets, sequences = [], [], []
    for number, row in enumerate(_rows(path)):
        moment = _moment(row["timestamp"], zone, path, number)
        start = int(moment.timestamp()) * 1000
        if starts and start <= starts[-1]:
            moment = moment.replace(fold=1)
            start = int(moment.timestamp()) * 1000
        starts.append(start)
        counts.append(_count(row["activity"], path, number))
        offsets.append(int((moment.utcoffset() or moment - moment).total_seconds() // 60))
        # The recorder's own row number: no two minutes of a file are ever one sample.
        sequences.append(number)
    return columns_of(
        starts, counts, duration_ms=MINUTE_MS, offset_min=offsets, sequence=sequences
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def _header(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return next(csv.reader(file), [])


def _moment(text: str, zone: ZoneInfo, path: Path, number: int) -> datetime:
    for parse in PARSERS:
        try:
            moment = parse(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    raise Invalid(f"{path.name}, row {number + 2}: {text!r} is no time.")


def _count(text: str, path: Path, number: int) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Invalid(f"{path.name}, row {number + 2}: {text!r} is no count.") from error


def _natural(path: Path) -> tuple[str, int, str]:
    digits = "".join(letter for letter in path.stem if letter.isdigit())
    return path.parent.name, int(digits or 0), path.stem
