"""How much of a day was measured. Pure.

What is measured all day long is counted by hours. What is measured now and then (a
weight, a rating, a night) covers its day with one sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.days import edges_of, zones_of
from biometrics.metrics import DAY_MS, HOUR_MS, Aggregation, Group, Metric

# From this many hours on a usual day with data, a metric is one that is measured all day.
ALL_DAY_HOURS = 6


@dataclass(frozen=True)
class DayCoverage:
    """One local day of one metric. `expected` is None where the catalogue says no rate."""

    day: date
    samples: int
    expected: int | None
    hours: int
    hours_of_day: int
    share: float
    implausible: int


def is_all_day(metric: Metric, hours: Sequence[int]) -> bool:
    """Whether the metric is one that should fill the day; `hours` of its days with data."""
    if metric.lasts_ms >= DAY_MS or metric.aggregation is Aggregation.LAST:
        return False
    if metric.group is Group.SLEEP:
        return False
    return bool(hours) and median(hours) >= ALL_DAY_HOURS


def hours_of_days(first: date, last: date, zone: ZoneInfo) -> list[int]:
    """Length in hours of each local day first … last: 23 to 25."""
    return [int(n) for n in np.diff(edges_of(first, last, zones_of(zone))) // HOUR_MS]


def day_coverage(
    metric: Metric, day: date, *, samples: int, hours: int, hours_of_day: int,
    implausible: int, all_day: bool,
) -> DayCoverage:  # fmt: skip
    """The share of the day: of its hours when `all_day`, else whole when anything came."""
    share = min(1.0, hours / hours_of_day) if all_day else float(samples > 0)
    expected = expected_samples(metric, hours_of_day * HOUR_MS)
    return DayCoverage(day, samples, expected, hours, hours_of_day, share, implausible)


def expected_samples(metric: Metric, length_ms: int) -> int | None:
    """How many samples fill a time, by how long one lasts in the catalogue."""
    if not metric.lasts_ms:
        return None
    return max(1, length_ms // metric.lasts_ms)
