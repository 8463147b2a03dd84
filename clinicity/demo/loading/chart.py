"""Writes one simulated chart: the person, their team, and what the clinic noted."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from clinicity.accounts.models import User
from clinicity.common.actors import Actor
from clinicity.demo.simulator.lives import Life
from clinicity.demo.simulator.people import Lab, Person, Visit
from patients import services
from patients.models import CareTeamMember, Encounter, Patient

SPECIMEN_HOUR = 8.5
VISIT_LENGTH = timedelta(minutes=30)


@transaction.atomic
def chart_add(life: Life, team: Mapping[str, User]) -> Patient:
    """Make the patient with everything in the chart, or nothing."""
    first, *others = [team[key] for key in life.person.team]
    patient = _patient(life.person, first.actor)
    for user in others:
        services.care_team_member_add(
            by=first.actor, patient_id=patient.id, user_id=user.id,
            part=CareTeamMember.Part.COVERS,
        )  # fmt: skip
    for write in (_diagnoses, _medicines, _results, _answers, _visits):
        write(life, first.actor, patient.id)
    return patient


def _patient(person: Person, by: Actor) -> Patient:
    return services.patient_create(
        by=by, first_name=person.first_name, last_name=person.last_name,
        preferred_name=person.preferred_name, date_of_birth=person.born, sex=person.sex,
        record_number=person.record_number, simulated=True,
    )  # fmt: skip


def _diagnoses(life: Life, by: Actor, patient_id: UUID) -> None:
    for code, display, onset in life.person.conditions:
        services.condition_add(
            by=by, patient_id=patient_id, code=code, display=display, onset_on=onset
        )
    for substance, reaction, severity in life.person.allergies:
        services.allergy_add(
            by=by, patient_id=patient_id, substance=substance, reaction=reaction,
            severity=severity,
        )  # fmt: skip


def _medicines(life: Life, by: Actor, patient_id: UUID) -> None:
    for drug, doses in zip(life.person.drugs, life.doses, strict=True):
        ended = None if drug.ended is None else _day(life, drug.ended)
        row = services.medication_add(
            by=by, patient_id=patient_id, name=drug.name, dose=drug.dose, unit=drug.unit,
            times_per_day=len(drug.hours), started_on=_day(life, drug.started), ended_on=ended,
        )  # fmt: skip
        services.doses_record(by=by, patient_id=patient_id, medication_id=row.id, doses=doses)


def _results(life: Life, by: Actor, patient_id: UUID) -> None:
    for lab in life.person.labs:
        for days, value in lab.results:
            _result(life, lab, (days, value), by, patient_id)


def _result(life: Life, lab: Lab, result: tuple[int, str], by: Actor, patient_id: UUID) -> None:
    days, value = result
    at = life.days.at(days, SPECIMEN_HOUR)
    services.lab_result_add(
        by=by, patient_id=patient_id, loinc=lab.loinc, name=lab.name, value=Decimal(value),
        unit=lab.unit, low=lab.low, high=lab.high, specimen_at=at,
    )  # fmt: skip


def _answers(life: Life, by: Actor, patient_id: UUID) -> None:
    for answers in life.answers:
        services.questionnaire_response_add(
            by=by, patient_id=patient_id, instrument=answers.instrument, answers=answers.items,
            answered_at=answers.answered_at,
        )  # fmt: skip


def _visits(life: Life, by: Actor, patient_id: UUID) -> None:
    for visit in life.person.visits:
        starts_at = life.days.at(visit.days, visit.hour)
        services.encounter_add(
            by=by, patient_id=patient_id, starts_at=starts_at, ends_at=starts_at + VISIT_LENGTH,
            status=_status(visit), kind=visit.kind, reason=visit.reason,
        )  # fmt: skip


def _status(visit: Visit) -> str:
    return Encounter.Status.FINISHED if visit.days > 0 else Encounter.Status.PLANNED


def _day(life: Life, days_ago: int) -> date:
    return life.days.until - timedelta(days=days_ago)
