"""Minutes of the simulated time: UTC milliseconds beside the wearer's own clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

MINUTES_A_DAY = 1440
SECONDS_A_DAY = 86_400

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Days:
    """`count` whole local days before midnight at the start of `until`.

    Arrays are by minute: `times` UTC epoch ms, `local` minutes since the first local
    midnight (an hour repeats or is skipped where clocks change).
    """

    until: date
    count: int
    zone: ZoneInfo
    times: Ints
    local: Ints

    @property
    def first(self) -> date:
        return self.until - timedelta(days=self.count)

    @property
    def day(self) -> Ints:
        return self.local // MINUTES_A_DAY

    @property
    def hour(self) -> Floats:
        return (self.local % MINUTES_A_DAY) / 60.0

    def at(self, days_ago: int, hour: float) -> datetime:
        """The moment `hour` o'clock on the local day so many days before `until`."""
        day = self.until - timedelta(days=days_ago)
        wall = datetime.combine(day, time()) + timedelta(minutes=round(hour * 60))
        return wall.replace(tzinfo=self.zone)

    def offsets(self, times: Ints) -> Ints:
        """Minutes by which the wearer's clock is ahead of UTC at each of these moments."""
        at = np.clip(np.searchsorted(self.times, times), 0, len(self.times) - 1)
        return self.local[at] + _epoch(self.first) // 60 - self.times[at] // 60_000

    def weekend(self) -> Mask:
        """By day index: whether it is a Saturday or Sunday."""
        days = [self.first + timedelta(days=n) for n in range(self.count)]
        return np.array([day.weekday() >= 5 for day in days])


def days_before(until: date, *, count: int, zone: ZoneInfo) -> Days:
    first = until - timedelta(days=count)
    start, end = (int(_midnight(day, zone).timestamp()) for day in (first, until))
    seconds = np.arange(start, end, 60, dtype=np.int64)
    local_seconds = seconds + np.repeat(_offsets(seconds[::60], zone), 60)[: len(seconds)]
    local = (local_seconds - _epoch(first)) // 60
    return Days(until, count, zone, seconds * 1000, local)


def _epoch(day: date) -> int:
    """The day's midnight as epoch seconds, were its clock UTC."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _offsets(seconds: Ints, zone: ZoneInfo) -> Ints:
    """UTC offset in seconds at each moment."""
    moments = (datetime.fromtimestamp(int(second), zone) for second in seconds)
    return np.array([_offset(moment) for moment in moments], dtype=np.int64)


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    return int(offset.total_seconds()) if offset else 0
