"""What the medication list means: interactions, allergies, schedules, genetics."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.privacy import keyring
from patients.clinical import interactions, monitoring, pharmacogenetics
from patients.clinical.drugs import identify
from patients.clinical.interactions import Check, Taken
from patients.clinical.monitoring import Course, Due, Result, Schedule
from patients.models import Allergy, GeneticResult, LabResult, Medication, Patient
from patients.models.chart import ClinicalStatus, VerificationStatus
from patients.permissions import demand_staff
from patients.selectors.chart import allergies, items_of, lab_results, medications
from patients.selectors.people import patient_get

# A caseload is read for at most so many patients at once.
MOST_PATIENTS = 500
# How far back results are read for a schedule: past the longest interval.
LOOK_BACK = timedelta(days=5 * 366)


@dataclass(frozen=True)
class MedicationCheck:
    """Interactions, doubled ingredients and allergies of the present list, as of a moment."""

    as_of: datetime
    interactions: Check
    allergies: Check
    doubled: tuple[tuple[str, str], ...]


def medication_check(actor: Actor, patient_id: UUID) -> MedicationCheck:
    """The active list against the shipped tables and against the allergies."""
    demand_staff(actor)
    patient = patient_get(actor, patient_id)
    return check_of(
        patient, medications(actor, patient_id), allergies(actor, patient_id), now=clock.now()
    )


def check_of(
    patient: Patient,
    rows: Sequence[Medication],
    known: Sequence[Allergy],
    *,
    now: datetime,
) -> MedicationCheck:
    today = now.astimezone(ZoneInfo(patient.time_zone)).date()
    taken = [
        Taken(str(row.id), row.name, row.rxnorm or "") for row in rows if row.is_taken(today)
    ]
    holds = [Taken(str(row.id), row.substance) for row in known if _holds(row)]
    return MedicationCheck(
        now,
        interactions.interactions(taken),
        interactions.allergy_check(holds, taken),
        tuple((one.name, other.name) for one, other in interactions.duplicates(taken)),
    )


def _holds(row: Allergy) -> bool:
    refuted = row.verification_status == VerificationStatus.REFUTED
    return not refuted and row.clinical_status != ClinicalStatus.RESOLVED


def is_unchecked(row: Medication) -> bool:
    """Whether a table knows the drug too little to check it."""
    return not identify(row.name, row.rxnorm or "").is_known


def monitoring_schedule(actor: Actor, patient_id: UUID) -> Schedule:
    """What is to be measured for what is taken, and when."""
    demand_staff(actor)
    patient = patient_get(actor, patient_id)
    return schedule_of(
        patient, medications(actor, patient_id), lab_results(actor, patient_id),
        today=clock.now().astimezone(ZoneInfo(patient.time_zone)).date(),
    )  # fmt: skip


def schedule_of(
    patient: Patient, rows: Sequence[Medication], results: Sequence[LabResult], *, today: date
) -> Schedule:
    zone = ZoneInfo(patient.time_zone)
    courses = [
        Course(row.name, row.rxnorm or "", row.started_on, _end(row, today))
        for row in rows
        if row.status != Medication.Status.INTENDED
    ]
    read = [
        Result(row.loinc, row.value, row.unit, row.specimen_at.astimezone(zone).date())
        for row in results
        if row.loinc in monitoring.codes()
    ]
    return monitoring.schedule(courses, read, today=today, born=patient.date_of_birth)


def _end(row: Medication, today: date) -> date | None:
    """On hold since we know not when: not taken today."""
    if row.status == Medication.Status.ON_HOLD and row.ended_on is None:
        return today - timedelta(days=1)
    return row.ended_on


@dataclass(frozen=True)
class DueTest:
    """A test that is due for one of the actor's patients."""

    patient: Patient
    due: Due


def monitoring_due(actor: Actor, *, now: datetime, limit: int = 50) -> list[DueTest]:
    """Tests that are due today or before for the actor's patients, the longest first.

    Three queries, however many patients.
    """
    with acting_as(actor):
        rows = _running(now)
        ids = list({row.patient_id for row in rows})[:MOST_PATIENTS]
        keyring.preload(ids)
        people = {row.id: row for row in Patient.objects.filter(id__in=ids)}
        results = _results(ids, now)
    by_patient: dict[UUID, list[Medication]] = defaultdict(list)
    for row in rows:
        by_patient[row.patient_id].append(row)
    found = [
        DueTest(patient, due)
        for patient in people.values()
        for today in [now.astimezone(ZoneInfo(patient.time_zone)).date()]
        for due in schedule_of(
            patient, by_patient[patient.id], results[patient.id], today=today
        ).items
        if due.is_due(today)
    ]
    return sorted(found, key=lambda one: one.due.due_on)[:limit]


def _running(now: datetime) -> list[Medication]:
    """Medications of every patient who takes something now, with what came before it."""
    recent = Q(ended_on__isnull=True) | Q(ended_on__gte=(now - LOOK_BACK).date())
    rows = Medication.objects.filter(
        recent, entered_in_error_at__isnull=True, patient__deleted_at__isnull=True
    )
    return list(rows.order_by("patient_id", "started_on"))


def _results(ids: Sequence[UUID], now: datetime) -> dict[UUID, list[LabResult]]:
    rows = LabResult.objects.filter(
        patient_id__in=ids, loinc__in=monitoring.codes(), entered_in_error_at__isnull=True,
        specimen_at__gte=now - LOOK_BACK,
    )  # fmt: skip
    found: dict[UUID, list[LabResult]] = defaultdict(list)
    for row in rows:
        found[row.patient_id].append(row)
    return found


def genetic_results(actor: Actor, patient_id: UUID) -> list[GeneticResult]:
    """The newest test first."""
    rows = items_of(actor, patient_id, GeneticResult, "-created_at")
    return sorted(rows, key=lambda row: row.tested_on, reverse=True)


@dataclass(frozen=True)
class Guidance:
    """Medications beside CPIC's pairs, and what that doesn't tell."""

    as_of: datetime
    marks: list[pharmacogenetics.Mark]
    not_covered: tuple[str, ...]
    version: str


def genetic_guidance(actor: Actor, patient_id: UUID) -> Guidance:
    """Which of the present medications CPIC speaks about, with this person's results."""
    demand_staff(actor)
    patient = patient_get(actor, patient_id)
    return guidance_of(
        patient, medications(actor, patient_id), genetic_results(actor, patient_id),
        now=clock.now(),
    )  # fmt: skip


def guidance_of(
    patient: Patient,
    rows: Sequence[Medication],
    tested: Sequence[GeneticResult],
    *,
    now: datetime,
) -> Guidance:
    today = now.astimezone(ZoneInfo(patient.time_zone)).date()
    taken = [(row.name, row.rxnorm or "") for row in rows if row.is_taken(today)]
    known = [
        pharmacogenetics.Tested(str(row.id), row.gene, row.diplotype or "", row.phenotype)
        for row in tested
    ]
    return Guidance(
        now, pharmacogenetics.marks(taken, known), pharmacogenetics.NOT_COVERED,
        pharmacogenetics.VERSION,
    )  # fmt: skip
