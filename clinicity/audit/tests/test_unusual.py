"""Each rule finds what it is for, and leaves ordinary work alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from clinicity.audit.unusual import (
    RULES,
    Facts,
    Finding,
    Meeting,
    Tally,
    findings,
    suspects,
)

NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)
ALICE, PATIENT = uuid4(), uuid4()
USUAL = Tally(ALICE, "clinician", NOW - timedelta(hours=1), patients=4, accesses=12, exports=1)


def month(tally: Tally = USUAL) -> list[Tally]:
    """The same hour on each of the thirty days before."""
    return [replace(tally, start=tally.start - timedelta(days=day)) for day in range(1, 31)]


def found(*tallies: Tally, **facts: object) -> list[Finding]:
    facts.setdefault("habits", month())
    return findings(Facts(tallies, **facts), now=NOW)  # type: ignore[arg-type]


def test_an_ordinary_day_raises_nothing() -> None:
    day = [replace(USUAL, start=NOW - timedelta(hours=hour)) for hour in range(1, 4)]
    assert not found(*day, meetings=[Meeting(ALICE, "clinician", PATIENT, NOW, NOW)])


@pytest.mark.parametrize(("patients", "usual", "raised"), [(20, 4, False), (21, 4, True),
                                                        (21, 8, False), (25, 8, True)])  # fmt: skip
def test_many_patients_are_measured_by_the_persons_own_habit(
    patients: int, usual: int, raised: bool
) -> None:
    habits = month(replace(USUAL, patients=usual))
    result = found(replace(USUAL, patients=patients), habits=habits)
    assert bool(result) is raised
    if raised:
        assert result[0].reason == (
            f"{patients} different patients within an hour; usual for this person: {usual}."
        )


def test_a_service_may_see_many() -> None:
    assert not found(replace(USUAL, patients=500, role="service"))


NIGHT = replace(USUAL, start=datetime(2026, 11, 25, 1, tzinfo=UTC), accesses=5)


def test_night_against_habit_is_one_finding_of_the_night() -> None:
    late = replace(NIGHT, start=datetime(2026, 11, 24, 22, tzinfo=UTC), accesses=3)
    (finding,) = found(late, NIGHT)
    assert (finding.rule, finding.start) == ("at_night", late.start)
    assert finding.evidence == {"accesses": 8, "nights": 0, "days": 30}
    assert finding.end == NIGHT.start + timedelta(hours=1)


def test_night_is_ordinary_for_who_works_at_night_and_in_the_clinics_zone() -> None:
    assert not found(NIGHT, habits=month(NIGHT))
    assert not found(NIGHT, zone=ZoneInfo("America/Los_Angeles"))
    assert not found(replace(NIGHT, accesses=4))


def test_refusals() -> None:
    (finding,) = found(replace(USUAL, refusals=10))
    assert finding.reason == "10 requests were refused within an hour."
    assert not found(replace(USUAL, refusals=9))
    assert not found(replace(USUAL, refusals=30, role="service"))
    assert found(replace(USUAL, refusals=50, role="service"))


def test_exports_are_counted_by_day() -> None:
    hours = [replace(USUAL, start=NOW - timedelta(hours=hour), exports=2) for hour in (1, 2, 3)]
    (finding,) = found(*hours)
    assert finding.evidence == {"exports": 6, "usual": 1}
    assert not found(*hours[:2])
    assert not found(*hours, habits=month(replace(USUAL, exports=3)))


def test_meetings() -> None:
    ago = NOW - timedelta(days=200)
    met = Meeting(ALICE, "clinician", PATIENT, NOW, before=ago)
    assert [each.rule for each in found(meetings=[met])] == ["long_after"]
    assert found(meetings=[met])[0].evidence == {"days": 200}
    assert not found(meetings=[replace(met, before=None)])
    own = replace(met, before=None)
    assert [e.rule for e in found(meetings=[own], own={ALICE: PATIENT})] == ["own_record"]
    assert not found(meetings=[replace(own, role="patient")], own={ALICE: PATIENT})
    broken = replace(own, emergency=True)
    assert [each.rule for each in found(meetings=[broken])] == ["emergency"]


def test_only_those_who_could_pass_a_threshold_are_asked_for_habits() -> None:
    quiet = Tally(uuid4(), "clinician", NOW, patients=1, accesses=1)
    assert suspects([USUAL, quiet]) == {ALICE}


def test_every_rule_has_a_sentence_that_its_evidence_fills() -> None:
    facts = Facts(
        [replace(USUAL, patients=99, exports=99, refusals=99, start=NIGHT.start)],
        [Meeting(ALICE, "admin", PATIENT, NOW, NOW - timedelta(days=999), emergency=True)],
        own={ALICE: PATIENT},
    )
    result = findings(facts, now=NOW)
    assert {finding.rule for finding in result} == set(RULES)
    assert all(finding.reason for finding in result)
