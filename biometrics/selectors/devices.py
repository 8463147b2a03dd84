"""A patient's devices."""

from uuid import UUID

from biometrics.models import Device
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor, Role
from patients import selectors as patients


def devices(actor: Actor, patient_id: UUID) -> list[Device]:
    patients.patient_get(actor, patient_id)
    with acting_as(actor, _scope(actor, patient_id)):
        return list(Device.objects.filter(patient_id=patient_id).order_by("created_at"))


def _scope(actor: Actor, patient_id: UUID) -> UUID | None:
    return patient_id if actor.role == Role.SERVICE else None
