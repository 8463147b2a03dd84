"""The chart's writes, and that a failing audit takes the change back."""

import datetime as dt

import pytest

from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.common.exceptions import Invalid, NotFound, Refused
from patients import selectors, services
from patients.models import Patient

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)


class AuditDown(RuntimeError):
    pass


@pytest.fixture
def audit_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise AuditDown

    monkeypatch.setattr(audit, "record", refuse)


def test_rollback_of_create(alice: User, audit_down: None) -> None:
    with pytest.raises(AuditDown):
        services.patient_create(
            by=alice.actor, first_name="A", last_name="B", date_of_birth=dt.date(1990, 1, 1)
        )
    assert selectors.patient_ids(alice.actor) == []


def test_rollback_of_edit(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch, audit_down: None
) -> None:
    with pytest.raises(AuditDown):
        services.patient_edit(
            by=alice.actor, patient_id=patient.id, changes={"last_name": "Changed"}
        )
    monkeypatch.undo()
    assert selectors.patient_get(alice.actor, patient.id).last_name == "Tester"


def test_rollback_of_condition(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch, audit_down: None
) -> None:
    with pytest.raises(AuditDown):
        services.condition_add(by=alice.actor, patient_id=patient.id, code="F31.9", display="x")
    monkeypatch.undo()
    assert selectors.conditions(alice.actor, patient.id) == []


def test_questionnaire_is_scored_and_on_the_timeline(alice: User, patient: Patient) -> None:
    services.questionnaire_response_add(
        by=alice.actor,
        patient_id=patient.id,
        instrument="phq9",
        answers=[2] * 9,
        answered_at=NOW,
    )
    (row,) = selectors.questionnaire_responses(alice.actor, patient.id)
    (event,) = selectors.timeline_page(alice.actor, patient.id).items
    assert (int(row.score), event.title) == (18, "PHQ-9: 18 (moderately severe)")


@pytest.mark.parametrize("answers", [[1] * 8, [4] + [0] * 8, [-1] + [0] * 8])
def test_wrong_answers_are_refused(alice: User, patient: Patient, answers: list[int]) -> None:
    with pytest.raises(Invalid):
        services.questionnaire_response_add(
            by=alice.actor, patient_id=patient.id, instrument="phq9", answers=answers,
            answered_at=NOW,
        )  # fmt: skip


def test_doses_belong_to_a_medication_of_the_patient(alice: User, patient: Patient) -> None:
    lithium = services.medication_add(
        by=alice.actor, patient_id=patient.id, name="lithium carbonate", dose=400, unit="mg",
        times_per_day=2, started_on=NOW.date(),
    )  # fmt: skip
    services.doses_record(
        by=alice.actor, patient_id=patient.id, medication_id=lithium.id,
        doses=[(NOW, "taken"), (NOW + dt.timedelta(hours=12), "missed")],
    )  # fmt: skip
    found = selectors.doses(alice.actor, patient.id, NOW, NOW + dt.timedelta(days=1))
    assert [dose.status for dose in found] == ["taken", "missed"]
    with pytest.raises(NotFound):
        services.doses_record(
            by=alice.actor,
            patient_id=patient.id,
            medication_id=patient.id,
            doses=[(NOW, "taken")],
        )


def test_strangers_add_nothing(charlie: User, patient: Patient) -> None:
    with pytest.raises(NotFound):
        services.condition_add(by=charlie.actor, patient_id=patient.id, code="F32", display="x")


def test_auditors_do_not_read_patients(auditor: User, patient: Patient) -> None:
    with pytest.raises(Refused):
        selectors.patient_get(auditor.actor, patient.id)


def test_demo_stack_refuses_patients_that_are_real(alice: User) -> None:
    with pytest.raises(Refused):
        services.patient_create(
            by=alice.actor, first_name="A", last_name="B", date_of_birth=dt.date(1990, 1, 1),
            simulated=False,
        )  # fmt: skip
