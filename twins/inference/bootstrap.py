"""Intervals by resampling whole days.

Days are drawn with replacement, 500 times, and the figure is computed again on each
draw; the 10th and 90th percentile of the draws are the ends of an 80 % interval
(percentile bootstrap, Efron & Tibshirani 1993). It says how much the figure would move
with other days of the same person. It does not cover the device's error, it treats days
as exchangeable, and with few days it is too narrow: below seven days there is none.

The draws are seeded from the digest of the inputs: same inputs, same interval.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twins.inference.days import Daily

DRAWS = 500
LEVEL = 80
LOW, HIGH = 0.10, 0.90
HOURS = 24
TREND_DAYS = 30.0

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def seed_of(digest: str) -> int:
    return int(digest[:16], 16)


def draw_weights(days: int, *, seed: int) -> Weights:
    """(draws, days): how often each day is in each draw. Rows sum to `days`."""
    picks = np.random.default_rng(seed).integers(0, days, size=(DRAWS, days))
    rows = np.repeat(np.arange(DRAWS), days)
    counts = np.bincount(rows * days + picks.ravel(), minlength=DRAWS * days)
    return counts.reshape(DRAWS, days).astype(np.float64)


def interval(draws: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(draws, [LOW, HIGH])
    return Interval(float(low), float(high))


def clock_interval(draws: NDArray[np.float64], centre: float) -> Interval:
    """The interval of hours on a clock, around `centre`; ends lie in [0, 24)."""
    away = (draws - centre + HOURS / 2) % HOURS - HOURS / 2
    low, high = np.quantile(away, [LOW, HIGH])
    return Interval(float((centre + low) % HOURS), float((centre + high) % HOURS))


def mean_interval(daily: Daily, *, seed: int) -> Interval:
    weights = draw_weights(len(daily), seed=seed)
    return interval(_sum(weights, daily.values) / len(daily))


def spread_interval(daily: Daily, *, seed: int) -> Interval:
    """Of the standard deviation over days (n − 1)."""
    weights = draw_weights(len(daily), seed=seed)
    n = len(daily)
    mean = _sum(weights, daily.values) / n
    squares = _sum(weights, daily.values**2) / n - mean**2
    return interval(np.sqrt(np.maximum(squares, 0.0) * n / (n - 1)))


def trend(days: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """The Theil–Sen slope, per 30 days: the median of the slopes of all pairs."""
    first, second = np.triu_indices(len(days), k=1)
    apart = days[second] - days[first]
    kept = apart > 0
    if not kept.any():
        return 0.0
    rise = values[second][kept] - values[first][kept]
    return float(np.median(rise / apart[kept]) * TREND_DAYS)


def trend_interval(
    days: NDArray[np.float64], values: NDArray[np.float64], *, seed: int
) -> Interval:
    picks = np.random.default_rng(seed).integers(0, len(days), size=(DRAWS // 5, len(days)))
    ordered = np.sort(picks, axis=1)
    return interval(np.array([trend(days[row], values[row]) for row in ordered]))


def _sum(weights: Weights, values: NDArray[np.float64]) -> NDArray[np.float64]:
    # einsum, not BLAS: the same bits however many threads there are.
    return np.asarray(np.einsum("bd,d->b", weights, values))
