"""Sentences of change are composed from data, and say what they could not compare."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from clinicity.portal.records import Record
from clinicity.portal.since import since_visit
from patients.models import (
    Encounter,
    LabResult,
    Medication,
    MedicationDose,
    QuestionnaireResponse,
)

TODAY = date(2026, 11, 23)
VISIT = datetime(2026, 10, 26, 10, tzinfo=UTC)


def record(**changes: object) -> Record:
    visit = Encounter(starts_at=VISIT, ends_at=VISIT, status="finished", kind="Review")
    empty: dict[str, object] = {
        "zone": ZoneInfo("Europe/London"), "today": TODAY, "daily": {}, "medications": [],
        "doses": [], "labs": [], "questionnaires": [], "visits": [visit],
    }  # fmt: skip
    return Record(**(empty | changes))  # type: ignore[arg-type]


def sleep(before: float, after: float) -> dict[str, dict[date, float]]:
    days = [TODAY - timedelta(days=at) for at in range(60)]
    wobble = (0.2, -0.2)
    nights = {
        day: (after if day > TODAY - timedelta(days=10) else before) + wobble[at % 2]
        for at, day in enumerate(days)
    }
    return {"sleep_duration": nights}


def test_shorter_sleep_is_told_with_both_figures_and_its_source() -> None:
    since = since_visit(record(daily=sleep(7.5, 5.5)))
    (change,) = since.changes
    assert (
        change.text == "Sleep 5.5 h over the last 7 days, 2.0 h shorter than before the visit."
    )
    assert change.source == "ribbon-sleep"


def test_sleep_as_before_is_no_change_but_is_named_as_compared() -> None:
    since = since_visit(record(daily=sleep(7.5, 7.5)))
    assert not since.changes
    assert "sleep" in since.compared
    assert "laboratory" in since.uncovered


def test_too_few_days_are_not_compared() -> None:
    few = {"sleep_duration": {TODAY: 4.0, TODAY - timedelta(days=40): 8.0}}
    since = since_visit(record(daily=few))
    assert not since.changes
    assert "sleep" in since.uncovered


def lab(value: str, day: date) -> LabResult:
    moment = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    return LabResult(
        id=uuid4(), loinc="14334-7", name="Lithium level", value=Decimal(value), unit="mmol/L",
        low=Decimal("0.6"), high=Decimal("1.0"), specimen_at=moment,
    )  # fmt: skip


def test_a_fallen_level_is_told_beside_the_one_before() -> None:
    labs = [lab("0.46", date(2026, 11, 20)), lab("0.74", date(2026, 10, 23))]
    (change,) = since_visit(record(labs=labs)).changes
    assert change.text == (
        "Lithium level 0.46 mmol/L on 20 Nov 2026, was 0.74 on 23 Oct 2026; "
        "below the laboratory’s range."
    )
    assert change.source == f"lab-{labs[0].id}"


def test_an_old_result_is_not_news() -> None:
    assert not since_visit(record(labs=[lab("0.46", date(2026, 10, 1))])).changes


def test_missed_doses_are_counted_since_the_visit() -> None:
    drug = Medication(
        id=uuid4(), name="Lithium", dose=Decimal(800), unit="mg", started_on=date(2026, 1, 1)
    )
    doses = [
        MedicationDose(
            medication_id=drug.id, due_at=VISIT + timedelta(days=at),
            status="missed" if at in (9, 12) else "taken",
        )
        for at in range(-5, 20)
    ]  # fmt: skip
    (change,) = since_visit(record(medications=[drug], doses=doses)).changes
    assert change.text == "2 of 20 doses of Lithium missed, the last on 7 Nov 2026."


def test_another_band_of_a_questionnaire_is_told() -> None:
    rows = [
        QuestionnaireResponse(
            id=uuid4(), instrument="phq9", score=Decimal(score), answered_at=moment
        )
        for score, moment in ((4, VISIT), (15, VISIT + timedelta(days=14)))
    ]
    (change,) = since_visit(record(questionnaires=rows)).changes
    assert change.text == "PHQ-9 15 (moderately severe) on 9 Nov 2026, was 4 (minimal)."


def test_each_kind_of_change_gets_its_place_before_a_second_of_one() -> None:
    daily = sleep(7.5, 5.0) | {
        "mood": {day: v * 2 for day, v in sleep(2, 4)["sleep_duration"].items()}
    }
    labs = [lab("0.46", date(2026, 11, 20)), lab("0.74", date(2026, 10, 23))]
    sources = [change.source for change in since_visit(record(daily=daily, labs=labs)).top]
    assert sources[0] == f"lab-{labs[0].id}" or sources[1] == f"lab-{labs[0].id}"
    assert sources[2] == "ribbon-mood"
