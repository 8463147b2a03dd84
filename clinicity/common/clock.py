"""The clock. Pure code takes `now` as an argument; edges and services ask here."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones

__all__ = ["UTC", "now", "zone_names"]


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@cache
def zone_names() -> tuple[str, ...]:
    """IANA time zones of places, such as Europe/London: what a field of zones offers."""
    places = (zone for zone in available_timezones() if "/" in zone and "Etc/" not in zone)
    return tuple(sorted(places))
