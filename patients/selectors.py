"""Reading patients. Everything starts from an actor and returns evaluated rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

from django.db.models import Q

from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from clinicity.privacy import keyring
from patients.models import (
    Allergy,
    CareTeamMember,
    Condition,
    Encounter,
    LabResult,
    Medication,
    MedicationDose,
    Patient,
    PatientRecord,
    QuestionnaireResponse,
    TimelineEvent,
    ZoneChange,
)
from patients.permissions import demand_reader
from patients.services.people import index_of

R = TypeVar("R", bound=PatientRecord)


@dataclass(frozen=True)
class TimelineSummary:
    """How many entries of each kind, and from when until when."""

    total: int
    by_kind: dict[str, int]
    first_at: datetime | None
    last_at: datetime | None


def patient_get(actor: Actor, patient_id: UUID) -> Patient:
    """One patient, with the read on record. A stranger's patient isn't there."""
    demand_reader(actor)
    with acting_as(actor, patient_id):
        patient = Patient.objects.filter(id=patient_id, deleted_at__isnull=True).first()
        if patient is not None:
            keyring.preload([patient.id])
            audit.record(
                by=actor, act="patient.read", subject="patient", subject_id=patient.id,
                patient_id=patient.id,
            )  # fmt: skip
            return patient
    audit.record_refusal(by=actor, act="patient.read", subject="patient", subject_id=patient_id)
    raise NotFound("There is no such patient.")


def zone_moves(actor: Actor, patient_id: UUID) -> list[ZoneChange]:
    """By which time zones the patient lived from when on, the newest first."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        return list(ZoneChange.objects.filter(patient_id=patient_id).order_by("-since"))


def deleted_patient_get(actor: Actor, patient_id: UUID) -> Patient:
    """One of the actor's patients who was taken off the list."""
    demand_reader(actor)
    with acting_as(actor):
        patient = Patient.objects.filter(id=patient_id, deleted_at__isnull=False).first()
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient


def patients_page(
    actor: Actor, *, search: str = "", cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Patient]:
    """The actor's patients, newest first; `search` is a whole name, number or birth date."""
    demand_reader(actor)
    with acting_as(actor, Scope.ALL_PATIENTS if actor.role == Role.SERVICE else None):
        rows = Patient.objects.filter(deleted_at__isnull=True).order_by("-id")
        if search.strip():
            rows = rows.filter(search_index__contains=[index_of(search)])
        if after := cursor_id(cursor):
            rows = rows.filter(id__lt=after)
        page = page_of(list(rows[: size + 1]), size=size, key=lambda patient: patient.id)
        keyring.preload(patient.id for patient in page.items)
        audit.record(
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


def care_team(actor: Actor, patient_id: UUID) -> list[CareTeamMember]:
    with acting_as(actor, patient_id):
        rows = CareTeamMember.objects.filter(patient_id=patient_id).select_related("user")
        return list(rows.order_by("starts_at"))


def conditions(actor: Actor, patient_id: UUID) -> list[Condition]:
    return _rows(actor, patient_id, Condition, "created_at")


def allergies(actor: Actor, patient_id: UUID) -> list[Allergy]:
    return _rows(actor, patient_id, Allergy, "created_at")


def medications(actor: Actor, patient_id: UUID) -> list[Medication]:
    """Every dose step, by its start."""
    return _rows(actor, patient_id, Medication, "started_on")


def doses(
    actor: Actor, patient_id: UUID, start: datetime, end: datetime
) -> list[MedicationDose]:
    """Doses due in [start, end)."""
    with acting_as(actor, patient_id):
        rows = MedicationDose.objects.filter(
            patient_id=patient_id, due_at__gte=start, due_at__lt=end
        )
        return list(rows.order_by("due_at"))


def lab_results(actor: Actor, patient_id: UUID) -> list[LabResult]:
    """Newest specimen first."""
    return _rows(actor, patient_id, LabResult, "-specimen_at")


def questionnaire_responses(actor: Actor, patient_id: UUID) -> list[QuestionnaireResponse]:
    """Oldest first, as a trajectory."""
    return _rows(actor, patient_id, QuestionnaireResponse, "answered_at")


def encounters(actor: Actor, patient_id: UUID) -> list[Encounter]:
    """Newest first."""
    return _rows(actor, patient_id, Encounter, "-starts_at")


def appointments_between(actor: Actor, start: datetime, end: datetime) -> list[Encounter]:
    """The actor's visits that start in [start, end), with their patients."""
    with acting_as(actor):
        rows = (
            Encounter.objects.filter(
                starts_at__gte=start,
                starts_at__lt=end,
                patient__deleted_at__isnull=True,
            )
            .exclude(status=Encounter.Status.CANCELLED)
            .select_related("patient")
            .order_by("starts_at")
        )
        found = list(rows)
        keyring.preload(visit.patient_id for visit in found)
    return found


def timeline_page(
    actor: Actor,
    patient_id: UUID,
    *,
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[TimelineEvent]:
    """A patient's entries, newest first. The cursor is the last entry's id."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = TimelineEvent.objects.filter(patient_id=patient_id, deleted_at__isnull=True)
        rows = rows.filter(kind=kind) if kind else rows
        rows = rows.filter(occurred_at__gte=since) if since else rows
        rows = rows.filter(occurred_at__lt=until) if until else rows
        if after := _event_at(patient_id, cursor):
            earlier = Q(occurred_at__lt=after.occurred_at)
            rows = rows.filter(earlier | Q(occurred_at=after.occurred_at, id__lt=after.id))
        found = list(rows.order_by("-occurred_at", "-id")[: size + 1])
    return page_of(found, size=size, key=lambda event: event.id)


def timeline_search(actor: Actor, patient_id: UUID, text: str) -> list[TimelineEvent]:
    """Entries whose title or body holds the text. Opens this one patient's entries."""
    needle = text.strip().casefold()
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = list(
            TimelineEvent.objects.filter(
                patient_id=patient_id, deleted_at__isnull=True
            ).order_by("-occurred_at")
        )
        found = [row for row in rows if needle in f"{row.title}\n{row.body}".casefold()]
        audit.record(
            by=actor, act="timeline.search", subject="timeline_event", patient_id=patient_id,
            count=len(found),
        )  # fmt: skip
    return found


def timeline_summary(actor: Actor, patient_id: UUID) -> TimelineSummary:
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = list(
            TimelineEvent.objects.filter(patient_id=patient_id, deleted_at__isnull=True)
            .order_by("occurred_at")
            .values_list("kind", "occurred_at")
        )
    moments = [moment for _, moment in rows]
    return TimelineSummary(
        total=len(rows),
        by_kind=dict(Counter(kind for kind, _ in rows)),
        first_at=moments[0] if moments else None,
        last_at=moments[-1] if moments else None,
    )


def timeline_event_get(actor: Actor, event_id: UUID) -> TimelineEvent:
    with acting_as(actor):
        event = TimelineEvent.objects.filter(id=event_id, deleted_at__isnull=True).first()
    if event is None:
        raise NotFound("There is no such entry.")
    return event


def _event_at(patient_id: UUID, cursor: str | None) -> TimelineEvent | None:
    event_id = cursor_id(cursor)
    if event_id is None:
        return None
    return TimelineEvent.objects.filter(id=event_id, patient_id=patient_id).first()


def _rows(actor: Actor, patient_id: UUID, model: type[R], order: str) -> list[R]:
    with acting_as(actor, patient_id):
        keyring.preload([patient_id])
        rows = model._default_manager.filter(patient_id=patient_id).order_by(order)
        return cast("list[R]", list(rows))
