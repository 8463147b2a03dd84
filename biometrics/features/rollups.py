"""Summaries of samples by hour (UTC) and by the patient's local day. Pure numpy."""

from dataclasses import dataclass
from math import nan

import numpy as np

from biometrics.features.columns import Floats, Ints
from biometrics.metrics import HOUR_MS


@dataclass(frozen=True, slots=True)
class Summaries:
    """One entry for each interval that holds a sample; `place` says which interval.

    `sd` is the sample's (n − 1), NaN where there is one value only.
    """

    place: list[int]
    start_ms: list[int]
    count: list[int]
    mean: list[float]
    low: list[float]
    high: list[float]
    sd: list[float]
    implausible: list[int]

    def __len__(self) -> int:
        return len(self.place)


def hour_edges(first_ms: int, last_ms: int) -> Ints:
    """The hours (ms UTC) that hold first_ms … last_ms, and the end of the last."""
    return np.arange(first_ms // HOUR_MS, last_ms // HOUR_MS + 2, dtype=np.int64) * HOUR_MS


def summaries(
    times_ms: Ints, values: Floats, edges: Ints, *, plausible: tuple[float, float]
) -> Summaries:
    """Summarise the samples of each interval [edges[n], edges[n + 1]).

    `times_ms` ascends. Intervals without samples are left out: nothing is imputed.
    """
    cuts = np.searchsorted(times_ms, edges)
    place = np.flatnonzero(np.diff(cuts))
    begins, count = cuts[place], np.diff(cuts)[place]
    inside = values[cuts[0] : cuts[-1]]
    if not len(place):
        return Summaries(*([] for _ in range(8)))
    begins = begins - cuts[0]
    mean = np.add.reduceat(inside, begins) / count
    squares = np.add.reduceat((inside - np.repeat(mean, count)) ** 2, begins)
    sd = np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    low, high = plausible
    doubtful = np.add.reduceat((inside < low) | (inside > high), begins, dtype=np.int64)
    columns = (
        place, edges[place], count, mean, np.minimum.reduceat(inside, begins),
        np.maximum.reduceat(inside, begins), sd, doubtful,
    )  # fmt: skip
    return Summaries(*(column.tolist() for column in columns))


def single(start_ms: int, value: float, implausible: int) -> Summaries:
    """Of an interval that begins at `start_ms` and holds one sample."""
    return Summaries([0], [start_ms], [1], [value], [value], [value], [nan], [implausible])
