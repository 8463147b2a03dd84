"""Reading patients. Everything starts from an actor and returns evaluated rows."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, Func, OuterRef, Q, UUIDField

from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from clinicity.privacy import keyring
from patients.blind import index_of
from patients.models import (
    Patient,
    PatientAlias,
    ZoneChange,
    record_ids,
)
from patients.permissions import demand_reader

MERGED = ArraySubquery(
    PatientAlias.objects.filter(patient_id=OuterRef("id"), undone_at__isnull=True)
    .order_by("id")
    .values("merged_id")
)
SURVIVOR = Func(F("id"), function="clinicity_survivor", output_field=UUIDField())


def patient_get(actor: Actor, patient_id: UUID) -> Patient:
    """One patient, with the read on record. A stranger's patient isn't there.

    The id of a record that was merged leads to the one it was merged into, for who sees that.
    """
    demand_reader(actor)
    patient = _read(actor, patient_id)
    survivor = patient.survivor if patient else _survivor_of(patient_id)  # type: ignore[attr-defined]
    if survivor:
        patient = _read(actor, survivor) or patient
    if patient is not None:
        return patient
    audit.record_refusal(by=actor, act="patient.read", subject="patient", subject_id=patient_id)
    raise NotFound("There is no such patient.")


def _read(actor: Actor, patient_id: UUID) -> Patient | None:
    with acting_as(actor, patient_id):
        rows = Patient.objects.filter(id=patient_id, deleted_at__isnull=True)
        patient = rows.annotate(survivor=SURVIVOR, merged_ids=MERGED).first()
        if patient is not None:
            keyring.preload(patient.record_ids)
            audit.record_read(
                by=actor, act="patient.read", subject="patient", subject_id=patient.id,
                patient_id=patient.id,
            )  # fmt: skip
    return patient


def records_of(actor: Actor, patient_id: UUID) -> list[UUID]:
    """The patient's record and those that were merged into it."""
    with acting_as(actor, patient_id):
        return record_ids(patient_id)


def _survivor_of(patient_id: UUID) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clinicity_survivor(%s)", [patient_id])
        found: UUID | None = cursor.fetchone()[0]
    return found


def zone_moves(actor: Actor, patient_id: UUID) -> list[ZoneChange]:
    """By which time zones the patient lived from when on, the newest first."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        return list(ZoneChange.objects.filter(patient_id=patient_id).order_by("-since"))


def deleted_patient_get(actor: Actor, patient_id: UUID) -> Patient:
    """One of the actor's patients who was taken off the list."""
    demand_reader(actor)
    with acting_as(actor):
        rows = Patient.objects.filter(deleted_at__isnull=False, erased_at__isnull=True)
        patient = rows.filter(id=patient_id).first()
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient


def patients_page(
    actor: Actor, *, search: str = "", cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Patient]:
    """The actor's patients, newest first; `search` is a whole name, number or birth date."""
    demand_reader(actor)
    with acting_as(actor, Scope.ALL_PATIENTS if actor.role == Role.SERVICE else None):
        merged = PatientAlias.objects.filter(undone_at__isnull=True)
        rows = Patient.objects.filter(deleted_at__isnull=True).order_by("-id")
        rows = rows.exclude(id__in=merged.values("merged_id"))
        if search.strip():
            term = [index_of(search)]
            known = merged.filter(merged__search_index__contains=term).values("patient_id")
            rows = rows.filter(Q(search_index__contains=term) | Q(id__in=known))
        if after := cursor_id(cursor):
            rows = rows.filter(id__lt=after)
        page = page_of(list(rows[: size + 1]), size=size, key=lambda patient: patient.id)
        keyring.preload(patient.id for patient in page.items)
        audit.record_read(
            by=actor, act="patient.list", subject="patient", count=len(page.items),
            searched=bool(search.strip()),
        )  # fmt: skip
    return page


def visible_patient_ids(actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these the actor may see; for re-checking what an index or push names."""
    with acting_as(actor):
        rows = Patient.objects.filter(id__in=ids, deleted_at__isnull=True)
        return set(rows.values_list("id", flat=True))


def patient_ids(actor: Actor) -> list[UUID]:
    """Every patient that the actor may see."""
    with acting_as(actor, Scope.ALL_PATIENTS if actor.role == Role.SERVICE else None):
        rows = Patient.objects.filter(deleted_at__isnull=True).order_by("id")
        return list(rows.values_list("id", flat=True))


def unsimulated_count(actor: Actor) -> int:
    """How many patients that the actor may see are real people."""
    with acting_as(actor, Scope.ALL_PATIENTS if actor.role == Role.SERVICE else None):
        return Patient.objects.filter(simulated=False).count()
