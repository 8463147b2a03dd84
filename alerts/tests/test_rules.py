"""Threshold rules over samples, as plain numbers."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerts.rules.base import Samples
from alerts.rules.kinds import parse
from clinicity.common.exceptions import Invalid

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
METRICS = frozenset({"heart_rate", "sleep_duration"})


def rule(**changes):
    params = {"metric": "heart_rate", "comparison": "above", "value": 100} | changes
    return parse("threshold", params, metrics=METRICS)


def samples(*values, every=1, until=NOW):
    """One value every so many minutes, the last of them at `until`."""
    last = int(until.timestamp() * 1000)
    times = last - np.arange(len(values))[::-1] * every * 60_000
    return Samples(times.astype(np.int64), np.array(values, dtype=float))


@pytest.mark.parametrize(
    ("comparison", "breached"),
    [("above", False), ("at_least", True), ("below", False), ("at_most", True)],
)
def test_each_comparison_treats_the_threshold_itself(comparison, breached):
    finding = rule(comparison=comparison).evaluate(samples(100), now=NOW)
    assert (finding.breach is not None) is breached


def test_one_sample_is_enough_by_default():
    finding = rule().evaluate(samples(70, 101, 70), now=NOW)
    assert finding.checked == 3
    assert finding.breach.worst == 101
    assert finding.breach.start == finding.breach.end == NOW - timedelta(minutes=1)


def test_minutes_count_from_the_first_to_the_last_sample():
    lasting = rule(for_at_least={"minutes": 10})
    assert lasting.evaluate(samples(*[120] * 10), now=NOW).breach is None
    found = lasting.evaluate(samples(*[120] * 11), now=NOW).breach
    assert (found.end - found.start, found.count) == (timedelta(minutes=10), 11)


def test_a_normal_sample_ends_a_stretch():
    lasting = rule(for_at_least={"minutes": 5})
    assert lasting.evaluate(samples(*[120] * 5, 80, *[120] * 5), now=NOW).breach is None


def test_a_long_silence_ends_a_stretch_of_minutes_but_not_of_samples():
    sparse = samples(120, 120, 120, every=90)
    assert rule(for_at_least={"minutes": 120}).evaluate(sparse, now=NOW).breach is None
    assert rule(for_at_least={"count": 3}).evaluate(sparse, now=NOW).breach.count == 3


def test_the_worst_value_of_a_low_rule_is_the_lowest():
    low = rule(comparison="below", value=50)
    assert low.evaluate(samples(45, 41, 48), now=NOW).breach.worst == 41


def test_samples_before_the_look_back_or_after_now_do_not_matter():
    old = samples(120, until=NOW - timedelta(hours=25))
    early = samples(120, until=NOW + timedelta(minutes=1))
    assert rule().evaluate(old, now=NOW).covered is False
    assert rule().evaluate(early, now=NOW).breach is None


def test_no_samples_is_not_covered_rather_than_fine():
    finding = rule().evaluate(samples(), now=NOW)
    assert (finding.covered, finding.last_at, finding.breach) == (False, None, None)


def test_breaches_lists_every_stretch():
    found = rule().breaches(samples(120, 80, 120, 130, 80, 120))
    assert [(b.count, b.worst) for b in found] == [(1, 120), (2, 130), (1, 120)]


def test_parsing_canonical_parameters_gives_the_same_rule():
    first = rule(for_at_least={"minutes": 30}, look_back_hours=48)
    assert parse("threshold", first.to_params(), metrics=METRICS) == first


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("metric", "mood_ring"),
        ("metric", ["heart_rate"]),
        ("comparison", "near"),
        ("comparison", {}),
        ("value", "100"),
        ("value", float("nan")),
        ("value", True),
        ("for_at_least", {}),
        ("for_at_least", {"minutes": 0}),
        ("for_at_least", {"minutes": 5, "count": 2}),
        ("for_at_least", 5),
        ("look_back_hours", 0),
        ("look_back_hours", 10_000),
        ("colour", "red"),
    ],
)
def test_a_bad_parameter_is_named(field, value):
    with pytest.raises(Invalid) as refusal:
        rule(**{field: value})
    assert list(refusal.value.extra["errors"]) == [field]


def test_a_missing_parameter_is_named():
    with pytest.raises(Invalid) as refusal:
        parse("threshold", {}, metrics=METRICS)
    assert set(refusal.value.extra["errors"]) == {"metric", "comparison", "value"}


def test_an_unknown_kind_is_refused():
    with pytest.raises(Invalid):
        parse("horoscope", {}, metrics=METRICS)
