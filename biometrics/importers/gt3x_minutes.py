"""From the seconds of a `.gt3x` log to minutes: acceleration, counts, light, wear. Pure.

A minute is given when all of its seconds are there; others are left out and counted.
Nothing is imputed: in its idle sleep the recorder writes nothing, and the gap stays a gap
(ActiGraph's own software repeats the last sample instead).

`wear` is the recorder's skin sensor where it has one: the last known state goes on, as
published, over gaps of up to a month. Without one it is said only of recorders with idle sleep switched on: worn where
whole minutes were recorded, not worn in a gap of an hour or more; of shorter gaps nothing.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

import numpy as np

from biometrics.features.columns import Floats
from biometrics.features.counts import Counter, enmo
from biometrics.importers.gt3x_log import ACTIVITY, unpacked_12_bit, unpacked_16_bit
from biometrics.importers.local_times import MINUTE_MS
from biometrics.importers.records import Point

# In minutes.
UNWORN_AFTER, A_MONTH = 60, 31 * 1440
NOT_WHOLE = "minute that isn't whole"


@dataclass
class Setup:
    """What the file says of its recorder."""

    serial: str
    rate: int
    scale: float
    # No record is later (seconds of the recorder's clock).
    latest: int
    idle_sleep: bool = False
    # From the recorder's clock to UTC, in minutes; None: the zone of the person's choice.
    offset_min: int | None = None
    # The clock shows UTC; `offset_min` is then only the wearer's.
    is_utc: bool = False


@dataclass
class Minutes:
    """Fed second by second in rising order; gives the points of minutes that are over."""

    setup: Setup
    minute: int = -1
    # By second of the recorder's clock: the type of the record and its payload.
    seconds: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    light: list[float] = field(default_factory=list)
    worn: float | None = None
    ignored: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _counter: Counter | None = None
    _last_second: int = -2
    _last_whole: int = -1

    def go_to(self, time: int) -> list[Point]:
        """Close the minutes before `time` (seconds of the recorder's clock)."""
        if time // 60 <= self.minute:
            return []
        points = list(self._closed())
        self.minute, self.seconds, self.light = time // 60, {}, []
        return points

    def is_late(self, time: int) -> bool:
        return time // 60 < self.minute

    def is_whole(self, type: int, payload: bytes) -> bool:
        """Whether the payload holds one second of samples, as many as the rate says."""
        return len(payload) * 2 == self.setup.rate * (9 if type == ACTIVITY else 12)

    def take_ignored(self) -> list[str]:
        names = [name for name, count in self.ignored.items() for _ in range(count)]
        self.ignored.clear()
        return names

    def _closed(self) -> Iterator[Point]:
        if self.light:
            yield self._point("light", self.minute, float(np.mean(self.light)))
        if not self.seconds:
            return
        samples = self._samples()
        counts = self._counts(samples)
        if len(self.seconds) < 60:
            self.ignored[NOT_WHOLE] += 1
            return
        yield from self._gap()
        self._last_whole = self.minute
        acceleration = float(np.mean(enmo(samples.reshape(-1, 3))))
        yield self._point("acceleration", self.minute, acceleration)
        yield self._point("activity", self.minute, counts)
        worn = 1.0 if self.worn is None and self.setup.idle_sleep else self.worn
        if worn is not None:
            yield self._point("wear", self.minute, worn)

    def _samples(self) -> Floats:
        """Acceleration in g by second: (seconds, rate, 3)."""
        rising = (self.seconds[second] for second in sorted(self.seconds))
        parts = []
        for type, group in groupby(rising, key=itemgetter(0)):
            payload = b"".join(payload for _, payload in group)
            parts.append(
                unpacked_12_bit(payload) if type == ACTIVITY else unpacked_16_bit(payload)
            )
        scaled = np.round(np.concatenate(parts) / self.setup.scale, 3)
        return np.asarray(scaled.reshape(-1, self.setup.rate, 3))

    def _counts(self, samples: Floats) -> float:
        """Of the vertical axis (ActiLife's Axis 1); the filter starts anew after a gap."""
        total, seconds = 0.0, np.array(sorted(self.seconds))
        for run in np.split(np.arange(len(seconds)), np.flatnonzero(np.diff(seconds) != 1) + 1):
            if self._counter is None or seconds[run[0]] != self._last_second + 1:
                self._counter = Counter(self.setup.rate)
            total += float(self._counter.feed(samples[run, :, 1].ravel()).sum())
            self._last_second = int(seconds[run[-1]])
        return total

    def _gap(self) -> Iterator[Point]:
        missing = range(self._last_whole + 1, self.minute) if self._last_whole >= 0 else ()
        if len(missing) > A_MONTH:
            return
        known = self.worn is not None
        if known or (self.setup.idle_sleep and len(missing) >= UNWORN_AFTER):
            for minute in missing:
                yield self._point("wear", minute, self.worn or 0.0)

    def _point(self, metric: str, minute: int, value: float) -> Point:
        offset = self.setup.offset_min or 0
        shown_ms = minute * MINUTE_MS
        start_ms = shown_ms if self.setup.is_utc else shown_ms - offset * MINUTE_MS
        device = f"ActiGraph {self.setup.serial}".strip()
        return Point(metric, start_ms, MINUTE_MS, value, offset, device=device)
