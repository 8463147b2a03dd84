"""Ways in which tables write a time, and which of them a column uses. Pure."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clinicity.common.exceptions import Invalid

# "3/18/2003 5:07", "18.03.2003 05:07:00", "03-18-2003": two numbers, a year, a clock.
NUMBERS = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{2}|\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?"
    r"\s*([AaPp][Mm])?)?"
)
# "2003-03-18 5:07" and "2003/03/18", which `fromisoformat` doesn't take.
YEAR_FIRST = re.compile(
    r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
# Seconds since 1970 have ten digits from 2001 to 2286.
EPOCH_DIGITS = {10: "epoch_s", 13: "epoch_ms"}


def iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        match = YEAR_FIRST.fullmatch(text)
        if not match:
            raise
        year, month, day, *clock = (int(part or 0) for part in match.groups())
        hour, minute, second = clock
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  local


def epoch_s(text: str) -> datetime:
    return datetime.fromtimestamp(float(text.replace(",", ".")), UTC)


def epoch_ms(text: str) -> datetime:
    return datetime.fromtimestamp(float(text.replace(",", ".")) / 1000, UTC)


def day_first(text: str) -> datetime:
    return _numbers(text, month=2, day=1)


def month_first(text: str) -> datetime:
    return _numbers(text, month=1, day=2)


FORMATS: dict[str, Callable[[str], datetime]] = {
    "iso": iso, "epoch_s": epoch_s, "epoch_ms": epoch_ms, "day_first": day_first,
    "month_first": month_first,
}  # fmt: skip


def reader(time_format: str) -> Callable[[str], datetime]:
    """How to read a column of that format: a key of FORMATS, or a pattern of strptime.

    What it gives raises ValueError for a cell that isn't so written.
    """
    if time_format in FORMATS:
        return FORMATS[time_format]
    if "%" not in time_format:
        raise Invalid(f"{time_format!r} is no format of times.")
    return lambda text: datetime.strptime(text, time_format)  # noqa: DTZ007  a column may name it


def format_of(cells: Sequence[str]) -> str:
    """The one format that fits every cell; "auto" where several do or none does.

    18/3 can't be a month, so one such cell decides for the column.
    """
    if cells and all(cell.isdigit() for cell in cells):
        return EPOCH_DIGITS.get(len(cells[0]), "auto")
    fitting = [
        name for name in ("iso", "day_first", "month_first") if cells and _fits(name, cells)
    ]
    return fitting[0] if len(fitting) == 1 else "auto"


def zone_of(text: str) -> tzinfo:
    """Of "+02:00", "+0200", minutes, or a zone's name; raises Invalid."""
    text = text.strip().removeprefix("UTC").removeprefix("GMT") or "+00:00"
    try:
        return datetime.strptime(text, "%z").tzinfo or UTC
    except ValueError:
        pass
    try:
        return timezone(timedelta(minutes=float(text)))
    except (ValueError, OverflowError):
        pass
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(f"{text!r} is no offset and no zone.") from error


def _fits(name: str, cells: Sequence[str]) -> bool:
    try:
        for cell in cells:
            FORMATS[name](cell)
    except (ValueError, OverflowError):
        return False
    return True


def _numbers(text: str, *, month: int, day: int) -> datetime:
    match = NUMBERS.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    hour = int(match[4] or 0)
    if match[8]:
        hour = hour % 12 + (12 if match[8].lower() == "pm" else 0)
    micro = round(float(match[7] or 0) * 1_000_000)
    return datetime(  # noqa: DTZ001  local
        year,
        int(match[month]),
        int(match[day]),
        hour,
        int(match[5] or 0),
        int(match[6] or 0),
        micro,
    )
