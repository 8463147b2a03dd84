"""Adding one row of a patient's, with its audit event."""

from typing import TypeVar
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import events
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from patients.models import (
    Condition,
    Medication,
    Patient,
    PatientRecord,
)
from patients.permissions import demand_writer

R = TypeVar("R", bound=PatientRecord)
# What documents and the graph speak of by name.
LINKED = (Condition, Medication)


def patient_locked(patient_id: UUID) -> Patient:
    patient = (
        Patient.objects.select_for_update(of=("self",))
        .filter(id=patient_id, deleted_at__isnull=True)
        .first()
    )
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient


def row_add(*, by: Actor, row: R, act: str) -> R:
    demand_writer(by)
    with acting_as(by, row.patient_id):
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
