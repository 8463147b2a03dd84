"""How two metrics go together, against figures from elsewhere."""

import numpy as np
import pytest
from scipy import stats

from biometrics.features.association import (
    association,
    effective_pairs,
    fisher_interval,
    ranks,
)


def test_r_and_ranks_equal_scipys() -> None:
    rng = np.random.default_rng(7)
    a = rng.normal(size=60)
    b = np.round(a + rng.normal(size=60))
    pearson, spearman = association("pearson", a, b), association("spearman", a, b)
    assert pearson
    assert spearman
    assert pearson.r == pytest.approx(stats.pearsonr(a, b).statistic)
    assert spearman.r == pytest.approx(stats.spearmanr(a, b).statistic)
    assert ranks(b).tolist() == stats.rankdata(b).tolist()


def test_fishers_interval_equals_scipys() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 40))
    r = stats.pearsonr(a, b)
    expected = r.confidence_interval(0.95)
    assert fisher_interval(r.statistic, 40) == pytest.approx((expected.low, expected.high))


def test_days_that_resemble_each_other_count_for_less() -> None:
    rng = np.random.default_rng(3)
    walk = np.cumsum(rng.normal(size=200))
    noise = rng.normal(size=200)
    assert effective_pairs(walk, walk) < 20
    assert effective_pairs(noise, noise) > 150


def test_the_interval_holds_its_level_on_autocorrelated_days() -> None:
    rng = np.random.default_rng(11)
    missed = 0
    for _ in range(300):
        a, b = _autoregressive(rng), _autoregressive(rng)
        part = association("pearson", a, b)
        missed += bool(part and not part.low <= 0 <= part.high)
    assert missed / 300 < 0.09  # a plain Fisher interval misses in about a quarter


def test_what_does_not_vary_is_left_alone() -> None:
    a = np.arange(30.0)
    assert association("pearson", a, np.ones(30)) is None
    assert association("spearman", a[:3], a[:3]) is None


def _autoregressive(rng: np.random.Generator) -> np.ndarray:
    found = np.zeros(120)
    for n in range(1, 120):
        found[n] = 0.7 * found[n - 1] + rng.normal()
    return found
