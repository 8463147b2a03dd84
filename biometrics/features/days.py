"""Which local day a moment belongs to, for a person who moves between time zones. Pure.

A day begins when the person's clock first shows its date and ends when it first shows a
later one. So days follow each other without gaps or overlaps: a flight west makes a long
day, a flight east a short one, and a clock that is set back past midnight ends no day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import Ints

BEGINNING = -(2**62)
QUARTER_MS = 900_000


@dataclass(frozen=True)
class Zones:
    """The zones a person lived by: (since, ms UTC; zone), ascending, from BEGINNING on."""

    periods: tuple[tuple[int, ZoneInfo], ...]

    def date_at(self, moment_ms: int) -> date:
        """The local day that holds a moment."""
        found = date.min
        for since, zone in self.periods:
            if since > moment_ms:
                break
            found = max(found, _date(min(moment_ms, self._end(since) - 1), zone))
        return found

    def day_of(self, moment_ms: int) -> tuple[date, int]:
        """The local day that holds a moment, and when it begins."""
        if len(self.periods) == 1:  # every zone's days begin at some quarter of an hour
            return _day_of(moment_ms // QUARTER_MS, self.periods[0][1])
        day = self.date_at(moment_ms)
        return day, self.start_of(day)

    def start_of(self, day: date) -> int:
        """The moment (ms UTC) at which a local day begins."""
        return min(
            max(since, midnight_ms(day, zone))
            for since, zone in self.periods
            if midnight_ms(day, zone) < self._end(since)
        )

    def _end(self, since: int) -> int:
        later = [start for start, _ in self.periods if start > since]
        return later[0] if later else 2**62


def zones_of(zone: ZoneInfo) -> Zones:
    """Of somebody who never moved."""
    return Zones(((BEGINNING, zone),))


def day_edges(first_ms: int, last_ms: int, zones: Zones) -> tuple[list[date], Ints]:
    """The local days from that of `first_ms` to that of `last_ms`, and their edges.

    There is one edge more than days: day n is [edges[n], edges[n + 1]), 23 to 25 hours
    where nobody moved.
    """
    first, last = zones.date_at(first_ms), zones.date_at(last_ms)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    edges = [zones.start_of(day) for day in [*days, last + timedelta(1)]]
    return days, np.array(edges, dtype=np.int64)


def edges_of(first: date, last: date, zones: Zones) -> Ints:
    """The moments (ms UTC) at which the local days first … last + 1 begin."""
    count = (last - first).days + 2
    return np.array(
        [zones.start_of(first + timedelta(n)) for n in range(count)], dtype=np.int64
    )


@lru_cache(maxsize=20_000)
def midnight_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp()) * 1000


@lru_cache(maxsize=50_000)
def _day_of(quarter: int, zone: ZoneInfo) -> tuple[date, int]:
    day = _date(quarter * QUARTER_MS, zone)
    return day, midnight_ms(day, zone)


def _date(moment_ms: int, zone: ZoneInfo) -> date:
    shown = datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone).date()
    later = shown + timedelta(1)  # which it has shown already, if it was set back since
    return later if midnight_ms(later, zone) <= moment_ms else shown
