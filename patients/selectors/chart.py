"""Reading the chart."""

from datetime import datetime
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from patients.models import (
    Allergy,
    Condition,
    LabResult,
    Medication,
    MedicationDose,
)
from patients.selectors.rows import rows_of


def conditions(actor: Actor, patient_id: UUID) -> list[Condition]:
    return rows_of(actor, patient_id, Condition, "created_at")


def allergies(actor: Actor, patient_id: UUID) -> list[Allergy]:
    return rows_of(actor, patient_id, Allergy, "created_at")


def medications(actor: Actor, patient_id: UUID) -> list[Medication]:
    """Every dose step, by its start."""
    return rows_of(actor, patient_id, Medication, "started_on")


def doses(
    actor: Actor, patient_id: UUID, start: datetime, end: datetime
) -> list[MedicationDose]:
    """Doses due in [start, end)."""
    with acting_as(actor, patient_id):
        rows = MedicationDose.objects.filter(
            patient_id=patient_id, due_at__gte=start, due_at__lt=end
        )
        return list(rows.order_by("due_at"))


def lab_results(actor: Actor, patient_id: UUID) -> list[LabResult]:
    """Newest specimen first."""
    return rows_of(actor, patient_id, LabResult, "-specimen_at")
