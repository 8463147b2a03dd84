"""Figures on recordings whose answer is known."""

import numpy as np
import pytest

from biometrics.features.circadian import (
    circadian,
    interdaily_stability,
    intradaily_variability,
    minute_grid,
)


def test_identical_days_are_fully_stable() -> None:
    day = np.concatenate([np.zeros(480), np.full(960, 100.0)])
    found = circadian(np.tile(day, (7, 1)))
    assert found.is_ == pytest.approx(1.0)
    assert (found.l5, found.m10, found.ra) == (0.0, 100.0, 1.0)
    assert found.l5_onset == 0
    assert found.coverage == 1.0
    assert found.days == 7


def test_noise_has_no_stability_and_high_variability() -> None:
    grid = np.random.default_rng(1).normal(100, 20, (200, 1440))
    found = circadian(grid)
    assert found.is_ == pytest.approx(0.0, abs=0.02)
    assert found.iv == pytest.approx(2.0, abs=0.1)


def test_definition_by_loops_gives_the_same() -> None:
    hours = np.random.default_rng(2).gamma(2, 50, (9, 24))
    flat, mean, n = hours.ravel(), hours.mean(), hours.size
    spread = sum((x - mean) ** 2 for x in flat)
    is_ = n * sum((hours[:, h].mean() - mean) ** 2 for h in range(24)) / (24 * spread)
    iv = n * sum((flat[i] - flat[i - 1]) ** 2 for i in range(1, n)) / ((n - 1) * spread)
    assert interdaily_stability(hours) == pytest.approx(is_, rel=1e-12)
    assert intradaily_variability(hours) == pytest.approx(iv, rel=1e-12)


def test_missing_minutes_are_left_out_and_counted() -> None:
    grid = np.tile(np.concatenate([np.zeros(480), np.full(960, 100.0)]), (8, 1))
    grid[3] = np.nan
    found = circadian(grid)
    assert found.coverage == pytest.approx(7 / 8)
    assert found.days == 7
    assert found.is_ == pytest.approx(1.0)


def test_flat_or_empty_recordings_give_no_figure() -> None:
    flat = circadian(np.full((7, 1440), 5.0))
    assert (flat.is_, flat.iv) == (None, None)
    empty = circadian(np.empty((0, 1440)))
    assert (empty.l5, empty.days, empty.coverage) == (None, 0, 0.0)


def test_grid_averages_a_repeated_minute_and_leaves_gaps() -> None:
    minutes = np.array([1440, 1440, 1443])
    grid = minute_grid(minutes, np.array([1.0, 3.0, 5.0]))
    assert grid.shape == (1, 1440)
    assert (grid[0, 0], grid[0, 3]) == (2.0, 5.0)
    assert np.isnan(grid[0, 1])


def test_equals_the_published_implementation() -> None:
    """Figures that pyActigraphy 1.2.2 gives for the same recording.

    It divides sample variances (n − 1) where Witting's definition has sums over n; on
    whole days that is a known factor, and nothing else differs.
    """
    day, minute = np.divmod(np.arange(9 * 1440), 1440)
    wave = 1 - np.cos(2 * np.pi * (minute - 200 + 15 * np.sin(1.7 * day)) / 1440)
    values = 150 * wave * (1 + 0.3 * np.sin(2.3 * day))
    minutes = np.arange(9 * 1440)
    values += 80 * np.sin(0.37 * minutes) + 40 * np.sin(0.011 * minutes)
    found = circadian(np.round(np.maximum(values, 0), 3).reshape(9, 1440))
    hours = 9 * 24
    assert found.is_ is not None
    assert found.iv is not None
    assert found.is_ * (24 / 23) * (hours - 1) / hours == pytest.approx(
        0.8622525631142348, rel=1e-12
    )
    assert found.iv * (hours - 1) / hours == pytest.approx(0.09160153983461916, rel=1e-12)
    assert found.ra == pytest.approx(0.7726895475415352, rel=1e-12)
    assert found.l5 == pytest.approx(33.223828518518516, rel=1e-12)
    assert found.m10 == pytest.approx(259.0973398148148, rel=1e-12)
    assert (found.l5_onset, found.m10_onset) == (62, 619)
