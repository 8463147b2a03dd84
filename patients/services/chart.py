"""Adding to the chart: conditions, allergies, medications, doses, results.

Each takes who adds it, checks what it can, and writes its audit event with the row.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid, NotFound
from patients.models import (
    Allergy,
    Condition,
    LabResult,
    Medication,
    MedicationDose,
)
from patients.permissions import demand_writer
from patients.services.rows import row_add


def condition_add(
    *,
    by: Actor,
    patient_id: UUID,
    code: str,
    display: str,
    onset_on: date | None = None,
) -> Condition:
    row = Condition(
        patient_id=patient_id,
        code=code,
        display=display,
        onset_on=onset_on,
        recorded_by=by.id,
    )
    return row_add(by=by, row=row, act="condition.add")


def allergy_add(
    *,
    by: Actor,
    patient_id: UUID,
    substance: str,
    reaction: str = "",
    severity: str = "",
) -> Allergy:
    row = Allergy(
        patient_id=patient_id, substance=substance, reaction=reaction, severity=severity,
        recorded_by=by.id,
    )  # fmt: skip
    return row_add(by=by, row=row, act="allergy.add")


def medication_add(
    *,
    by: Actor,
    patient_id: UUID,
    name: str,
    dose: Decimal | int | str,
    unit: str,
    times_per_day: int,
    started_on: date,
    ended_on: date | None = None,
    rxnorm: str = "",
) -> Medication:
    if ended_on and ended_on < started_on:
        raise Invalid("A medication can't end before it starts.")
    row = Medication(
        patient_id=patient_id, name=name, rxnorm=rxnorm, dose=Decimal(dose), unit=unit,
        times_per_day=times_per_day, started_on=started_on, ended_on=ended_on, recorded_by=by.id,
    )  # fmt: skip
    return row_add(by=by, row=row, act="medication.add")


def doses_record(
    *,
    by: Actor,
    patient_id: UUID,
    medication_id: UUID,
    doses: Sequence[tuple[datetime, str]],
) -> int:
    """Note many doses, each (when due, taken | missed). One audit event for all."""
    demand_writer(by)
    unknown = {status for _, status in doses} - set(MedicationDose.Status.values)
    if unknown:
        raise Invalid("A dose is taken or missed.")
    with acting_as(by, patient_id):
        if not Medication.objects.filter(id=medication_id, patient_id=patient_id).exists():
            raise NotFound("There is no such medication.")
        MedicationDose.objects.bulk_create(
            MedicationDose(
                patient_id=patient_id, medication_id=medication_id, due_at=due_at, status=status,
                recorded_by=by.id,
            )
            for due_at, status in doses
        )  # fmt: skip
        audit.record(
            by=by, act="dose.record", subject="medication", subject_id=medication_id,
            patient_id=patient_id, count=len(doses),
        )  # fmt: skip
    return len(doses)


def dose_record(
    *, by: Actor, patient_id: UUID, medication_id: UUID, due_at: datetime, status: str
) -> None:
    doses_record(
        by=by,
        patient_id=patient_id,
        medication_id=medication_id,
        doses=[(due_at, status)],
    )


def lab_result_add(
    *,
    by: Actor,
    patient_id: UUID,
    loinc: str,
    name: str,
    value: Decimal | float | str,
    unit: str,
    specimen_at: datetime,
    low: Decimal | float | str | None = None,
    high: Decimal | float | str | None = None,
) -> LabResult:
    row = LabResult(
        patient_id=patient_id, loinc=loinc, name=name, value=Decimal(str(value)), unit=unit,
        low=_decimal(low), high=_decimal(high), specimen_at=specimen_at, recorded_by=by.id,
    )  # fmt: skip
    return row_add(by=by, row=row, act="lab.add")


def _decimal(value: Decimal | float | str | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
