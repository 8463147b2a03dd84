"""Adding to the chart: conditions, medications, doses, results, answers, visits.

Each takes who adds it, checks what it can, and writes its audit event with the row.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import events
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Invalid, NotFound
from patients import instruments
from patients.models import (
    Allergy,
    Condition,
    Encounter,
    LabResult,
    Medication,
    MedicationDose,
    Patient,
    PatientRecord,
    QuestionnaireResponse,
)
from patients.permissions import demand_writer
from patients.services.timeline import timeline_event_add

R = TypeVar("R", bound=PatientRecord)
# What documents and the graph speak of by name.
LINKED = (Condition, Medication)


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
    return _add(by, row, "condition.add")


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
    return _add(by, row, "allergy.add")


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
    return _add(by, row, "medication.add")


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
    with _acting(by, patient_id):
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
    return _add(by, row, "lab.add")


def questionnaire_response_add(
    *,
    by: Actor,
    patient_id: UUID,
    instrument: str,
    answers: Sequence[int],
    answered_at: datetime,
) -> QuestionnaireResponse:
    """Keep the answers with the score they make, and put it on the timeline."""
    total = instruments.score(instrument, answers)
    row = QuestionnaireResponse(
        patient_id=patient_id, instrument=instrument, answers=list(answers),
        score=Decimal(total), answered_at=answered_at, recorded_by=by.id,
    )  # fmt: skip
    name = instruments.instrument_of(instrument).name
    with _acting(by, patient_id):
        _add(by, row, "questionnaire.add")
        timeline_event_add(
            by=by, patient_id=patient_id, kind="questionnaire", occurred_at=answered_at,
            title=f"{name}: {total} ({instruments.band(instrument, total)})",
            source_kind="questionnaire", source_id=row.id,
        )  # fmt: skip
    return row


def encounter_add(
    *,
    by: Actor,
    patient_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    status: str,
    kind: str,
    reason: str = "",
) -> Encounter:
    """A visit. One that has taken place also stands on the timeline."""
    if ends_at < starts_at:
        raise Invalid("A visit can't end before it starts.")
    row = Encounter(
        patient_id=patient_id, starts_at=starts_at, ends_at=ends_at, status=status, kind=kind,
        reason=reason, recorded_by=by.id,
    )  # fmt: skip
    with _acting(by, patient_id):
        _add(by, row, "encounter.add")
        if status == Encounter.Status.FINISHED:
            timeline_event_add(
                by=by, patient_id=patient_id, kind="encounter", occurred_at=starts_at,
                title=kind, body=reason, source_kind="encounter", source_id=row.id,
            )  # fmt: skip
    return row


def _add(by: Actor, row: R, act: str) -> R:
    demand_writer(by)
    with _acting(by, row.patient_id):
        if not Patient.objects.filter(id=row.patient_id, deleted_at__isnull=True).exists():
            raise NotFound("There is no such patient.")
        row.save(force_insert=True)
        audit.record(
            by=by, act=act, subject=act.split(".")[0], subject_id=row.id,
            patient_id=row.patient_id,
        )  # fmt: skip
        if isinstance(row, LINKED):
            events.publish("patients.chart_changed", patient_id=row.patient_id)
    return row


def _acting(by: Actor, patient_id: UUID):  # type: ignore[no-untyped-def]
    return acting_as(by, patient_id if by.role == Role.SERVICE else None)


def _decimal(value: Decimal | float | str | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
