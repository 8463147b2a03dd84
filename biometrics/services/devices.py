"""Registering devices."""

from uuid import UUID

from biometrics.models import Device
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import NotFound
from patients.models import Patient
from patients.permissions import demand_writer


def device_register(*, by: Actor, patient_id: UUID, name: str, model: str = "") -> Device:
    """Note a device of a patient, so that its readings are told from another's."""
    demand_writer(by)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        if not Patient.objects.filter(id=patient_id, deleted_at__isnull=True).exists():
            raise NotFound("There is no such patient.")
        device = Device(patient_id=patient_id, name=name, model=model, registered_by=by.id)
        device.save(force_insert=True)
        audit.record(
            by=by, act="device.register", subject="device", subject_id=device.id,
            patient_id=patient_id,
        )  # fmt: skip
    return device
