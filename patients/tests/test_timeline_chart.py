"""What rows of the chart tell the timeline."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from patients import selectors, services
from patients.models import LabResult, Medication, Patient
from patients.services import timeline_chart

pytestmark = pytest.mark.django_db
JUNE = datetime(2026, 6, 1, 8, tzinfo=UTC)


def told(user: User, patient: Patient) -> list[tuple[str, str, str]]:
    page = selectors.timeline_list(user.actor, patient.id, order=selectors.Order.OLDEST)
    return [(row.kind, row.title, row.body) for row in page.items]


def drug(user: User, patient: Patient, dose: str, start: date, end: date | None) -> Medication:
    with acting_as(user.actor, patient.id):
        row = services.medication_add(
            by=user.actor, patient_id=patient.id, name="Lithium carbonate", dose=dose, unit="mg",
            times_per_day=2, started_on=start, ended_on=end,
        )  # fmt: skip
        timeline_chart.medication_told(by=user.actor, row=row)
    return row


def test_a_drug_starts_changes_its_dose_and_stops(alice: User, patient: Patient) -> None:
    first = drug(alice, patient, "400", date(2026, 3, 1), date(2026, 4, 1))
    drug(alice, patient, "600.500", date(2026, 4, 1), date(2026, 5, 1))
    with acting_as(alice.actor, patient.id):  # its end is now the next one's start
        timeline_chart.medication_told(by=alice.actor, row=first)
    assert told(alice, patient) == [
        ("medication", "Lithium carbonate 400 mg started", "2 a day"),
        ("medication", "Lithium carbonate changed from 400 mg to 600.5 mg", "2 a day"),
        ("medication", "Lithium carbonate stopped", "Until then 600.5 mg"),
    ]
    page = selectors.timeline_list(alice.actor, patient.id)
    assert page.items[-1].occurred_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def lab(user: User, patient: Patient, value: str, **bounds: str | None) -> LabResult:
    with acting_as(user.actor, patient.id):
        row = services.lab_result_add(
            by=user.actor, patient_id=patient.id, loinc="3719-2", name="Lithium level",
            value=value, unit="mmol/L", specimen_at=JUNE, **bounds,
        )  # fmt: skip
        timeline_chart.lab_result_told(by=user.actor, row=row)
    return row


@pytest.mark.parametrize(
    ("value", "bounds", "body"),
    [
        ("0.40", {"low": "0.6", "high": "0.8"}, "Below the laboratory's range, 0.6 to 0.8 mmol/L"),
        ("1.20", {"high": "0.8"}, "Above the laboratory's range, up to 0.8 mmol/L"),
        ("0.1", {"low": "0.6"}, "Below the laboratory's range, from 0.6 mmol/L"),
        ("0.7", {"low": "0.6", "high": "0.8"}, None),
        ("0.6", {"low": "0.6", "high": "0.8"}, None),
        ("9", {}, None),
    ],
)  # fmt: skip
def test_a_result_is_told_when_it_is_outside_its_range(
    alice: User, patient: Patient, value: str, bounds: dict[str, str], body: str | None
) -> None:
    lab(alice, patient, value, **bounds)
    assert [row[2] for row in told(alice, patient)] == ([body] if body else [])


def test_a_corrected_result_changes_or_leaves(alice: User, patient: Patient) -> None:
    row = lab(alice, patient, "0.4", low="0.6", high="0.8")
    for value, titles in (("0.5", ["Lithium level: 0.5 mmol/L"]), ("0.7", [])):
        row.value = Decimal(value)
        with acting_as(alice.actor, patient.id):
            timeline_chart.lab_result_told(by=alice.actor, row=row)
        assert [title for _, title, _ in told(alice, patient)] == titles


def test_conditions_and_allergies_are_told_and_hide_with_their_row(
    alice: User, bob: User, patient: Patient
) -> None:
    with acting_as(alice.actor, patient.id):
        condition = services.condition_add(
            by=alice.actor, patient_id=patient.id, code="F31.9", display="Bipolar disorder",
            onset_on=date(2020, 2, 2),
        )  # fmt: skip
        timeline_chart.condition_told(by=alice.actor, row=condition)
        allergy = services.allergy_add(
            by=alice.actor, patient_id=patient.id, substance="Penicillin", reaction="rash",
            severity="mild",
        )  # fmt: skip
        timeline_chart.allergy_told(by=alice.actor, row=allergy)
    assert told(bob, patient) == [
        ("condition", "Bipolar disorder (F31.9)", ""),
        ("allergy", "Allergy: Penicillin", "mild, rash"),
    ]
    condition.visibility = "restricted"
    with acting_as(alice.actor, patient.id):
        timeline_chart.condition_told(by=alice.actor, row=condition)
    assert [row[0] for row in told(bob, patient)] == ["allergy"]
