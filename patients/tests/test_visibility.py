"""What tells of an item, keeps its past or belongs to it is seen by whoever sees the item."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common import clock
from clinicity.common.exceptions import Conflict, Refused
from clinicity.knowledge import graph
from conftest import DrainJobs
from patients import selectors, services
from patients.models import CareTeamMember, ChartVersion, Medication, MedicationDose, Patient
from patients.selectors.timeline_search import Hit

pytestmark = pytest.mark.django_db
Show = Callable[..., str]


@pytest.fixture
def show(patient: Patient) -> Show:
    def set_to(by: User, kind: str, item_id: UUID, visibility: str) -> str:
        return services.item_visibility_set(
            by=by.actor, patient_id=patient.id, kind=kind, item_id=item_id,
            visibility=visibility,
        )  # fmt: skip

    return set_to


@pytest.fixture
def drug(alice: User, patient: Patient) -> Medication:
    """Taken until it was stopped; one dose was missed, and its dose was corrected."""
    row = services.medication_add(
        by=alice.actor, patient_id=patient.id, name="Disulfiram", dose=Decimal(200), unit="mg",
        times_per_day=1, started_on=date(2026, 1, 5), ended_on=date(2026, 3, 5),
    )  # fmt: skip
    services.dose_record(
        by=alice.actor, patient_id=patient.id, medication_id=row.id,
        due_at=datetime(2026, 1, 6, 8, tzinfo=UTC), status="missed",
    )  # fmt: skip
    services.chart_item_edit(
        by=alice.actor, patient_id=patient.id, topic="medication", row_id=row.id,
        changes={"dose": Decimal(400)},
    )  # fmt: skip
    return row


def titles(user: User, patient: Patient) -> set[str]:
    return {row.title for row in selectors.timeline_list(user.actor, patient.id).items}


def found(user: User, patient: Patient, words: str) -> list[Hit]:
    wanted = selectors.Wanted(text=words)
    return list(selectors.timeline_search(user.actor, patient.id, wanted).items)


def test_the_timeline_shows_an_item_to_whom_it_is_shown(
    alice: User, bob: User, patient: Patient, drug: Medication, show: Show
) -> None:
    assert titles(bob, patient) == {"Disulfiram 400 mg started", "Disulfiram stopped"}
    show(alice, "medication", drug.id, "restricted")
    assert titles(bob, patient) == set()
    assert found(bob, patient, "disulfiram") == []
    assert titles(alice, patient) == {"Disulfiram 400 mg started", "Disulfiram stopped"}
    show(alice, "medication", drug.id, "team")
    assert len(titles(bob, patient)) == 2


def test_its_past_and_its_doses_are_hidden_with_it(
    alice: User, bob: User, patient: Patient, drug: Medication, show: Show
) -> None:
    def past(user: User) -> tuple[int, int, int]:
        lines = selectors.item_history(user.actor, patient.id, "medication", drug.id)
        with acting_as(user.actor):
            return len(lines), ChartVersion.objects.count(), MedicationDose.objects.count()

    assert past(bob) == (1, 1, 1)
    show(alice, "medication", drug.id, "restricted")
    assert past(bob) == (0, 0, 0)
    assert past(alice) == (1, 1, 1)


def test_the_graph_holds_what_the_team_shares(
    alice: User, patient: Patient, drug: Medication, show: Show, drain_jobs: DrainJobs
) -> None:
    def labels() -> set[str]:
        return {node.label for node in graph.store().read(alice.actor, patient.id).nodes}

    drain_jobs()
    assert "Disulfiram" in labels()
    show(alice, "medication", drug.id, "author")
    drain_jobs()
    assert "Disulfiram" not in labels()
    show(alice, "medication", drug.id, "released")
    drain_jobs()
    assert "Disulfiram" in labels()


def test_an_entry_put_back_is_shown_as_its_item(
    alice: User, bob: User, patient: Patient, drug: Medication, show: Show
) -> None:
    row = {"patient_id": patient.id, "topic": "medication", "row_id": drug.id}
    services.chart_item_mark_error(by=alice.actor, **row)
    show(alice, "medication", drug.id, "restricted")
    services.chart_item_restore(by=alice.actor, **row)
    assert titles(bob, patient) == set()
    assert "Disulfiram 400 mg started" in titles(alice, patient)
    assert found(alice, patient, "disulfiram")


def test_nobody_hides_an_item_from_themselves(bob: User, patient: Patient, show: Show) -> None:
    row = services.condition_add(
        by=bob.actor, patient_id=patient.id, code="F10.2", display="Alcohol dependence"
    )
    with pytest.raises(Refused, match="not see this entry yourself"):
        show(bob, "condition", row.id, "restricted")  # he covers
    assert titles(bob, patient) == {"Alcohol dependence (F10.2)"}


def test_who_treated_once_decides_no_more(
    alice: User, bob: User, patient: Patient, drug: Medication, show: Show
) -> None:
    now = clock.now()
    with acting_as(alice.actor):
        CareTeamMember(
            patient_id=patient.id, user_id=bob.id, part="treats",
            starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=1),
        ).save(force_insert=True)  # fmt: skip
    with pytest.raises(Refused, match="those who treat decide"):
        show(bob, "medication", drug.id, "team")


def test_an_entry_that_tells_of_a_row_is_shown_by_its_row(
    alice: User, patient: Patient, drug: Medication, show: Show
) -> None:
    entry = selectors.timeline_list(alice.actor, patient.id).items[0]
    with pytest.raises(Conflict, match="tells of another row"):
        show(alice, "timeline", entry.id, "released")


def test_that_self_harm_was_reported_stays_with_the_team(
    alice: User, bob: User, patient: Patient, show: Show
) -> None:
    answers = services.questionnaire_response_add(
        by=alice.actor, patient_id=patient.id, instrument="phq9",
        answers=[2] * 9, answered_at=clock.now(),
    )  # fmt: skip
    show(alice, "questionnaire", answers.id, "restricted")
    assert titles(bob, patient) == {"PHQ-9: thoughts of death or self-harm were reported"}


def test_answers_put_back_are_found_again(alice: User, patient: Patient) -> None:
    answers = services.questionnaire_response_add(
        by=alice.actor, patient_id=patient.id, instrument="gad7",
        answers=[1] * 7, answered_at=clock.now(),
    )  # fmt: skip
    services.response_error_mark(by=alice.actor, response_id=answers.id, reason="another's")
    assert titles(alice, patient) == set()
    services.response_error_undo(by=alice.actor, response_id=answers.id)
    assert len(found(alice, patient, "mild")) == 1
