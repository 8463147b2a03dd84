"""Circadian rest–activity figures from minute activity. Pure numpy; nothing is imputed.

IS and IV on hourly means (Witting et al. 1990, doi:10.1016/0006-3223(90)90523-5);
L5, M10 and RA on the mean 24-hour profile, circularly (Van Someren et al. 1999,
doi:10.3109/07420529908998724).
"""

from dataclasses import dataclass

import numpy as np

from biometrics.features.columns import Floats, Ints

MINUTES_A_DAY, HOURS_A_DAY = 1440, 24
L5_MINUTES, M10_MINUTES = 300, 600


@dataclass(frozen=True)
class Circadian:
    """`is_` 0–1, `iv` ≥ 0, `ra` 0–1; `l5`, `m10` mean counts a minute, onsets in
    minutes after local midnight; None where the recording can't carry the figure."""

    is_: float | None
    iv: float | None
    ra: float | None
    l5: float | None
    l5_onset: int | None
    m10: float | None
    m10_onset: int | None
    coverage: float
    days: int


def minute_grid(local_minutes: Ints, values: Floats) -> Floats:
    """Lay samples on a grid of whole local days: shape (days, 1440), NaN where none is.

    `local_minutes` are minutes since the Unix epoch on the wall clock. Two samples of a
    minute (when clocks go back) are averaged.
    """
    if not len(local_minutes):
        return np.empty((0, MINUTES_A_DAY))
    first = int(local_minutes.min()) // MINUTES_A_DAY
    days = int(local_minutes.max()) // MINUTES_A_DAY - first + 1
    slot = local_minutes - first * MINUTES_A_DAY
    total = np.bincount(slot, weights=values, minlength=days * MINUTES_A_DAY)
    count = np.bincount(slot, minlength=days * MINUTES_A_DAY)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(count > 0, total / count, np.nan)).reshape(days, -1)


def circadian(grid: Floats) -> Circadian:
    """All figures of a minute grid (days, 1440), missing minutes left out."""
    hours = _hourly(grid)
    profile = _mean(grid, axis=0)
    l5, l5_onset = _extreme(profile, L5_MINUTES, lowest=True)
    m10, m10_onset = _extreme(profile, M10_MINUTES, lowest=False)
    known = float(np.mean(np.isfinite(grid))) if grid.size else 0.0
    return Circadian(
        is_=interdaily_stability(hours),
        iv=intradaily_variability(hours),
        ra=_relative_amplitude(l5, m10),
        l5=l5,
        l5_onset=l5_onset,
        m10=m10,
        m10_onset=m10_onset,
        coverage=known,
        days=int(np.sum(np.isfinite(grid).any(axis=1))) if grid.size else 0,
    )


def interdaily_stability(hours: Floats) -> float | None:
    """IS = N Σ_h (x̄_h − x̄)² / (p Σ_i (x_i − x̄)²) on a grid (days, 24)."""
    known = hours[np.isfinite(hours)]
    if len(hours) < 2 or len(known) < 2 or np.var(known) == 0:
        return None
    by_hour = _mean(hours, axis=0)
    by_hour = by_hour[np.isfinite(by_hour)]
    spread = np.mean((by_hour - known.mean()) ** 2)
    return float(spread / np.mean((known - known.mean()) ** 2))


def intradaily_variability(hours: Floats) -> float | None:
    """IV = N Σ_i (x_i − x_{i−1})² / ((N − 1) Σ_i (x_i − x̄)²), over neighbours only."""
    series = hours.ravel()
    steps = np.diff(series)
    steps, known = steps[np.isfinite(steps)], series[np.isfinite(series)]
    if len(steps) < 2 or np.var(known) == 0:
        return None
    return float(np.mean(steps**2) / np.mean((known - known.mean()) ** 2))


def _hourly(grid: Floats) -> Floats:
    return _mean(grid.reshape(len(grid), HOURS_A_DAY, 60), axis=2)


def _mean(values: Floats, *, axis: int) -> Floats:
    """The mean of what is known along an axis, NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(count > 0, total / count, np.nan))


def _extreme(profile: Floats, width: int, *, lowest: bool) -> tuple[float | None, int | None]:
    """The window of `width` minutes with the least or most activity, and its onset."""
    if not profile.size or not np.isfinite(profile).all():
        return None, None
    circle = np.concatenate([profile, profile[: width - 1]])
    sums = np.concatenate([[0.0], np.cumsum(circle)])
    means = (sums[width:] - sums[:-width]) / width
    onset = int(np.argmin(means) if lowest else np.argmax(means))
    return float(means[onset]), onset


def _relative_amplitude(l5: float | None, m10: float | None) -> float | None:
    if l5 is None or m10 is None or l5 + m10 == 0:
        return None
    return (m10 - l5) / (m10 + l5)
