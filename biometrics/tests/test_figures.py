"""Figures of hours and days: sums add up, states are minutes, units convert back."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from biometrics.features.columns import columns_of
from biometrics.features.figures import figure_of, minutes_in_states, unit_inverse
from biometrics.features.gaps import DayGap, day_gaps, pauses, with_breaks
from biometrics.metrics import HOUR_MS, METRICS, Aggregation
from clinicity.common.exceptions import Invalid

MINUTE = 60_000


@dataclass(frozen=True)
class Summed:
    count: int
    mean: float


@pytest.mark.parametrize(
    ("metric", "count", "kind", "value"),
    [
        ("steps", 4, "sum", 1000.0),
        ("heart_rate", 4, "mean", 250.0),
        ("weight", 1, "value", 250.0),
        ("weight", 4, "mean", 250.0),
    ],
)
def test_a_figure_is_summed_up_as_its_metric_says(
    metric: str, count: int, kind: str, value: float
) -> None:
    figure = figure_of(METRICS[metric], Summed(count, 250.0))
    assert (figure.kind, figure.value) == (kind, value)


def test_a_night_is_minutes_in_each_stage() -> None:
    stages = columns_of(
        [0, 30 * MINUTE, 50 * MINUTE],
        [1, 2, 1],
        duration_ms=[30 * MINUTE, 20 * MINUTE, 40 * MINUTE],
    )
    edges = np.array([0, HOUR_MS, 2 * HOUR_MS], dtype=np.int64)
    minutes = minutes_in_states(stages, edges)
    assert minutes == {0: {1: 40.0, 2: 20.0}, HOUR_MS: {1: 30.0}}
    figure = figure_of(METRICS["sleep_stage"], Summed(3, 1.3), minutes[0])
    assert (figure.value, figure.minutes, figure.unit) == (None, {1: 40.0, 2: 20.0}, "min")


def test_states_outside_the_edges_and_without_length_count_nothing() -> None:
    stages = columns_of([-10 * MINUTE, HOUR_MS], [3, 2], duration_ms=[15 * MINUTE, 0])
    edges = np.array([0, HOUR_MS], dtype=np.int64)
    assert minutes_in_states(stages, edges) == {0: {3: 5.0}}
    assert minutes_in_states(columns_of([], []), edges) == {}


def test_a_unit_converts_back() -> None:
    factor, shift = unit_inverse(METRICS["body_temperature"], "[degF]")
    assert 37.0 * factor + shift == pytest.approx(98.6)
    with pytest.raises(Invalid):
        unit_inverse(METRICS["body_temperature"], "furlong")


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.code)
def test_every_unit_converts_there_and_back(metric: object) -> None:
    for unit in metric.conversions:  # type: ignore[attr-defined]
        factor, shift = metric.factor_of(unit)  # type: ignore[attr-defined]
        back, moved = unit_inverse(metric, unit)  # type: ignore[arg-type]
        assert (7.0 * factor + shift) * back + moved == pytest.approx(7.0)
        # A sum has no zero to shift: converting it would count the shift once a sample.
        assert metric.aggregation is not Aggregation.SUM or shift == 0  # type: ignore[attr-defined]


def test_pauses_are_measured_by_the_samples_own_length() -> None:
    two = columns_of([0, 60 * MINUTE], [1, 1], duration_ms=MINUTE)
    assert pauses(two) == [(MINUTE, 60 * MINUTE)]
    steady = columns_of(np.arange(10) * MINUTE, np.ones(10))
    assert pauses(steady) == []


def test_a_long_sample_covers_the_pause_behind_it() -> None:
    bed = columns_of(
        [0, MINUTE, 2 * MINUTE, 90 * MINUTE], [5, 1, 1, 1],
        duration_ms=[120 * MINUTE, MINUTE, MINUTE, MINUTE],
    )  # fmt: skip
    assert pauses(bed) == []


def test_breaks_stand_inside_the_gaps() -> None:
    times, values, kept = with_breaks([0, 10, 100, 110], [1.0, 2.0, 3.0, 4.0], [(10, 100)])
    assert times == [0, 10, 55, 100, 110]
    assert values == [1.0, 2.0, None, 3.0, 4.0]
    assert kept == [0, 1, 3, 4]


def test_gaps_between_days() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 5)]
    assert day_gaps(days) == [DayGap(date(2026, 1, 3), date(2026, 1, 4))]
    assert day_gaps(days)[0].days == 2
