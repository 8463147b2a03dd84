"""Records that are one person's, and records that may be."""

from datetime import date
from uuid import UUID

from django.db import connection

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from patients.blind import index_of
from patients.models import PatientAlias
from patients.permissions import demand_registrar


def aliases(actor: Actor, patient_id: UUID) -> list[PatientAlias]:
    """The records that are merged into this one."""
    with acting_as(actor, patient_id):
        rows = PatientAlias.objects.filter(patient_id=patient_id, undone_at__isnull=True)
        return list(rows.select_related("merged").order_by("id"))


def possible_duplicates(
    actor: Actor, *, first_name: str, last_name: str, date_of_birth: date
) -> int:
    """How many records have this whole name and birth date, whoever treats them."""
    demand_registrar(actor)
    terms = [index_of(f"{first_name} {last_name}"), index_of(str(date_of_birth))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clinicity_patients_matching(%s)", [terms])
        return int(cursor.fetchone()[0])
