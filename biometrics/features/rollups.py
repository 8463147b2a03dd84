"""Summaries of samples by hour (UTC) and by the patient's local day. Pure numpy."""

from dataclasses import dataclass

import numpy as np

from biometrics.features.columns import Floats, Ints
from biometrics.metrics import HOUR_MS


@dataclass(frozen=True, slots=True)
class Summaries:
    """One entry for each interval that holds a sample; `place` says which interval.

    `sd` is the sample's (n − 1), NaN where there is one value only.
    """

    place: Ints
    start_ms: Ints
    count: Ints
    mean: Floats
    low: Floats
    high: Floats
    sd: Floats
    implausible: Ints

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
        return Summaries(place, place, place, inside, inside, inside, inside, place)
    begins = begins - cuts[0]
    mean = np.add.reduceat(inside, begins) / count
    squares = np.add.reduceat((inside - np.repeat(mean, count)) ** 2, begins)
    low, high = plausible
    return Summaries(
        place=place,
        start_ms=edges[place],
        count=count,
        mean=mean,
        low=np.minimum.reduceat(inside, begins),
        high=np.maximum.reduceat(inside, begins),
        sd=np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan),
        implausible=np.add.reduceat((inside < low) | (inside > high), begins, dtype=np.int64),
    )
