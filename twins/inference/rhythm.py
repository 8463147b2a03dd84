"""The rest–activity rhythm of many draws of days at once.

IS and IV on hourly means (Witting et al. 1990), L5, M10 and RA on the mean day (Van
Someren et al. 1999), each for every row of a matrix that says how often a day counts.
The row of ones gives the figures of the recording itself. Nothing is filled in: a bin
without data takes part in no mean. Two hours count as successive when both were
measured; with a drawn day comes its step from the hour before it, so that no step
joins two days that did not follow each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twins.inference.bootstrap import HOURS, Weights
from twins.inference.days import DayGrid

Array = NDArray[np.float64]
L5_HOURS, M10_HOURS = 5, 10


@dataclass(frozen=True)
class Rhythm:
    """One value a draw. Levels are in the unit of the recording, onsets in hours [0, 24)."""

    IS: Array
    IV: Array
    RA: Array
    L5: Array
    L5_onset: Array
    M10: Array
    M10_onset: Array


def rhythm(grid: DayGrid, kept: NDArray[np.int64], weights: Weights) -> Rhythm:
    """The rhythm of the days `kept`, drawn by `weights` (draws, len(kept))."""
    profile = _profile(grid.values[kept], weights)
    l5, l5_onset = _extreme(profile, L5_HOURS, least=True)
    m10, m10_onset = _extreme(profile, M10_HOURS, least=False)
    stability, variability = _hourly(grid, kept, weights)
    contrast = _ratio(m10 - l5, m10 + l5)
    return Rhythm(stability, variability, contrast, l5, l5_onset, m10, m10_onset)


def mean_day(grid: DayGrid, kept: NDArray[np.int64]) -> Array:
    """The mean of each bin over the days `kept`; NaN where no day has data."""
    return np.asarray(_profile(grid.values[kept], np.ones((1, len(kept))))[0])


def without(grid: DayGrid, kept: NDArray[np.int64]) -> Array:
    """The recording with every other day left out."""
    values = np.full_like(grid.values, np.nan)
    values[kept] = grid.values[kept]
    return values


def hourly_means(values: Array) -> Array:
    """(days, bins) to (days, 24): the mean of each hour's measured bins."""
    hours = values.reshape(len(values), HOURS, -1)
    known = ~np.isnan(hours)
    return _ratio(np.where(known, hours, 0.0).sum(axis=2), known.sum(axis=2).astype(np.float64))


def _profile(values: Array, weights: Weights) -> Array:
    known = ~np.isnan(values)
    sums = _drawn(weights, np.where(known, values, 0.0))
    return _ratio(sums, _drawn(weights, known.astype(np.float64)))


def _extreme(profile: Array, hours: int, *, least: bool) -> tuple[Array, Array]:
    """The least or most active `hours` of each mean day: their mean, and when they begin."""
    bins = profile.shape[1]
    width = hours * bins // HOURS
    known = ~np.isnan(profile)
    sums = _rolling(np.where(known, profile, 0.0), width)
    means = _ratio(sums, _rolling(known.astype(np.float64), width))
    worst = np.inf if least else -np.inf
    means = np.where(np.isnan(means), worst, means)
    at = means.argmin(axis=1) if least else means.argmax(axis=1)
    return means[np.arange(len(means)), at], at * HOURS / bins


def _rolling(rows: Array, width: int) -> Array:
    """Sums over `width` bins from each bin on, around the clock."""
    around = np.concatenate([rows, rows[:, : width - 1]], axis=1)
    total = np.cumsum(np.pad(around, ((0, 0), (1, 0))), axis=1)
    return np.asarray(total[:, width:] - total[:, :-width])


def _hourly(grid: DayGrid, kept: NDArray[np.int64], weights: Weights) -> tuple[Array, Array]:
    """IS and IV of each draw."""
    every = hourly_means(without(grid, kept))
    steps = _steps(every)[kept]
    hours = every[kept]
    known = ~np.isnan(hours)
    filled = np.where(known, hours, 0.0)
    per_hour = _drawn(weights, known.astype(np.float64))
    sums = _drawn(weights, filled)
    count = per_hour.sum(axis=1)
    mean = _ratio(sums.sum(axis=1), count)
    spread = _drawn(weights, filled**2).sum(axis=1) - count * mean**2
    by_hour = _ratio(sums, per_hour)
    between = np.nansum((by_hour - mean[:, None]) ** 2, axis=1)
    stability = _ratio(count * between, np.sum(per_hour > 0, axis=1) * spread)
    moved = ~np.isnan(steps)
    squares = _drawn(weights, np.where(moved, steps, 0.0) ** 2).sum(axis=1)
    moves = _drawn(weights, moved.astype(np.float64)).sum(axis=1)
    return stability, _ratio(count * squares, moves * spread)


def _steps(hours: Array) -> Array:
    """Each hour less the hour before it, across midnight; NaN where either is missing."""
    flat = hours.ravel()
    steps = np.full_like(flat, np.nan)
    steps[1:] = np.diff(flat)
    return steps.reshape(hours.shape)


def _drawn(weights: Weights, values: Array) -> Array:
    # einsum, not BLAS: the same bits however many threads there are.
    return np.asarray(np.einsum("bd,dk->bk", weights, values))


def _ratio(above: Array, below: Array) -> Array:
    """NaN where nothing was measured, or where nothing varies."""
    safe = np.where(below > 0, below, 1.0)
    return np.where(below > 0, above / safe, np.nan)
