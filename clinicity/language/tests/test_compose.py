"""Composed sentences say the fact's values, and nothing that verification refuses."""

from datetime import date

from clinicity.language.compose import Average, Measurement, amount, averaged, measured, quoted
from clinicity.language.verify import Sentence, fault_of

NOW = Measurement("Lithium", 0.42, "mmol/L", date(2026, 11, 3), 0.6, 1.0)
BEFORE = Measurement("Lithium", 0.71, "mmol/L", date(2026, 9, 5), 0.6, 1.0)


def test_measured_says_range_and_trend() -> None:
    assert measured(NOW, BEFORE) == (
        "Lithium was 0.42 mmol/L on 3 Nov 2026, below the reference range 0.6 to 1 mmol/L,"
        " down from 0.71 mmol/L on 5 Sep 2026."
    )


def test_measured_is_supported_by_its_two_facts() -> None:
    spans = {1: measured(NOW), 2: measured(BEFORE)}
    assert fault_of(Sentence(measured(NOW, BEFORE), (1, 2)), spans) is None
    assert fault_of(Sentence(measured(NOW, BEFORE), (1,)), spans) is not None


def test_band_stands_beside_its_value() -> None:
    now = Measurement("PHQ-9", 17, "", date(2026, 11, 20), band="moderately severe")
    before = Measurement("PHQ-9", 6, "", date(2026, 10, 21), band="mild")
    assert measured(now, before) == (
        "PHQ-9 was 17 (moderately severe) on 20 Nov 2026, up from 6 (mild) on 21 Oct 2026."
    )


def test_averaged_says_how_many_days_have_data() -> None:
    now = Average(5.14, 13, date(2026, 11, 9), date(2026, 11, 22))
    text = averaged("Sleep duration", "h", now)
    assert "averaged 5.14 h over 13 days with data (9 Nov 2026 to 22 Nov 2026)" in text
    assert "no earlier data" in text


def test_amounts_are_short() -> None:
    assert amount(72.0, "/min") == "72 /min"
    assert amount(7.25, "h") == "7.25 h"
    assert amount(812.46, "") == "812.5"


def test_quote_names_where_and_when() -> None:
    assert (
        quoted("Letter", date(2026, 11, 3), " All well. ") == "Letter, 3 Nov 2026: “All well.”"
    )
