"""The account by which a patient reads their own record."""

from uuid import UUID

from django.db import IntegrityError, transaction

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.selectors import user_by_email
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients.models import Patient
from patients.permissions import demand_registrar
from patients.services.rows import patient_locked


def own_account_link(*, by: Actor, patient_id: UUID, email: str) -> Patient:
    """From now on this account reads what is released of the patient. Twice is once."""
    demand_registrar(by)
    with acting_as(by, patient_id):
        patient = patient_locked(patient_id)
        user = _account(email)
        if patient.user_id == user.id:
            return patient
        if patient.user_id:
            raise Conflict("This patient has an account. Unlink it first.")
        patient.user_id = user.id
        _save(patient)
        _record(by, "patient.account_link", patient, user.id)
    return patient


def own_account_unlink(*, by: Actor, patient_id: UUID) -> Patient:
    """The account reads nothing of the patient any more, from this moment."""
    demand_registrar(by)
    with acting_as(by, patient_id):
        patient = patient_locked(patient_id)
        if patient.user_id:
            _record(by, "patient.account_unlink", patient, patient.user_id)
            patient.user_id = None
            _save(patient)
    return patient


def _account(email: str) -> User:
    try:
        user = user_by_email(email)
    except NotFound as error:
        raise Invalid(error.detail, errors={"email": [error.detail]}) from error
    if user.role != Role.PATIENT:
        why = "Give an account whose role is patient."
        raise Invalid(why, errors={"email": [why]})
    return user


def _save(patient: Patient) -> None:
    try:
        with transaction.atomic():
            patient.save(update_fields=["user"])
    except IntegrityError as error:
        raise Conflict("This account is another patient's already.") from error


def _record(by: Actor, act: str, patient: Patient, user_id: UUID) -> None:
    audit.record(by=by, act=act, subject="user", subject_id=user_id, patient_id=patient.id)
