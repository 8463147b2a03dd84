"""Epochs of a recorder with a start and a fixed length, laid out as minutes. Pure.

Such a recorder's own clock doesn't jump when clocks change, so epoch n begins n lengths
after the start. Counts of shorter epochs are summed to whole minutes, where a minute is a
whole number of them; a longer epoch's counts are given a minute. Nothing is imputed: a
minute with an epoch that can't be read, and a last minute that isn't whole, are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from biometrics.importers.base import Unreadable
from biometrics.importers.clock import LocalClock
from biometrics.importers.local_times import MINUTE_MS, offset_at
from biometrics.importers.records import Point, Span, point

# A recorder whose clock says another year was never set.
FIRST_YEAR, LAST_YEAR = 1971, 2200
# The values of several epochs are summed, but for these.
AVERAGED = frozenset({"light"})


@dataclass
class Epochs:
    """The minutes of one recording, fed epoch by epoch."""

    start: datetime
    seconds: int
    zone: ZoneInfo
    device: str = ""
    number: int = 0
    pending: list[Mapping[str, float] | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.seconds <= 0 or (self.seconds < 60 and 60 % self.seconds):
            raise Unreadable(
                f"Epochs of {self.seconds} seconds don't fit into whole minutes. Export the "
                "recording with epochs of 60 seconds."
            )
        if not FIRST_YEAR <= self.start.year <= LAST_YEAR:
            raise Unreadable(f"The recording starts in {self.start.year}.")
        self.start_ms, _ = LocalClock(self.zone).read(self.start)
        self.needed = max(1, 60 // self.seconds)

    def time_of(self, number: int) -> datetime:
        """What the recorder's clock showed at the beginning of an epoch."""
        return self.start + timedelta(seconds=number * self.seconds)

    def add(self, values: Mapping[str, float] | None) -> list[Point]:
        """The points of the minute that this epoch completes; None stands for a bad one."""
        self.pending.append(values)
        self.number += 1
        if len(self.pending) < self.needed:
            return []
        whole, self.pending = self.pending, []
        epochs = [epoch for epoch in whole if epoch is not None]
        return self._minute(epochs) if len(epochs) == len(whole) else []

    def _minute(self, epochs: list[Mapping[str, float]]) -> list[Point]:
        length_ms = max(MINUTE_MS, self.seconds * 1000)
        begun = self.start_ms + (self.number - self.needed) * self.seconds * 1000
        span = Span(begun, length_ms, offset_at(begun, self.zone))
        common = set.intersection(*(set(epoch) for epoch in epochs))
        return [
            point(metric, span, self._value(metric, epochs), device=self.device)
            for metric in sorted(common)
        ]

    def _value(self, metric: str, epochs: list[Mapping[str, float]]) -> float:
        total = sum(epoch[metric] for epoch in epochs)
        if metric in AVERAGED:
            return total / len(epochs)
        # Counts are a rate for each minute; steps stay a sum over the epoch.
        return total * 60 / max(60, self.seconds) if metric == "activity" else total
