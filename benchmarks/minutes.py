"""Heart rate each minute, as a wrist device reports it: whole beats, by day and night.

A function of patient and minute alone, so that every way can be given, and checked
against, the very same samples without keeping them.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from biometrics.features.columns import Columns, columns_of

METRIC = "heart_rate"
MINUTE_MS = 60_000
DAY = 1440
YEAR = 365 * DAY
FIRST_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
WANDERS = 1 << 20


def minutes(person: int, first: int, count: int) -> Columns:
    """`count` minutes of person number `person`, from minute number `first` on."""
    number = np.arange(first, first + count)
    return columns_of(FIRST_MS + number * MINUTE_MS, _beats(person, number))


def _beats(person: int, number: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    wander = _wander()[(number + person * 7919) % WANDERS]
    by_day = 12 * np.sin((number % DAY) / DAY * 2 * np.pi - np.pi / 2)
    return np.clip(np.round(58 + person % 20 + by_day + 7 * wander), 38, 190)


@cache
def _wander() -> npt.NDArray[np.float64]:
    """Noise that remembers about ten minutes, with standard deviation 1."""
    kernel = np.exp(-np.arange(60) / 10)
    noise = np.random.default_rng(1).normal(size=WANDERS + len(kernel) - 1)
    smooth = np.convolve(noise, kernel, mode="valid")
    return np.asarray(smooth / smooth.std())
