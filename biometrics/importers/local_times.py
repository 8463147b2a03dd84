"""Times as files write them, turned into UTC one by one. Pure.

A time with an offset is taken at its word; a local time is one of a zone.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from clinicity.common.exceptions import Invalid

MINUTE_MS = 60_000
DATE_LENGTH = 10


def instant(text: str, zone: ZoneInfo) -> tuple[int, int]:
    """(ms UTC, offset in minutes) of an ISO 8601 time; raises Invalid.

    A local time is taken in `zone`, the first of the two where it comes twice.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no time.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return ms_of(moment), offset_of(moment)


def day(text: str, zone: ZoneInfo) -> tuple[int, int, int]:
    """(start, end in ms UTC, offset) of a date: from one local midnight to the next."""
    try:
        first = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone)
        return ms_of(first), ms_of(first + timedelta(days=1)), offset_of(first)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{text!r} is no date.") from error


def is_date(text: str) -> bool:
    return len(text) == DATE_LENGTH


def offset_at(moment_ms: int, zone: ZoneInfo) -> int:
    """The zone's offset in minutes at that instant."""
    return offset_of(datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone))


def offset_of(moment: datetime) -> int:
    offset = moment.utcoffset() or timedelta()
    return int(offset.total_seconds() // 60)


def ms_of(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
