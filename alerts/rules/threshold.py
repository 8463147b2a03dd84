"""A value beyond a threshold, for a stated number of minutes or of samples."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from alerts.rules.base import Breach, Finding, Samples, from_ms
from clinicity.common.exceptions import Invalid

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
}
LOOK_BACK_HOURS = 24
MAX_LOOK_BACK_HOURS = 24 * 28
# A longer silence between two samples ends a stretch that is measured in minutes.
MAX_GAP_MINUTES = 60
FIELDS = frozenset({"metric", "comparison", "value", "for_at_least", "look_back_hours"})


@dataclass(frozen=True)
class Threshold:
    """`metric` is `comparison` `value` for at least `minutes`, or `count` samples in a row.

    A stretch counts in minutes from its first to its last sample.
    """

    kind: ClassVar[str] = "threshold"

    metric: str
    comparison: str
    value: float
    minutes: int = 0
    count: int = 1
    look_back_hours: int = LOOK_BACK_HOURS

    @classmethod
    def parse(cls, params: Mapping[str, Any], *, metrics: frozenset[str]) -> "Threshold":
        """A rule from JSON; raises `Invalid` that names each bad field."""
        errors = dict.fromkeys(set(params) - FIELDS, "There is no such field.")
        metric, comparison = params.get("metric"), params.get("comparison")
        if not isinstance(metric, str) or metric not in metrics:
            errors["metric"] = f"Choose one of {', '.join(sorted(metrics))}."
        if not isinstance(comparison, str) or comparison not in COMPARISONS:
            errors["comparison"] = f"Choose one of {', '.join(COMPARISONS)}."
        if not _is_number(params.get("value")):
            errors["value"] = "Give a finite number."
        hours = params.get("look_back_hours", LOOK_BACK_HOURS)
        if not _is_whole(hours, 1, MAX_LOOK_BACK_HOURS):
            errors["look_back_hours"] = f"Give 1 to {MAX_LOOK_BACK_HOURS} whole hours."
        minutes, count, error = _persistence(params.get("for_at_least", {"count": 1}))
        if error:
            errors["for_at_least"] = error
        if errors:
            raise Invalid("The rule is not valid.", errors=errors)
        return cls(str(metric), str(comparison), float(params["value"]), minutes, count, hours)

    def to_params(self) -> dict[str, Any]:
        persistence = {"minutes": self.minutes} if self.minutes else {"count": self.count}
        return {
            "metric": self.metric,
            "comparison": self.comparison,
            "value": self.value,
            "for_at_least": persistence,
            "look_back_hours": self.look_back_hours,
        }

    @property
    def look_back(self) -> timedelta:
        return timedelta(hours=self.look_back_hours)

    def breaches(self, samples: Samples) -> list[Breach]:
        beyond = COMPARISONS[self.comparison](samples.values, self.value)
        stretches = _stretches(samples.times_ms, beyond, gap_ms=self._gap_ms())
        return [
            self._breach(samples, first, last)
            for first, last in stretches
            if self._lasts(samples, first, last)
        ]

    def evaluate(self, samples: Samples, *, now: datetime) -> Finding:
        seen = samples.between(now - self.look_back, now)
        if not len(seen):
            return Finding(0, None, None)
        found = self.breaches(seen)
        return Finding(len(seen), from_ms(seen.times_ms[-1]), found[-1] if found else None)

    def _gap_ms(self) -> int | None:
        return MAX_GAP_MINUTES * 60_000 if self.minutes else None

    def _lasts(self, samples: Samples, first: int, last: int) -> bool:
        if self.minutes:
            span = samples.times_ms[last] - samples.times_ms[first]
            return bool(span >= self.minutes * 60_000)
        return last - first + 1 >= self.count

    def _breach(self, samples: Samples, first: int, last: int) -> Breach:
        values = samples.values[first : last + 1]
        worst = values.max() if self.comparison in ("above", "at_least") else values.min()
        start, end = samples.times_ms[first], samples.times_ms[last]
        return Breach(from_ms(start), from_ms(end), last - first + 1, float(worst))


def _stretches(
    times_ms: NDArray[np.int64], beyond: NDArray[np.bool_], *, gap_ms: int | None
) -> list[tuple[int, int]]:
    """First and last index of each run of `beyond`, cut where time jumps over a gap."""
    indices = np.flatnonzero(beyond)
    if not len(indices):
        return []
    cut = np.diff(indices) > 1
    if gap_ms is not None:
        cut |= np.diff(times_ms[indices]) > gap_ms
    edges = np.flatnonzero(cut)
    firsts = indices[np.r_[0, edges + 1]]
    lasts = indices[np.r_[edges, len(indices) - 1]]
    return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]


def _persistence(given: Any) -> tuple[int, int, str]:
    """(minutes, count, error): exactly one of the two is asked for."""
    if not isinstance(given, Mapping) or set(given) not in ({"minutes"}, {"count"}):
        return 0, 1, 'Give {"minutes": …} or {"count": …}.'
    unit, amount = next(iter(given.items()))
    if not _is_whole(amount, 1, 10_080):
        return 0, 1, "Give a whole number from 1 to 10080."
    return (amount, 1, "") if unit == "minutes" else (0, amount, "")


def _is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
