"""Reading what a patient agrees to, and demanding it."""

from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError
from patients.models import Consent, Patient, Purpose
from patients.selectors.people import patient_get
from patients.selectors.rows import rows_of


class NoConsent(DomainError):
    """The patient doesn't agree to what this would use their data for."""

    type = "no-consent"
    title = "The patient doesn't agree to this."
    status: ClassVar[int] = HTTPStatus.FORBIDDEN


def consents(actor: Actor, patient_id: UUID) -> list[Consent]:
    """Every decision, the newest first."""
    patient_get(actor, patient_id)
    return rows_of(actor, patient_id, Consent, "-id")


def demand_consent(actor: Actor, patient_id: UUID, purpose: Purpose) -> None:
    """Raise `NoConsent` unless the newest decision agrees. An unknown patient doesn't."""
    with acting_as(actor, patient_id):
        agreed = Patient.objects.filter(id=patient_id, consents__contains=[purpose]).exists()
    if not agreed:
        raise NoConsent(f"There is no consent to {purpose.label}.", purpose=purpose.value)
