"""Readings laid out by the patient's own days and clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from twins.inference.inputs import Series, Window

EPOCH = date(1970, 1, 1)
MINUTES = 1440
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
# Readings this far apart are one or a few a day: ratings, nights.
ONCE_A_DAY_MS = 4 * HOUR_MS
# Bin widths in minutes, all of which divide a day.
WIDTHS = np.array([1, 2, 5, 10, 15, 20, 30, 60])


@dataclass(frozen=True)
class DayGrid:
    """`values[d, b]` is the mean of bin b of local day d; NaN where nothing was measured."""

    first: date
    values: NDArray[np.float64]

    @property
    def bins(self) -> int:
        return int(self.values.shape[1])

    @property
    def coverage(self) -> NDArray[np.float64]:
        """The share of each day's bins that hold data."""
        return np.asarray(np.mean(~np.isnan(self.values), axis=1))

    def day(self, index: int) -> date:
        return self.first + timedelta(days=int(index))


@dataclass(frozen=True)
class Daily:
    """One number a day, for the days that have one: day indices and values."""

    days: NDArray[np.int64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.days)


def local_ms(times_ms: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """The wall clock in `zone` as ms. A repeated hour in autumn falls onto itself."""
    hours, where = np.unique(times_ms // HOUR_MS, return_inverse=True)
    tz = ZoneInfo(zone)
    offsets = [_offset_ms(int(hour) * HOUR_MS, tz) for hour in hours]
    return times_ms + np.array(offsets, dtype=np.int64)[where]


def grid(series: Series, *, zone: str, window: Window) -> DayGrid:
    """Means by day and bin. A bin is as wide as the usual step between two readings."""
    clock = local_ms(series.times_ms, zone)
    width_ms = _width_minutes(series.times_ms) * 60_000
    bins = DAY_MS // width_ms
    start = (window.start - EPOCH).days * DAY_MS
    places = (clock - start) // width_ms
    inside = (places >= 0) & (places < window.days * bins) & np.isfinite(series.values)
    size = window.days * bins
    counts = np.bincount(places[inside], minlength=size)
    sums = np.bincount(places[inside], weights=series.values[inside], minlength=size)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return DayGrid(window.start, means.reshape(window.days, bins))


def per_day(
    series: Series, *, zone: str, window: Window, quantile: float | None = None, least: int = 1
) -> Daily:
    """The mean (or a quantile) of each day that has at least `least` readings."""
    days = local_ms(series.times_ms, zone) // DAY_MS - (window.start - EPOCH).days
    kept = (days >= 0) & (days < window.days) & np.isfinite(series.values)
    numbers, first, counts = np.unique(days[kept], return_index=True, return_counts=True)
    groups = np.split(series.values[kept], first[1:])
    enough = [i for i, count in enumerate(counts) if count >= least]
    values = [_summary(groups[i], quantile) for i in enough]
    return Daily(numbers[enough].astype(np.int64), np.array(values, dtype=np.float64))


def shares(series: Series, *, zone: str, window: Window) -> NDArray[np.float64]:
    """How much of each day was measured, 0 to 1; all of it when one reading is a day's."""
    laid = grid(series, zone=zone, window=window)
    if len(series.times_ms) > 1 and np.median(np.diff(series.times_ms)) < ONCE_A_DAY_MS:
        return laid.coverage
    return np.asarray((laid.coverage > 0).astype(np.float64))


def _summary(values: NDArray[np.float64], quantile: float | None) -> float:
    return float(values.mean() if quantile is None else np.quantile(values, quantile))


def _width_minutes(times_ms: NDArray[np.int64]) -> int:
    if len(times_ms) < 2:
        return int(WIDTHS[-1])
    step = float(np.median(np.diff(times_ms))) / 60_000
    return int(WIDTHS[min(int(np.searchsorted(WIDTHS, step - 1e-9)), len(WIDTHS) - 1)])


def _offset_ms(utc_ms: int, tz: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone(tz).utcoffset()
    return int((offset or timedelta(0)).total_seconds() * 1000)
