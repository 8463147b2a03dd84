"""The step that says how someone rests and is active, from minutes of activity."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from biometrics.features.circadian import Circadian, circadian
from twins.inference import bootstrap
from twins.inference.bootstrap import Interval
from twins.inference.days import MINUTES, DayGrid, grid
from twins.inference.draft import Draft
from twins.inference.rhythm import Rhythm, hourly_means, mean_day, rhythm, without

# A day counts towards the rhythm when this share of it was measured.
VALID_SHARE = 0.8
LEAST_DAYS = 7
# Pictures are kept in quarters of an hour.
PICTURE_BINS = 96
# Name, unit, and the figure of a recording (onsets in minutes there, in hours here).
FIGURES: tuple[tuple[str, str, Callable[[Circadian], float | None]], ...] = (
    ("IS", "1", lambda found: found.is_),
    ("IV", "1", lambda found: found.iv),
    ("RA", "1", lambda found: found.ra),
    ("L5", "{count}/min", lambda found: found.l5),
    ("L5_onset", "h", lambda found: _hours(found.l5_onset)),
    ("M10", "{count}/min", lambda found: found.m10),
    ("M10_onset", "h", lambda found: _hours(found.m10_onset)),
)


def circadian_step(draft: Draft) -> None:
    """IS, IV, RA, L5 and M10 with onsets, or why not; the actogram and the mean day."""
    series = draft.inputs.series.get("activity")
    if series is None or not len(series.times_ms):
        draft.abstain("circadian", "nothing_measured", have=0, need=LEAST_DAYS)
        return
    days = grid(series, zone=draft.inputs.zone, window=draft.window)
    valid = np.flatnonzero((days.coverage >= VALID_SHARE) & _worn(days))
    draft.pictures["actogram"] = quarters(days.values)
    draft.pictures["valid_days"] = valid.tolist()
    if len(valid) < LEAST_DAYS:
        draft.abstain("circadian", "too_few_valid_days", have=len(valid), need=LEAST_DAYS)
        return
    draft.pictures["mean_day"] = quarters(mean_day(days, valid)[None, :])[0]
    _figures(draft, days, valid)


def _figures(draft: Draft, days: DayGrid, valid: NDArray[np.int64]) -> None:
    found = circadian(np.repeat(without(days, valid), MINUTES // days.bins, axis=1))
    draws = rhythm(days, valid, bootstrap.draw_weights(len(valid), seed=draft.seed))
    for key, unit, figure in FIGURES:
        value = figure(found)
        if value is None:
            draft.abstain(
                f"circadian.{key}", "nothing_varies", have=len(valid), need=LEAST_DAYS
            )
            continue
        ends = _interval(draws, key, value)
        draft.say(f"circadian.{key}", value, unit, ends, days=len(valid))


def _worn(days: DayGrid) -> NDArray[np.bool_]:
    """Days with any movement at all: a watch that counts nothing lies on a table."""
    return np.asarray(np.any(np.nan_to_num(days.values) > 0, axis=1))


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else minutes / 60


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
