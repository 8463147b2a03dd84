"""Reading what a patient agrees to, and demanding it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar, cast
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import DomainError
from clinicity.language.permits import Permit
from patients.consents import current
from patients.models import Consent, Patient, Purpose
from patients.selectors.people import SURVIVOR, patient_get
from patients.selectors.rows import rows_of

# Whose own record it is.
OWNERS = frozenset({Role.PATIENT, Role.PROXY})


class NoConsent(DomainError):
    """The patient doesn't agree to what this would use their data for."""

    type = "no-consent"
    title = "The patient doesn't agree to this."
    status: ClassVar[int] = HTTPStatus.FORBIDDEN


def consents(actor: Actor, patient_id: UUID) -> list[Consent]:
    """Every decision, the newest first."""
    patient_get(actor, patient_id)
    return rows_of(actor, patient_id, Consent, "-id")


def agrees(actor: Actor, patient_id: UUID, *purposes: Purpose) -> bool:
    """Whether the newest decisions agree to all of these. An unknown patient doesn't."""
    return {purpose.value for purpose in purposes} <= _agreed(actor, patient_id)


def demand_consent(actor: Actor, patient_id: UUID, *purposes: Purpose) -> None:
    """Raise `NoConsent` unless the newest decisions agree to each of these purposes."""
    agreed = _agreed(actor, patient_id)
    for purpose in purposes:
        if purpose.value not in agreed:
            raise NoConsent(f"There is no consent to {purpose.label}.", purpose=purpose.value)


def withdrawn_count(actor: Actor, ids: Sequence[UUID], *purposes: Purpose) -> int:
    """How many of these patients don't agree to all of the purposes."""
    wanted = [purpose.value for purpose in purposes]
    with acting_as(actor):
        rows = Patient.objects.filter(id__in=ids, deleted_at__isnull=True)
        return rows.exclude(consents__contains=wanted).count()


def demand_export(actor: Actor, patient_id: UUID, purpose: Purpose = Purpose.CARE) -> None:
    """Before a copy of the record leaves: for care unless a purpose is named.

    People have their own data whatever they agree to (GDPR articles 15 and 20).
    """
    if actor.role not in OWNERS:
        demand_consent(actor, patient_id, purpose)


def demand_external_model(actor: Actor, patient_id: UUID) -> Permit:
    """The permit without which a client of a model outside sends nothing of a patient.

    It is good for one call: consent is asked for each time, and withdrawn at once.
    """
    demand_consent(actor, patient_id, Purpose.CARE, Purpose.EXTERNAL_LLM)
    return Permit(actor.id, patient_id, clock.now())


def consents_outdated(patient: Patient, decisions: Sequence[Consent]) -> set[str]:
    """Purposes that were agreed to in an older text than the one that is asked now."""
    newest = {row.purpose: row for row in reversed(decisions)}
    return {
        purpose
        for purpose in patient.consents
        if purpose not in newest or newest[purpose].text_version != current()
    }


def _agreed(actor: Actor, patient_id: UUID) -> set[str]:
    """What is agreed to now; of a record that was merged, the other one's decisions count."""
    with acting_as(actor, patient_id):
        rows = Patient.objects.filter(id=patient_id, deleted_at__isnull=True)
        own = rows.annotate(survivor=SURVIVOR).values_list("consents", "survivor").first()
    survivor = cast("UUID | None", own[1]) if own else None
    if survivor:
        return _agreed(actor, survivor)
    return set(own[0]) if own else set()
