"""ActiGraph activity counts and ENMO from raw acceleration. Pure numpy and scipy.

Counts follow Neishabouri et al. 2022 (doi:10.1038/s41598-022-16003-x): bring the signal to
30 Hz, round to three decimals, filter by the published band-pass, scale, cut what is below
4 or above 128, average to 10 Hz, and sum over the minute.

Verified here: the coefficients against those printed in several public copies of them; that
a still device counts nothing; that counts rise with amplitude and peak in the band of human
movement; that any cutting of the stream into blocks gives the same counts; that at 30 Hz
they equal the steps worked out sample by sample in the test. Not verified: equality with
ActiLife's own output, for want of a file with both; and the paper's own text, which wasn't
at hand: the coefficients, the limits and the way to 30 Hz from other rates (stretch with
zeros, first-order low-pass, keep every n-th) are those of public ports of the published
code (among them agcounts for R). Two known differences from these: where samples are missing ActiLife repeats the last
one and the filter runs on, here it starts anew; and for rates that aren't a multiple of 30
the very first sample sees nothing before it, where they wrap around.

ENMO, the Euclidean norm minus one with what is below zero cut, follows van Hees et al. 2013
(doi:10.1371/journal.pone.0061691); without their calibration against gravity.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from biometrics.features.columns import Floats

# Numerator and denominator of the band-pass at 30 Hz (Neishabouri et al. 2022).
BAND_B = np.array([
    -0.009341062898525, -0.025470289659360, -0.004235264826105, 0.044152415456420,
    0.036493718347760, -0.011893961934740, -0.022917390623150, -0.006788163862310,
])  # fmt: skip
BAND_A = np.array([
    1.0, -3.63367395910957, 5.03689812757486, -3.09612247819666, 0.50620507633883,
    0.32421701566682, -0.15685485875559, 0.01949130205890,
])  # fmt: skip
GAIN = (3.0 / 4096.0) / (2.6 / 256.0) * 237.5
LOWEST, HIGHEST = 4, 128
# Sampling rate → (stretch, keep every n-th) to come to 30 Hz.
RATES = {
    30: (1, 1), 40: (3, 4), 50: (3, 5), 60: (1, 2),
    70: (3, 7), 80: (3, 8), 90: (1, 3), 100: (3, 10),
}  # fmt: skip


def enmo(samples: Floats) -> Floats:
    """Per sample, of acceleration in g (n, 3): in m[g]."""
    norm = np.sqrt(np.einsum("ij,ij->i", samples, samples))
    return np.asarray(np.maximum(norm - 1.0, 0.0) * 1000.0)


@dataclass
class Counter:
    """Counts of one axis, fed in blocks of whole seconds without a gap between them.

    `rate` is one of RATES (KeyError otherwise).
    """

    rate: int
    _smooth: Any = None
    _band: Any = field(default=None)

    def feed(self, samples: Floats) -> Floats:
        """Counts a second, of acceleration in g: length n // rate."""
        at_30 = np.round(self._resampled(samples), 3)
        if self._band is None:
            self._band = _signal().lfilter_zi(BAND_B, BAND_A) * at_30[0]
        filtered, self._band = _signal().lfilter(BAND_B, BAND_A, at_30, zi=self._band)
        sizes = np.abs(filtered * GAIN)
        sizes[sizes < LOWEST] = 0
        sizes = np.floor(np.minimum(sizes, HIGHEST))
        at_10 = np.floor(sizes.reshape(-1, 3).sum(axis=1) / 3)
        return np.asarray(at_10.reshape(-1, 10).sum(axis=1))

    def _resampled(self, samples: Floats) -> Floats:
        stretch, step = RATES[self.rate]
        if stretch == 1:
            return samples[::step]
        spread = np.zeros(len(samples) * stretch)
        spread[::stretch] = samples
        # A first-order low-pass, warped to the stretched rate.
        low = np.pi / (np.pi + 2 * stretch) * stretch
        back = (np.pi - 2 * stretch) / (np.pi + 2 * stretch)
        if self._smooth is None:
            self._smooth = np.zeros(1)
        weights = [low, low], [1.0, back]
        smoothed, self._smooth = _signal().lfilter(*weights, spread, zi=self._smooth)
        return np.asarray(smoothed[::step])


def _signal() -> Any:
    """SciPy's filters, loaded with the first raw recording: they cost 67 MB and a second."""
    from scipy import signal  # noqa: PLC0415

    return signal
