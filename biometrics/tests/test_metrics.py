"""The catalogue: codes, units, ranges, and the page that lists them."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.metrics import DAY_MS, HOUR_MS, METRICS, Aggregation, Metric, metric_of, table
from biometrics.metrics.activity import ACTIVITY
from biometrics.metrics.body import BODY
from biometrics.metrics.daily_life import DAILY_LIFE
from biometrics.metrics.kinds import YEAR_MS
from biometrics.metrics.loinc import LOINC_NAMES
from biometrics.metrics.sleep import SLEEP
from biometrics.metrics.vitals import VITALS
from biometrics.presenters.words import unit_words
from biometrics.samples import Sample, checked, is_implausible, sent_of
from clinicity.common.exceptions import Invalid

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs/metrics.md"
REFRESH = "Refresh it: python -m biometrics.metrics.table > docs/metrics.md"

every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
metrics = st.sampled_from([*METRICS.values()])

# The atoms of UCUM (https://ucum.org/ucum, tables 1 to 14) that the catalogue uses. Those
# that the tables call metric take a prefix.
METRIC_ATOMS = {
    "m", "s", "g", "K", "L", "mol", "J", "Pa", "Hz", "S", "lx", "cal", "Cel", "[g]", "m[Hg]",
    "B", "B[SPL]",
}  # fmt: skip
OTHER_ATOMS = {
    "1", "%", "min", "h", "[degF]", "[Cal]", "[MET]", "[in_i]", "[ft_i]", "[mi_i]", "[lb_av]",
    "[stone_av]",
}  # fmt: skip
PREFIXES = {"k", "d", "c", "m", "u"}
# What devices write although UCUM has another word for it.
SPELLINGS = {"bpm", "mmHg"}

# Values in another usual unit, without the word: they must look doubtful, not pass.
MISTAKEN = {
    "body_temperature": 98.6,  # °F
    "skin_temperature": 91.0,
    "spo2": 0.97,  # of 1
    "body_fat": 0.24,
    "sleep_efficiency": 0.91,
    "height": 1.75,  # m
    "glucose": 45.0,  # mg/dL: a dangerous low that would read as a dangerous high
    "interstitial_glucose": 45.0,
    "rr_interval": 0.82,  # s
    "hrv_sdnn": 0.045,
    "sleep_duration": 420.0,  # min
    "systolic_blood_pressure": 16.0,  # kPa
    "diastolic_blood_pressure": 10.5,
    "mood": 72.0,  # of 100
}

# Ordinary values, each in the metric's own unit.
ORDINARY = {
    "heart_rate": 72, "resting_heart_rate": 58, "hrv_sdnn": 45, "hrv_rmssd": 38, "steps": 8200,
    "rr_interval": 820, "spo2": 97, "respiratory_rate": 15, "body_temperature": 36.8,
    "skin_temperature": 33, "glucose": 5.4, "interstitial_glucose": 6.1, "vo2_max": 42,
    "peak_expiratory_flow": 480, "systolic_blood_pressure": 124, "sleep_duration": 7.2,
    "diastolic_blood_pressure": 78, "weight": 71.5, "height": 172, "body_mass_index": 24.2,
    "body_fat": 22, "sleep_efficiency": 91, "active_energy": 420, "distance": 6100,
}  # fmt: skip

# What one of the other unit is in the metric's own, from the units' definitions.
KNOWN = [
    ("active_energy", 418.4, "kJ", 100),
    ("active_energy", 1000, "cal", 1),
    ("active_energy", 250, "[Cal]", 250),
    ("acceleration", 9.80665, "m/s2", 1000),
    ("distance", 1, "[mi_i]", 1609.344),
    ("speed", 36, "km/h", 10),
    ("speed", 1, "[mi_i]/h", 0.44704),
    ("weight", 10, "[stone_av]", 63.5029318),
    ("height", 6, "[ft_i]", 182.88),
    ("waist_circumference", 40, "[in_i]", 101.6),
    ("body_temperature", 98.6, "[degF]", 37),
    ("body_temperature", 310.15, "K", 37),
    ("skin_temperature_deviation", 1.8, "[degF]", 1),
    ("systolic_blood_pressure", 16, "kPa", 120.0102),
    ("glucose", 90.078, "mg/dL", 5),
    ("vo2_max", 12, "[MET]", 42),
    ("peak_expiratory_flow", 8, "L/s", 480),
    ("respiratory_rate", 0.25, "Hz", 15),
    ("sleep_duration", 27_000, "s", 7.5),
    ("sleep_duration", 27_000_000, "ms", 7.5),
    ("sleep_latency", 0.5, "h", 30),
    ("spo2", 0.97, "1", 97),
    ("skin_conductance", 4e-6, "S", 4),
    ("mood", 1, "{score_1_5}", 0),
    ("mood", 5, "{score_1_5}", 10),
    ("mood", 1, "{score_1_7}", 0),
    ("mood", 7, "{score_1_7}", 10),
    ("mood", 65, "{score_0_100}", 6.5),
]


def is_ucum(unit: str) -> bool:
    """Whether each part of a unit is an atom of UCUM, with a prefix where it may have one."""
    bare = re.sub(r"\{[!-z|~]*\}", "", unit)
    return unit != "" and all(_is_atom(part) for part in re.split(r"[./()]", bare) if part)


def _is_atom(part: str) -> bool:
    name = part if part in OTHER_ATOMS else re.sub(r"\d+$", "", part)
    prefixed = name[0] in PREFIXES and name[1:] in METRIC_ATOMS
    return name in OTHER_ATOMS | METRIC_ATOMS or prefixed


def loinc_check_digit(code: str) -> int:
    """LOINC's check digit: Luhn's, mod 10, over the digits before the hyphen."""
    digits = [int(digit) for digit in code.split("-")[0]][::-1]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[::2]]
    return -sum(doubled + digits[1::2]) % 10


def test_no_two_entries_share_a_code() -> None:
    entries = [*ACTIVITY, *BODY, *DAILY_LIFE, *SLEEP, *VITALS]
    assert Counter(metric.code for metric in entries) == Counter([*METRICS])


def test_each_loinc_code_belongs_to_one_entry_and_has_its_name() -> None:
    codes = [metric.loinc for metric in METRICS.values() if metric.loinc]
    assert Counter(codes) == Counter([*LOINC_NAMES])


@pytest.mark.parametrize("code", LOINC_NAMES)
def test_loinc_codes_have_their_check_digit(code: str) -> None:
    assert int(code[-1]) == loinc_check_digit(code)


def test_check_digit_finds_a_slip() -> None:
    assert loinc_check_digit("8867-4") == 4
    assert loinc_check_digit("8876-4") != 4


@every_metric
def test_units_are_of_ucum(metric: Metric) -> None:
    assert is_ucum(metric.unit)
    assert [unit for unit in metric.conversions if not is_ucum(unit)] == sorted(
        SPELLINGS & set(metric.conversions)
    )


@pytest.mark.parametrize(
    "unit", ["bpm", "mmHg", "beats", "kKg", "", "mins", "steps", "{a b}", "k%", "degC"]
)
def test_what_is_no_unit_of_ucum_is_found(unit: str) -> None:
    assert not is_ucum(unit)


@every_metric
def test_entry_makes_sense(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", metric.code)
    assert metric.name
    assert metric.low < metric.high
    assert metric.unit not in metric.conversions
    assert metric.keys
    assert "duration" not in metric.keys
    assert len(set(metric.keys)) == len(metric.keys)
    assert metric.lasts_ms in (0, 60_000, DAY_MS)
    assert not re.search(r"[\[\]{}]", unit_words(metric.unit))


@every_metric
def test_states_are_whole_numbers_of_the_range(metric: Metric) -> None:
    assert bool(metric.states) == (metric.aggregation is Aggregation.TIME_IN_STATE)
    if metric.states:
        assert (min(metric.states), max(metric.states)) == (metric.low, metric.high)


def test_only_what_is_recorded_at_seconds_has_segments_of_an_hour() -> None:
    hourly = {metric.code for metric in METRICS.values() if metric.span_ms == HOUR_MS}
    assert hourly == {"rr_interval", "speed"}
    assert {metric.span_ms for metric in METRICS.values()} == {HOUR_MS, DAY_MS, YEAR_MS}


def test_a_value_of_a_whole_day_is_kept_by_the_year() -> None:
    daily = {metric.span_ms for metric in METRICS.values() if metric.lasts_ms == DAY_MS}
    assert daily == {YEAR_MS}


@given(metrics, st.data(), st.floats(-1e6, 1e6))
def test_reading_back_in_another_unit_is_exact(
    metric: Metric, data: st.DataObject, value: float
) -> None:
    unit = data.draw(st.sampled_from(["", metric.unit, *metric.conversions]))
    factor, shift = metric.factor_of(unit)
    assert metric.in_unit(value * factor + shift, unit) == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize(("code", "value", "unit", "own"), KNOWN)
def test_conversions_follow_the_definitions(
    code: str, value: float, unit: str, own: float
) -> None:
    metric = metric_of(code)
    factor, shift = metric.factor_of(unit)
    assert value * factor + shift == pytest.approx(own, rel=1e-6)
    assert metric.in_unit(own, unit) == pytest.approx(value, rel=1e-6)


def test_unknown_unit_is_refused_both_ways() -> None:
    metric = metric_of("weight")
    with pytest.raises(Invalid, match=r"kg, g, \[lb_av\], \[stone_av\], not 'furlong'"):
        metric.in_unit(70, "furlong")
    with pytest.raises(Invalid):
        metric.factor_of("furlong")


@pytest.mark.parametrize(("code", "value"), MISTAKEN.items())
def test_a_value_in_an_unsaid_unit_looks_doubtful(code: str, value: float) -> None:
    assert is_implausible(METRICS[code], value)


@pytest.mark.parametrize(("code", "value"), ORDINARY.items())
def test_an_ordinary_value_is_plausible(code: str, value: float) -> None:
    assert not is_implausible(METRICS[code], value)


@pytest.mark.parametrize(
    ("code", "data", "value"),
    [
        ("heart_rate", {"bpm": 72}, 72),
        ("steps", {"count": 812}, 812),
        ("activity", {"count": 240}, 240),
        ("hrv_sdnn", {"sdnn": 44.5}, 44.5),
        ("spo2", {"percent": 97}, 97),
        ("sleep_duration", {"hours": 7.5}, 7.5),
        ("exercise", {"minutes": 30}, 30),
        ("systolic_blood_pressure", {"systolic": 121, "diastolic": 79}, 121),
        ("diastolic_blood_pressure", {"systolic": 121, "diastolic": 79}, 79),
        ("glucose", {"value": 5.4}, 5.4),
        ("mood", {"rating": 6}, 6),
    ],
)
def test_single_events_carry_the_value(
    code: str, data: dict[str, object], value: float
) -> None:
    (sample,) = checked(sent_of([Sample(code, NOW, data=data)]), now=NOW).columns[code].value
    assert sample == value


@pytest.mark.parametrize("code", ["exercise", "sleep_session", "sleep_duration"])
def test_a_duration_without_its_unit_is_refused(code: str) -> None:
    found = checked(sent_of([Sample(code, NOW, data={"duration": 1800})]), now=NOW)
    assert [field for _, field, _ in found.reasons] == ["data"]


def test_the_page_lists_the_catalogue() -> None:
    assert PAGE.read_text(encoding="utf-8") == table.markdown(), REFRESH
