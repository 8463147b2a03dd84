"""Times as files write them, turned into UTC. Pure.

A time with an offset is taken at its word. A local time is one of a zone: where clocks go
back the same local time comes twice, and the order of a recorder's rows says which it is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from clinicity.common.exceptions import Invalid

MINUTE_MS = 60_000
DATE_LENGTH = 10


@dataclass
class LocalClock:
    """The clock of one recorder, read row by row in rising order."""

    zone: ZoneInfo
    last_ms: int | None = None

    def read(self, moment: datetime) -> tuple[int, int]:
        """(ms UTC, offset in minutes). The second of two equal local times is the later."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
            if self.last_ms is not None and _ms(moment) <= self.last_ms:
                moment = moment.replace(fold=1)
        self.last_ms = _ms(moment)
        return self.last_ms, offset_of(moment)


def instant(text: str, zone: ZoneInfo) -> tuple[int, int]:
    """(ms UTC, offset in minutes) of an ISO 8601 time; raises Invalid.

    A local time is taken in `zone`, the first of the two where it comes twice.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no time.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return _ms(moment), offset_of(moment)


def day(text: str, zone: ZoneInfo) -> tuple[int, int, int]:
    """(start, end in ms UTC, offset) of a date: from one local midnight to the next."""
    try:
        first = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone)
        return _ms(first), _ms(first + timedelta(days=1)), offset_of(first)
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


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
