"""Summaries of samples by hour (UTC) and by day (the patient's own). Pure numpy."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import Floats, Ints
from biometrics.metrics import HOUR_MS


@dataclass(frozen=True)
class Summary:
    """Of the samples that start in one hour or day; `sd` is the sample's (n − 1)."""

    start_ms: int
    count: int
    mean: float
    low: float
    high: float
    sd: float | None


def day_edges(first: date, last: date, zone: ZoneInfo) -> Ints:
    """The local midnights (ms UTC) of first … last + 1: 23 to 25 hours apart."""
    count = (last - first).days + 2
    midnights = [datetime.combine(first + timedelta(n), time(), zone) for n in range(count)]
    return np.array([int(moment.timestamp()) * 1000 for moment in midnights], dtype=np.int64)


def hour_edges(first_ms: int, last_ms: int) -> Ints:
    """The hours (ms UTC) that hold first_ms … last_ms, and the end of the last."""
    return np.arange(first_ms // HOUR_MS, last_ms // HOUR_MS + 2, dtype=np.int64) * HOUR_MS


def local_date(moment_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone).date()


def summaries(times_ms: Ints, values: Floats, edges: Ints) -> list[Summary]:
    """One summary for each interval between `edges` that holds a sample.

    `times_ms` ascends. Intervals without samples are left out: nothing is imputed.
    """
    cuts = np.searchsorted(times_ms, edges)
    return [
        _summary(int(edges[place]), values[cuts[place] : cuts[place + 1]])
        for place in np.flatnonzero(np.diff(cuts))
    ]


def _summary(start_ms: int, values: Floats) -> Summary:
    return Summary(
        start_ms=start_ms,
        count=len(values),
        mean=float(np.mean(values)),
        low=float(np.min(values)),
        high=float(np.max(values)),
        sd=float(np.std(values, ddof=1)) if len(values) > 1 else None,
    )
