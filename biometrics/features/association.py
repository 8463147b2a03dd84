"""How two figures of the same hours or days go together. Pure numpy.

Pearson's and Spearman's r with an interval by Fisher's z. Neighbouring days resemble
each other, so the interval counts the effective number of pairs: n (1 − ab) / (1 + ab),
where a and b are the lag-1 autocorrelations (Bartlett 1935). Spearman's variance of z
is 1.06 / (n − 3) (Fieller, Hartley and Pearson 1957).
"""

from dataclasses import dataclass
from math import atanh, sqrt, tanh
from statistics import NormalDist

import numpy as np

from biometrics.features.columns import Floats

LEVEL = 0.95
VARIANCE = {"pearson": 1.0, "spearman": 1.06}


@dataclass(frozen=True)
class Association:
    """r in −1 … 1 with its interval, from n pairs that count as `effective_n`."""

    method: str
    r: float
    low: float
    high: float
    n: int
    effective_n: float


def association(method: str, first: Floats, second: Floats) -> Association | None:
    """None when one of both doesn't vary, or too few pairs are independent."""
    ranked = method == "spearman"
    a, b = (ranks(first), ranks(second)) if ranked else (first, second)
    if len(a) < 4 or not np.ptp(a) or not np.ptp(b):
        return None
    effective = effective_pairs(a, b)
    if effective <= 4:
        return None
    r = float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1))
    low, high = fisher_interval(r, effective, VARIANCE[method])
    return Association(method, r, low, high, len(a), effective)


def fisher_interval(r: float, n: float, variance: float = 1.0) -> tuple[float, float]:
    """The 95 % interval of r by Fisher's z; n > 3."""
    if abs(r) >= 1:
        return r, r
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * sqrt(variance / (n - 3))
    return tanh(atanh(r) - half), tanh(atanh(r) + half)


def effective_pairs(first: Floats, second: Floats) -> float:
    """The number of independent pairs that as many neighbouring ones are worth: 2 … n."""
    product = _lag1(first) * _lag1(second)
    return float(np.clip(len(first) * (1 - product) / (1 + product), 2, len(first)))


def ranks(values: Floats) -> Floats:
    """1 … n; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray(last - (counts - 1) / 2, dtype=np.float64)[place]


def _lag1(values: Floats) -> float:
    centred = values - np.mean(values)
    return float(np.clip(centred[1:] @ centred[:-1] / (centred @ centred), -0.99, 0.99))
