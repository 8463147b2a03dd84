"""Circadian figures by their textbook definitions, apart from the code under test.

Van Someren et al. 1999 (doi:10.3109/07420529908998724), on hourly means.
"""

from dataclasses import dataclass

import numpy as np

from clinicity.demo.simulator.days import Floats
from clinicity.demo.simulator.lives import Samples

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Circadian:
    stability: float
    variability: float
    amplitude: float


def circadian(samples: Samples) -> Circadian:
    hours, inverse = np.unique(samples.times // HOUR_MS, return_inverse=True)
    means = np.bincount(inverse, samples.values) / np.bincount(inverse)
    spread = ((means - means.mean()) ** 2).sum()
    profile = np.array([means[hours % 24 == hour].mean() for hour in range(24)])
    between = ((profile - means.mean()) ** 2).sum()
    steps = np.diff(means)[np.diff(hours) == 1]
    high, low = _windows(profile, 10).max(), _windows(profile, 5).min()
    return Circadian(
        stability=len(means) * between / (24 * spread),
        variability=len(means) * (steps**2).sum() / (len(steps) * spread),
        amplitude=(high - low) / (high + low),
    )


def _windows(profile: Floats, width: int) -> Floats:
    doubled = np.concatenate([profile, profile])
    return np.array([doubled[n : n + width].mean() for n in range(24)])
