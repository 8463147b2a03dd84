"""Activity counts and ENMO: what can be known of them without ActiLife's own output."""

import numpy as np
import pytest
from scipy.signal import freqz

from biometrics.features.counts import BAND_A, BAND_B, RATES, Counter, enmo

SECONDS = 120


def wave(rate: int, hertz: float, size: float, seconds: int = SECONDS) -> np.ndarray:
    moments = np.arange(rate * seconds) / rate
    return 1.0 + size * np.sin(2 * np.pi * hertz * moments)


def per_minute(rate: int, samples: np.ndarray) -> float:
    """Of the second minute, past what the filter needs to settle."""
    return float(Counter(rate).feed(samples)[60:].sum())


@pytest.mark.parametrize("rate", RATES)
def test_a_still_device_counts_nothing(rate: int) -> None:
    assert per_minute(rate, wave(rate, 1, 0)) == 0


@pytest.mark.parametrize("rate", RATES)
def test_every_rate_comes_to_thirty_hertz(rate: int) -> None:
    stretch, step = RATES[rate]
    assert rate * stretch == 30 * step
    assert len(Counter(rate).feed(wave(rate, 1, 0.5))) == SECONDS


@pytest.mark.parametrize("rate", [40, 60, 90, 100])
def test_a_movement_counts_the_same_at_any_rate(rate: int) -> None:
    expected = per_minute(30, wave(30, 0.8, 0.4))
    assert per_minute(rate, wave(rate, 0.8, 0.4)) == pytest.approx(expected, rel=0.03)


def test_counts_rise_with_the_movement_up_to_a_ceiling() -> None:
    sizes = [per_minute(30, wave(30, 1, size)) for size in (0.01, 0.1, 0.3, 1, 20, 40)]
    assert sizes == sorted(sizes)
    assert sizes[0] == 0
    # 128 steps ten times a second for a minute is the most there can be.
    assert sizes[-1] < 128 * 10 * 60


def test_the_band_is_that_of_human_movement() -> None:
    frequencies = np.array([0.02, 0.76, 10.0])
    _, response = freqz(BAND_B, BAND_A, worN=frequencies, fs=30)
    low, middle, high = np.abs(response)
    assert middle > 20 * low
    assert middle > 20 * high
    everywhere, size = freqz(BAND_B, BAND_A, worN=np.linspace(0.05, 14, 2000), fs=30)
    assert 0.5 < everywhere[np.argmax(np.abs(size))] < 1.5


def test_counts_of_a_known_signal_by_the_published_steps() -> None:
    """Straight from the paper, sample by sample, without the library's filter."""
    samples = np.round(wave(30, 1.3, 0.7, 4) + wave(30, 0.3, 0.2, 4) - 1, 3)
    gain, settled = 17.127404, BAND_B.sum() / BAND_A.sum()
    before_in, before_out = [samples[0]] * 7, [samples[0] * settled] * 7
    sizes = []
    for sample in samples:
        before_in = [sample, *before_in][:8]
        value = np.dot(BAND_B, before_in) - np.dot(BAND_A[1:], before_out)
        before_out = [value, *before_out][:7]
        size = abs(value * gain)
        sizes.append(0 if size < 4 else int(min(size, 128)))
    tenths = [sum(sizes[n : n + 3]) // 3 for n in range(0, len(sizes), 3)]
    seconds = [sum(tenths[n : n + 10]) for n in range(0, len(tenths), 10)]
    assert sum(seconds) > 100
    assert Counter(30).feed(samples).tolist() == seconds


@pytest.mark.parametrize("rate", [30, 50, 100])
def test_cutting_the_stream_changes_nothing(rate: int) -> None:
    rng = np.random.default_rng(7)
    samples = rng.normal(0, 0.5, rate * 30)
    whole, pieces = Counter(rate).feed(samples), Counter(rate)
    parts = [pieces.feed(samples[a * rate : b * rate]) for a, b in ((0, 1), (1, 8), (8, 30))]
    assert np.array_equal(np.concatenate(parts), whole)


def test_enmo_is_what_exceeds_gravity() -> None:
    samples = np.array([[0, 0, 1], [0.6, 0, 0.8], [0, 3, 4], [0, 0, 0.5]])
    assert enmo(samples).tolist() == pytest.approx([0, 0, 4000, 0], abs=1e-9)
