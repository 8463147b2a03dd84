"""How far a device's clock runs ahead of ours, from what it claims and when it arrived. Pure.

A device says when it sent; we know when that arrived. The network's delay lies between
them and only ever makes the device look *behind*, so of several pairs the one that looks
furthest ahead had the least delay and is nearest the truth: the estimate is a maximum.

A maximum never forgets, and clocks get corrected. So an estimate that newer pairs don't
reach sinks towards them, halving the rest every `HALF_LIFE`: after a day of pairs less
than half a percent of an old error is left.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(hours=3)
# From here on the times of readings are wrong by enough to matter, and people are told.
FLAGGED_MS = 60_000
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Skew:
    """How far a clock runs ahead, in ms (negative: behind), as known at `at`."""

    ms: float
    at: datetime


def estimated(previous: Skew | None, *, sent_at: datetime, received_at: datetime) -> Skew:
    """The estimate after one more pair; the first pair is an estimate by itself."""
    seen = (sent_at - received_at) / MILLISECOND
    if previous is None or seen >= previous.ms:
        return Skew(seen, received_at)
    passed = max(received_at - previous.at, timedelta(0))
    left = 0.5 ** (passed / HALF_LIFE)
    return Skew(seen + (previous.ms - seen) * left, max(received_at, previous.at))


def is_off(ms: float | None) -> bool:
    """Is a clock that far off worth a word?"""
    return ms is not None and abs(ms) >= FLAGGED_MS
