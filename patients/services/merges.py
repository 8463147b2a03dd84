"""Two records of one person become one, and can be taken apart again. No row moves."""

from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients.models import PatientAlias
from patients.permissions import demand_registrar
from patients.services.rows import patient_locked


def patients_merge(*, by: Actor, patient_id: UUID, merged_id: UUID) -> PatientAlias:
    """Make `merged_id` another name of `patient_id`. Who does so sees both."""
    demand_registrar(by)
    if patient_id == merged_id:
        raise Invalid("Name two records.", errors={"merged_id": ["This is the same record."]})
    with acting_as(by):
        for one in sorted((patient_id, merged_id)):
            patient_locked(one)
        aliases = PatientAlias.objects.filter(undone_at__isnull=True)
        if aliases.filter(merged_id__in=(patient_id, merged_id)).exists():
            raise Conflict("One of them is merged into another record already.")
        if aliases.filter(patient_id=merged_id).exists():
            raise Conflict("Another record is merged into this one: undo that first.")
        alias = PatientAlias(patient_id=patient_id, merged_id=merged_id, made_by=by.id)
        alias.save(force_insert=True)
        _record(by, "patient.merge", alias)
    return alias


def patients_merge_undo(*, by: Actor, patient_id: UUID, alias_id: UUID) -> PatientAlias:
    """Take them apart: both records are as they were, with what was added to each since."""
    demand_registrar(by)
    with acting_as(by):
        rows = PatientAlias.objects.select_for_update().filter(id=alias_id)
        alias = rows.filter(patient_id=patient_id, undone_at__isnull=True).first()
        if alias is None:
            raise NotFound("There is no such merge.")
        alias.undone_at, alias.undone_by = clock.now(), by.id
        alias.save(update_fields=["undone_at", "undone_by"])
        _record(by, "patient.merge_undo", alias)
    return alias


def _record(by: Actor, act: str, alias: PatientAlias) -> None:
    for one in (alias.patient_id, alias.merged_id):
        audit.record(
            by=by, act=act, subject="patient_alias", subject_id=alias.id, patient_id=one
        )
