"""The coverage calendar: shares of days, strips, months and words. Pure but for words."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from biometrics.features.coverage import day_coverage, hours_of_days, is_all_day
from biometrics.features.gaps import usual_step
from biometrics.metrics import METRICS
from biometrics.presenters.calendar import day_title, grade, strip
from biometrics.presenters.words import inner, length_words, number_words, unit_words
from biometrics.selectors.coverage import _metric_coverage

FIRST = date(2026, 11, 1)


def day(number: int, *, hours: int = 24, metric: str = "heart_rate", all_day: bool = True):
    return day_coverage(
        METRICS[metric], date(2026, 11, number), samples=hours * 60, hours=hours,
        hours_of_day=24, implausible=0, all_day=all_day,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, 0), (0.01, 1), (0.25, 1), (0.26, 2), (0.75, 3), (0.76, 4), (1, 4)],
)
def test_a_share_is_graded_by_quarters(share: float, expected: int) -> None:
    assert grade(share) == expected


def test_a_strip_joins_days_that_are_alike() -> None:
    days = [day(1), day(2), day(3, hours=6), day(5)]
    assert strip(days, FIRST) == "M0 20v-20h2V20zM2 20v-5h1V20zM4 20v-20h1V20z"


def test_a_day_is_told_in_words() -> None:
    assert day_title(day(3, hours=22), FIRST, all_day=True) == (
        "1 Nov 2026: 22 of 24 hours, 1,320 samples"
    )
    assert day_title(None, FIRST, all_day=True) == "1 Nov 2026: no data"


def test_what_is_measured_now_and_then_covers_its_day() -> None:
    assert day(1, hours=1, metric="weight", all_day=False).share == 1.0
    assert day(1, hours=6).share == 0.25
    assert is_all_day(METRICS["heart_rate"], [24, 20, 3])
    assert not is_all_day(METRICS["heart_rate"], [1, 1, 2])
    assert not is_all_day(METRICS["weight"], [24])
    assert not is_all_day(METRICS["sleep_stage"], [8, 9])


def test_days_of_the_clocks_change_have_their_own_length() -> None:
    london = ZoneInfo("Europe/London")
    assert hours_of_days(date(2026, 3, 28), date(2026, 3, 29), london) == [24, 23]
    assert hours_of_days(date(2026, 10, 25), date(2026, 10, 25), london) == [25]


def test_a_weekly_weight_has_no_gap_until_it_misses_twice() -> None:
    weekly = [date(2026, 9, 1 + 7 * n) for n in range(4)]
    assert usual_step(weekly) == 14
    rows = [(one, 1, 1, 0) for one in weekly]
    known = _metric_coverage(
        METRICS["weight"], rows, date(2026, 9, 1), date(2026, 10, 5), [24] * 35, None
    )
    assert (known.current, known.longest) == (None, None)
    late = _metric_coverage(
        METRICS["weight"], rows, date(2026, 9, 1), date(2026, 10, 20), [24] * 50, None
    )
    assert late.current
    assert late.current.days == 28


def test_numbers_units_and_lengths_read_well() -> None:
    assert [number_words(v) for v in (11204.0, 72.44, 7.256, 0.5)] == [
        "11,204",
        "72.4",
        "7.26",
        "0.50",
    ]
    assert [unit_words(u) for u in ("{steps}", "mm[Hg]", "Cel", "1")] == [
        "steps",
        "mmHg",
        "°C",
        "",
    ]
    assert [length_words(m) for m in (45, 440)] == ["45 min", "7 h 20 min"]
    assert [inner(n) for n in ("Heart rate", "RMSSD of the night")] == [
        "heart rate",
        "RMSSD of the night",
    ]
