"""The step that says how someone rests and is active, from minutes of activity."""

import numpy as np
from numpy.typing import NDArray

from twins.inference import bootstrap
from twins.inference.bootstrap import Interval
from twins.inference.days import DayGrid, grid
from twins.inference.draft import Draft
from twins.inference.rhythm import Rhythm, hourly_means, mean_day, rhythm

# A day counts towards the rhythm when this share of it was measured.
VALID_SHARE = 0.8
LEAST_DAYS = 7
# Pictures are kept in quarters of an hour.
PICTURE_BINS = 96
FIGURES = (
    ("IS", "1"),
    ("IV", "1"),
    ("RA", "1"),
    ("L5", "count/min"),
    ("L5_onset", "h"),
    ("M10", "count/min"),
    ("M10_onset", "h"),
)


def circadian_step(draft: Draft) -> None:
    """IS, IV, RA, L5 and M10 with onsets, or why not; the actogram and the mean day."""
    series = draft.inputs.series.get("activity")
    if series is None or not len(series.times_ms):
        draft.abstain("circadian", "nothing_measured", have=0, need=LEAST_DAYS)
        return
    days = grid(series, zone=draft.inputs.zone, window=draft.window)
    valid = np.flatnonzero(days.coverage >= VALID_SHARE)
    draft.pictures["actogram"] = quarters(days.values)
    draft.pictures["valid_days"] = valid.tolist()
    if len(valid) < LEAST_DAYS:
        draft.abstain("circadian", "too_few_valid_days", have=len(valid), need=LEAST_DAYS)
        return
    draft.pictures["mean_day"] = quarters(mean_day(days, valid)[None, :])[0]
    _figures(draft, days, valid)


def _figures(draft: Draft, days: DayGrid, valid: NDArray[np.int64]) -> None:
    point = rhythm(days, valid, np.ones((1, len(valid))))
    draws = rhythm(days, valid, bootstrap.draw_weights(len(valid), seed=draft.seed))
    for key, unit in FIGURES:
        value = float(getattr(point, key)[0])
        if np.isnan(value):
            draft.abstain(
                f"circadian.{key}", "nothing_varies", have=len(valid), need=LEAST_DAYS
            )
            continue
        ends = _interval(draws, key, value)
        draft.say(f"circadian.{key}", value, unit, ends, days=len(valid))


def _interval(draws: Rhythm, key: str, value: float) -> Interval:
    drawn = getattr(draws, key)
    drawn = drawn[~np.isnan(drawn)]
    if key.endswith("_onset"):
        return bootstrap.clock_interval(drawn, value)
    return bootstrap.interval(drawn)


def quarters(values: NDArray[np.float64]) -> list[list[float | None]]:
    """(days, bins) as lists of 96 means a day; None where nothing was measured."""
    bins = values.shape[1]
    if bins % PICTURE_BINS:
        means = np.repeat(hourly_means(values), PICTURE_BINS // 24, axis=1)
    else:
        fine = values.reshape(len(values), PICTURE_BINS, -1)
        known = ~np.isnan(fine)
        sums, counts = np.where(known, fine, 0.0).sum(axis=2), known.sum(axis=2)
        means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return [[None if np.isnan(v) else round(float(v), 2) for v in row] for row in means]
