"""What one hour or day of a metric comes to, as that metric is summed up. Pure numpy.

A day of steps is their sum, a day of heart rate its mean, a night of sleep stages the
minutes in each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from biometrics.features.columns import Columns, Ints
from biometrics.metrics import Aggregation, Metric

MINUTE_MS = 60_000
Minutes = Mapping[int, float]


class Summed(Protocol):
    """What a figure is made of: a rollup, or a summary of samples."""

    @property
    def count(self) -> int: ...
    @property
    def mean(self) -> float: ...


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; None where only `minutes` by state say something.

    `kind` says what the value is: a mean, a sum, a single value, or time in states.
    """

    kind: str
    value: float | None
    unit: str
    minutes: Minutes = field(default_factory=dict)


def figure_of(metric: Metric, rollup: Summed, minutes: Minutes | None = None) -> Figure:
    """The figure of one hour or day; `minutes` by state are needed for states alone.

    A rollup doesn't keep the order of its samples: a metric of which the last value
    counts reads as that value when there was one sample, and as the mean of several.
    """
    match metric.aggregation:
        case Aggregation.SUM:
            return Figure("sum", rollup.mean * rollup.count, metric.unit)
        case Aggregation.TIME_IN_STATE:
            return Figure("time_in_state", None, "min", dict(minutes or {}))
        case Aggregation.LAST if rollup.count == 1:
            return Figure("value", rollup.mean, metric.unit)
        case _:
            return Figure("mean", rollup.mean, metric.unit)


def minutes_in_states(samples: Columns, edges: Ints) -> dict[int, dict[int, float]]:
    """For each interval between `edges` (ms UTC, ascending) the minutes in each state.

    Returns {start of the interval: {state: minutes}}. A sample that crosses an edge is
    cut there; one without a duration lasts no time. O(samples + parts).
    """
    place, state, length = _parts(samples, edges)
    found: dict[int, dict[int, float]] = {}
    for number, code, milliseconds in zip(place, state, length, strict=True):
        of_interval = found.setdefault(int(edges[number]), {})
        of_interval[code] = of_interval.get(code, 0.0) + milliseconds / MINUTE_MS
    return found


def _parts(samples: Columns, edges: Ints) -> tuple[list[int], list[int], list[int]]:
    """Each sample's pieces: number of the interval, state, length in ms."""
    ends = samples.start_ms + samples.duration_ms
    first = np.searchsorted(edges, samples.start_ms, side="right") - 1
    last = np.searchsorted(edges, ends, side="left") - 1
    pieces = np.maximum(last - first, 0) + 1
    of = np.repeat(np.arange(len(samples)), pieces)
    number = first[of] + np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    inside = (number >= 0) & (number < len(edges) - 1)
    of, number = of[inside], number[inside]
    start = np.maximum(samples.start_ms[of], edges[number])
    length = np.minimum(ends[of], edges[number + 1]) - start
    kept = length > 0
    states = np.rint(samples.value[of]).astype(np.int64)
    return number[kept].tolist(), states[kept].tolist(), length[kept].tolist()


def unit_inverse(metric: Metric, unit: str) -> tuple[float, float]:
    """Factor and shift that turn the metric's own unit into `unit`.

    Raises Invalid for a unit that the metric doesn't convert.
    """
    factor, shift = metric.factor_of(unit)
    return 1 / factor, -shift / factor
