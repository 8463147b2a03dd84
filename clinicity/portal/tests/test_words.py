"""Values read unambiguously: dates in words, ages in the unit that fits."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinicity.common import clock
from clinicity.portal.templatetags import clinicity_ui as ui

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=4), "4 s ago"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=12), "12 days ago"),
        (timedelta(days=-3), "in 3 days"),
    ],
)
def test_an_age_in_the_unit_that_fits(delta: timedelta, words: str) -> None:
    assert ui.ago(NOW - delta) == words


def test_a_moment_stands_in_the_patients_zone() -> None:
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert ui.moment(summer, "Europe/London") == "2 Jul 2026, 00:30"
    assert ui.local_day(summer, "Europe/London") == "2 Jul 2026"


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(1985, 11, 24), "40 y"),
        (date(1985, 11, 23), "41 y"),
        (date(2026, 5, 23), "6 months"),
    ],
)
def test_a_birthday_counts_from_the_day_itself(born: date, words: str) -> None:
    assert ui.age(born) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(72, "72"), (7.254, "7.25"), (1204.4, "1,204"), (0.46, "0.46"), (None, "")],
)
def test_a_number_keeps_three_digits(value: float | None, words: str) -> None:
    assert ui.number(value) == words


def test_initials_leave_out_the_title() -> None:
    assert ui.initials("Dr Alice Archer") == "AA"
