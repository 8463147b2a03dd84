"""Rows of one patient, as the actor may see them."""

from typing import TypeVar, cast
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.privacy import keyring
from patients.models import (
    PatientRecord,
)

R = TypeVar("R", bound=PatientRecord)


def rows_of(actor: Actor, patient_id: UUID, model: type[R], order: str) -> list[R]:
    with acting_as(actor, patient_id):
        keyring.preload([patient_id])
        found = model._default_manager.filter(patient__record_of=patient_id).order_by(
            order, "id"
        )
        return cast("list[R]", list(found))
