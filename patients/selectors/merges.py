"""Records that are one person's, and records that may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.privacy import keyring
from patients.blind import index_of
from patients.models import Patient, PatientAlias
from patients.permissions import demand_registrar
from patients.selectors.people import patients_page


def aliases(actor: Actor, patient_id: UUID) -> list[PatientAlias]:
    """The records that are merged into this one."""
    with acting_as(actor, patient_id):
        rows = PatientAlias.objects.filter(patient_id=patient_id, undone_at__isnull=True)
        return list(rows.select_related("merged").order_by("id"))


@dataclass(frozen=True)
class Duplicates:
    """How many other records may be the same person's, whoever treats them.

    `seen` are those of them that the actor may see anyway; of the rest nothing is told.
    """

    count: int
    seen: Sequence[Patient]


def possible_duplicates(
    actor: Actor, *, first_name: str, last_name: str, date_of_birth: date,
    besides: UUID | None = None,
) -> Duplicates:  # fmt: skip
    """Records with this whole name and birth date, found by blind indexes."""
    demand_registrar(actor)
    terms = [index_of(f"{first_name} {last_name}"), index_of(str(date_of_birth))]
    with acting_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT clinicity_patients_matching(%s)", [terms])
        ids = [id for (id,) in cursor.fetchall() if id != besides]
        merged = PatientAlias.objects.filter(undone_at__isnull=True).values("merged_id")
        seen = list(Patient.objects.filter(id__in=ids).exclude(id__in=merged).order_by("id"))
        keyring.preload(patient.id for patient in seen)
        audit.record_read(by=actor, act="patient.match", subject="patient", count=len(ids))
    return Duplicates(len(ids), seen)


def merge_candidates(actor: Actor, patient: Patient, *, search: str = "") -> list[Patient]:
    """Records of the actor's patients that may be this one's: looked for, or of equal name."""
    if search.strip():
        found = patients_page(actor, search=search).items
        return [one for one in found if one.id != patient.id]
    return list(
        possible_duplicates(
            actor, first_name=patient.first_name, last_name=patient.last_name,
            date_of_birth=patient.date_of_birth, besides=patient.id,
        ).seen
    )  # fmt: skip
