"""Readings as a plain dictionary: the definition of what is kept, in the plainest words."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

# Device, metric, start (ms), duration (ms), sequence.
Key = tuple[UUID | None, str, int, int, int]
TICK = timedelta(minutes=15)
FIRST, LAST = datetime(2025, 10, 15, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)


class Model:
    """One patient's readings, and what they were after each row of the ledger."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.moves: dict[datetime, str] = {}
        self.values: dict[Key, float] = {}
        self.void: set[Key] = set()
        self.history: list[dict[Key, float]] = []

    def add(self, lanes: Mapping[Any, Any]) -> list[int]:
        """How many were accepted, duplicate, corrected."""
        counts = [0, 0, 0]
        for (device, metric), samples in lanes.items():
            names = ("start_ms", "duration_ms", "sequence", "value")
            columns = (getattr(samples, name).tolist() for name in names)
            for *identity, value in zip(*columns, strict=True):
                key: Key = (device, metric, *identity)  # type: ignore[assignment]
                known = self.values.get(key)
                counts[0 if known is None else 1 if known == value else 2] += 1
                if known != value:
                    self.values[key] = value
                    self.void.discard(key)
        self._remember()
        return counts

    def named(
        self, metric: str, start: datetime, end: datetime, device: UUID | None
    ) -> list[Key]:
        """The valid samples of a range; no device means all."""
        first, last = (round(at.timestamp() * 1000) for at in (start, end))
        return [
            key
            for key in self.valid()
            if key[1] == metric and first <= key[2] < last and device in (None, key[0])
        ]

    def mark(self, named: Iterable[Key], *, void: bool) -> int:
        """How many are void now, or valid now, and were not before."""
        changed = [key for key in named if (key in self.void) != void]
        self.void = self.void | set(changed) if void else self.void - set(changed)
        self._remember()
        return len(changed)

    def would_restore(self, named: Iterable[Key]) -> bool:
        return any(key in self.void for key in named)

    def _remember(self) -> None:
        self.history.append(self.valid())

    def valid(self) -> dict[Key, float]:
        return {key: value for key, value in self.values.items() if key not in self.void}

    def devices(self, metric: str) -> set[UUID | None]:
        return {key[0] for key in self.valid() if key[1] == metric}

    def pairs(self, metric: str) -> list[tuple[int, float]]:
        return sorted(
            (key[2], value) for key, value in self.valid().items() if key[1] == metric
        )

    def latest(self) -> dict[str, tuple[int, set[float]]]:
        """By metric the newest moment, and the values that were measured then."""
        found: dict[str, tuple[int, set[float]]] = {}
        for key in self.valid():
            pairs = self.pairs(key[1])
            at = pairs[-1][0]
            found[key[1]] = at, {value for start, value in pairs if start == at}
        return found

    def rollups(self) -> dict[Any, tuple[date, list[float]]]:
        """By device, metric, period and its start: the local date, and the values."""
        found: dict[Any, tuple[date, list[float]]] = {}
        for (device, metric, start, *_), value in self.valid().items():
            at = datetime.fromtimestamp(start / 1000, UTC)
            day, hour = self.day_of(at), at.replace(minute=0, second=0, microsecond=0)
            for period, begins, local in (
                ("day", self.day_start(day), day),
                ("hour", hour, self.day_of(hour)),
            ):
                key = (device, metric, period, begins)
                found.setdefault(key, (local, []))[1].append(value)
        return found

    def day_of(self, at: datetime) -> date:
        """The latest date that the person's clock has shown by then."""
        return self._shown()[(at - FIRST) // TICK]

    def day_start(self, day: date) -> datetime:
        """When their clock first showed that date or a later one."""
        return FIRST + TICK * next(n for n, shown in enumerate(self._shown()) if shown >= day)

    def _shown(self) -> list[date]:
        return _shown(self.zone, tuple(sorted(self.moves.items())))


@lru_cache(maxsize=100)
def _shown(zone: str, moves: tuple[tuple[datetime, str], ...]) -> list[date]:
    """Tick by tick, the latest date that was shown so far."""
    found, newest = list[date](), date.min
    for tick in range((LAST - FIRST) // TICK):
        at = FIRST + TICK * tick
        zones = [zone, *(to for since, to in moves if since <= at)]
        newest = max(newest, at.astimezone(ZoneInfo(zones[-1])).date())
        found.append(newest)
    return found
