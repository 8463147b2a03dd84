"""Times without data: pauses between samples, and days between days. Pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import numpy as np

from biometrics.features.columns import Columns, Ints

# A pause this many times the usual step is a gap.
GAP_STEPS = 5


@dataclass(frozen=True)
class DayGap:
    """The days first … last, both without data."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def step_of(samples: Columns) -> float:
    """The usual step in ms between samples that ascend: their length when they have one.

    Two samples around a pause would call the pause itself usual; a length doesn't.
    """
    if len(samples) < 2:
        return 0.0
    step, length = _median(np.diff(samples.start_ms)), _median(samples.duration_ms)
    return min(step, length) if length else step


def _median(numbers: Ints) -> float:
    """What more than half of the numbers are, they needn't be sorted for."""
    usual = numbers[len(numbers) // 2]
    if np.count_nonzero(numbers == usual) * 2 > len(numbers):
        return float(usual)
    return float(np.median(numbers))


def pauses(samples: Columns, steps: float = GAP_STEPS) -> list[tuple[int, int]]:
    """Gaps as (from, to) in ms UTC: from the end of a sample to the next one's start.

    A gap is a pause of more than `steps` usual steps between two samples' starts.
    """
    step = max(step_of(samples), 1.0)
    wide = np.flatnonzero(np.diff(samples.start_ms) > steps * step)
    if not len(wide):
        return []
    ends = np.maximum.accumulate(samples.start_ms + samples.duration_ms)
    found = zip(ends[wide].tolist(), samples.start_ms[wide + 1].tolist(), strict=True)
    return [(start, end) for start, end in found if end > start]


def with_breaks(
    times: Sequence[int], values: Sequence[float], gaps: Sequence[tuple[int, int]]
) -> tuple[list[int], list[float | None], list[int]]:
    """Times and values with a None inside each gap, and where each given one went to."""
    before = np.searchsorted(np.asarray(times, dtype=np.int64), [end for _, end in gaps])
    inside = [(start + end) // 2 for start, end in gaps]
    shown = np.insert(np.asarray(times, dtype=np.int64), before, inside)
    drawn = np.insert(np.asarray(values, dtype=np.float64), before, np.nan)
    places = np.arange(len(times))
    kept = places + np.searchsorted(before, places, side="right")
    return shown.tolist(), [None if v != v else v for v in drawn.tolist()], kept.tolist()


def day_gaps(days: Sequence[date], usual: int = 1) -> list[DayGap]:
    """The gaps between days with data, which ascend and differ.

    `usual` is the step in days that is no gap yet.
    """
    one = timedelta(1)
    return [DayGap(a + one, b - one) for a, b in pairwise(days) if (b - a).days > max(1, usual)]


def usual_step(days: Sequence[date]) -> int:
    """The step in days that what is measured now and then may take: twice its median."""
    steps = [(b - a).days for a, b in pairwise(days)]
    return round(2 * median(steps)) if steps else 2
