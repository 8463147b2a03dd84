"""What a twin says, from arrays to bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from biometrics.features.circadian import circadian
from twins.inference import bootstrap
from twins.inference.days import Daily, grid, per_day
from twins.inference.inputs import Inputs, Score, Series, Window, canonical
from twins.inference.rhythm import rhythm
from twins.inference.snapshot import content

PATIENT = UUID("01890000-0000-7000-8000-000000000001")
START = datetime(2026, 1, 5, tzinfo=UTC)
MINUTE = 60_000


def minutes(days: int, *, start: datetime = START, seed: int = 1) -> Series:
    """A person who is up from 7 to 23, with some noise."""
    count = days * 1440
    times = int(start.timestamp() * 1000) + np.arange(count) * MINUTE
    hour = (np.arange(count) / 60) % 24
    level = np.where((hour >= 7) & (hour < 23), 200.0, 4.0)
    noise = np.random.default_rng(seed).gamma(2.0, 0.5, count)
    return Series(times.astype(np.int64), level * noise)


def inputs(days: int = 14, **changes):
    values = {
        "patient_id": PATIENT,
        "ledger_position": 3,
        "zone": "UTC",
        "series": {"activity": minutes(days)},
    }
    return Inputs(**(values | changes))


def named(said, name):
    return next((one for one in said["features"] if one["name"] == name), None)


def abstained(said):
    return {
        one["name"]: (one["reason"], one["have"], one["need"]) for one in said["abstentions"]
    }


def test_the_same_inputs_give_the_same_bytes():
    assert canonical(content(inputs())) == canonical(content(inputs()))
    assert inputs().digest() == inputs().digest()


@pytest.mark.parametrize(
    "change",
    [
        {"ledger_position": 4},
        {"zone": "Europe/Oslo"},
        {"series": {"activity": minutes(14, seed=2)}},
        {"scores": {"phq9": (Score(START, 12.0),)}},
    ],
)
def test_any_other_input_gives_another_digest(change):
    assert inputs(**change).digest() != inputs().digest()


def test_a_regular_person_has_a_stable_rhythm_with_onsets_where_they_are():
    said = content(inputs(28))
    stability = named(said, "circadian.IS")
    assert 0.9 < stability["value"] <= 1.0
    assert stability["low"] <= stability["value"] <= stability["high"]
    assert (stability["days"], stability["of_days"], stability["level"]) == (28, 90, 80)
    assert named(said, "circadian.L5_onset")["value"] >= 23.0 or (
        named(said, "circadian.L5_onset")["value"] <= 2.0
    )
    assert 7.0 <= named(said, "circadian.M10_onset")["value"] <= 13.0
    assert named(said, "circadian.RA")["value"] == pytest.approx(0.96, abs=0.02)


def test_every_figure_has_an_interval_and_its_days():
    for one in content(inputs())["features"]:
        assert one["days"] > 0
        assert np.isfinite([one["low"], one["high"]]).all()


def test_six_valid_days_are_too_few():
    said = content(inputs(6))
    assert named(said, "circadian.IS") is None
    assert abstained(said)["circadian"] == ("too_few_valid_days", 6, 7)


def test_a_day_with_too_little_data_does_not_count():
    series = minutes(8)
    kept = np.ones(len(series.times_ms), dtype=bool)
    kept[1440 * 2 + 600 : 1440 * 2 + 1000] = False
    said = content(
        inputs(series={"activity": Series(series.times_ms[kept], series.values[kept])})
    )
    assert named(said, "circadian.IS")["days"] == 7
    assert said["coverage"]["activity"]["shares"][-6] == pytest.approx(1 - 400 / 1440, abs=1e-3)


def test_a_watch_on_the_table_has_no_rhythm():
    series = minutes(14)
    said = content(inputs(series={"activity": replace(series, values=series.values * 0)}))
    assert abstained(said)["circadian"] == ("too_few_valid_days", 0, 7)
    assert named(said, "circadian.IS") is None


def test_days_on_the_table_after_the_study_do_not_count():
    series = minutes(14)
    still = np.where(np.arange(len(series.values)) < 1440 * 9, series.values, 0.0)
    said = content(inputs(series={"activity": replace(series, values=still)}))
    assert named(said, "circadian.IS")["days"] == 9


def test_a_value_that_never_changes_has_no_rhythm():
    series = minutes(14)
    said = content(inputs(series={"activity": replace(series, values=series.values * 0 + 7)}))
    assert abstained(said)["circadian.IS"][0] == "nothing_varies"


def test_nothing_measured_is_an_abstention_not_a_crash():
    said = content(inputs(series={}))
    assert said["features"] == []
    assert abstained(said) == {"twin": ("nothing_measured", 0, 7)}


def test_a_years_gap_leaves_the_old_part_out():
    old, new = minutes(20, start=START - timedelta(days=400)), minutes(10)
    both = Series(np.r_[old.times_ms, new.times_ms], np.r_[old.values, new.values])
    said = content(inputs(series={"activity": both}))
    assert said["coverage"]["activity"]["days"] == 10
    assert said["window"]["end"] == "2026-01-14"


def test_scores_have_a_trend_from_three_answers_on():
    answers = tuple(Score(START + timedelta(days=14 * i), 18.0 - 3 * i) for i in range(4))
    said = content(inputs(series={}, scores={"phq9": answers}))
    assert named(said, "score.phq9_trend")["value"] == pytest.approx(-3 / 14 * 30)
    few = content(inputs(series={}, scores={"phq9": answers[:2]}))
    assert abstained(few)["score.phq9_trend"] == ("too_few_answers", 2, 3)


def test_days_follow_the_patients_clock():
    window = Window(date(2026, 3, 28), date(2026, 3, 30))
    start = datetime(2026, 3, 27, 23, tzinfo=UTC)  # midnight in Oslo; clocks change on 29 March
    laid = grid(minutes(3, start=start), zone="Europe/Oslo", window=window)
    assert laid.coverage[0] == 1.0
    assert laid.coverage[1] == pytest.approx(23 / 24)
    assert np.isnan(laid.values[1, 2 * 60 : 3 * 60]).all()


def test_coarser_readings_make_wider_bins():
    series = minutes(7)
    sparse = Series(series.times_ms[::10], series.values[::10])
    laid = grid(sparse, zone="UTC", window=Window(date(2026, 1, 5), date(2026, 1, 11)))
    assert laid.bins == 144
    assert (laid.coverage == 1.0).all()


def test_per_day_takes_quantiles_of_days_with_enough_readings():
    times = int(START.timestamp() * 1000) + np.arange(30) * 3_600_000
    series = Series(times.astype(np.int64), np.arange(30, dtype=float))
    window = Window(date(2026, 1, 5), date(2026, 1, 6))
    daily = per_day(series, zone="UTC", window=window, quantile=0.5, least=10)
    assert daily.days.tolist() == [0]
    assert daily.values.tolist() == [11.5]


def test_each_day_drawn_once_is_the_recording_itself():
    series = minutes(10)
    laid = grid(series, zone="UTC", window=Window(date(2026, 1, 5), date(2026, 1, 14)))
    once = rhythm(laid, np.arange(10), np.ones((1, 10)))
    reference = circadian(laid.values)
    for mine, theirs in (
        (once.IS, reference.is_), (once.IV, reference.iv), (once.RA, reference.ra),
        (once.L5, reference.l5), (once.M10, reference.m10),
        (once.L5_onset * 60, reference.l5_onset), (once.M10_onset * 60, reference.m10_onset),
    ):  # fmt: skip
        assert mine[0] == pytest.approx(theirs, abs=1e-9)
    hourly = series.values.reshape(-1, 60).mean(axis=1)
    away = hourly - hourly.mean()
    by_hour = hourly.reshape(10, 24).mean(axis=0)
    stability = 240 * ((by_hour - hourly.mean()) ** 2).sum() / (24 * (away**2).sum())
    variability = 240 * (np.diff(hourly) ** 2).sum() / (239 * (away**2).sum())
    assert once.IS[0] == pytest.approx(stability, abs=1e-12)
    assert once.IV[0] == pytest.approx(variability, abs=1e-12)
    profile = series.values.reshape(10, 1440).mean(axis=0)
    around = np.r_[profile, profile]
    windows = [around[i : i + 300].mean() for i in range(1440)]
    assert once.L5[0] == pytest.approx(min(windows), abs=1e-9)
    assert once.L5_onset[0] == pytest.approx(int(np.argmin(windows)) / 60)


def test_an_interval_of_hours_wraps_around_midnight():
    ends = bootstrap.clock_interval(np.array([23.5, 23.8, 0.2, 0.5]), 0.0)
    assert ends.low > 23.0
    assert ends.high < 1.0


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """80 % nominal on 30 exchangeable days; the percentile bootstrap is a little narrow."""
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(1000):
        values = rng.normal(10.0, 2.0, 30)
        daily = Daily(np.arange(30), values)
        ends = bootstrap.mean_interval(daily, seed=int(rng.integers(1 << 30)))
        hits += ends.low <= 10.0 <= ends.high
    assert 0.74 <= hits / 1000 <= 0.82


def test_one_rating_covers_its_day():
    times = int(START.timestamp() * 1000) + np.arange(8) * 24 * 60 * MINUTE
    mood = Series(times.astype(np.int64), np.linspace(3, 7, 8))
    said = content(inputs(series={"mood": mood}))
    assert said["coverage"]["mood"]["shares"][-8:] == [1.0] * 8
    level, spread = named(said, "mood.level"), named(said, "mood.level_sd")
    assert level["value"] == pytest.approx(5.0)
    assert spread["low"] <= spread["value"]
    assert named(said, "mood.level_trend")["value"] == pytest.approx(4 / 7 * 30)
