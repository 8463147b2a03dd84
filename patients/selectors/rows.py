"""Rows of one patient, as the actor may see them."""

from typing import TypeVar, cast
from uuid import UUID

from django.db.models import Q

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.privacy import keyring
from patients.models import (
    PatientAlias,
    PatientRecord,
)

R = TypeVar("R", bound=PatientRecord)


def of_patient(patient_id: UUID) -> Q:
    """Rows of the patient and of the records that were merged into them."""
    merged = PatientAlias.objects.filter(patient_id=patient_id, undone_at__isnull=True)
    return Q(patient_id=patient_id) | Q(patient_id__in=merged.values("merged_id"))


def rows_of(actor: Actor, patient_id: UUID, model: type[R], order: str) -> list[R]:
    with acting_as(actor, patient_id):
        keyring.preload([patient_id])
        found = model._default_manager.filter(of_patient(patient_id)).order_by(order)
        return cast("list[R]", list(found))
