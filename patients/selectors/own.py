"""Records that are one's own, or of whom one acts for."""

from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import NotFound
from clinicity.privacy import keyring
from patients.models import Patient, PatientAlias
from patients.selectors.people import patient_get

OWNERS = frozenset({Role.PATIENT, Role.PROXY})


def own_records(actor: Actor) -> list[Patient]:
    """The patient themselves, or those for whom a proxy acts now."""
    if actor.role not in OWNERS:
        raise NotFound("There is no such page.")
    with acting_as(actor):
        merged = PatientAlias.objects.filter(undone_at__isnull=True).values("merged_id")
        rows = Patient.objects.filter(deleted_at__isnull=True).exclude(id__in=merged)
        found = list(rows.order_by("id"))
        keyring.preload(patient.id for patient in found)
    audit.record_read(by=actor, act="patient.list", subject="patient", count=len(found))
    return found


def own_record_get(actor: Actor, patient_id: UUID) -> Patient:
    """One of them, with the read on record. For staff there is no such page."""
    if actor.role not in OWNERS:
        raise NotFound("There is no such page.")
    return patient_get(actor, patient_id)
