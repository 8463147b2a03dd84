"""Consent by purpose: decisions are added, never changed; the newest counts."""

from collections.abc import Iterable
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Invalid, Refused
from patients.consents import current, versions
from patients.models import Consent, Patient, Proxy, Purpose
from patients.permissions import demand_decider
from patients.selectors.team import acts_for
from patients.services.removal import withdrawal_order, withdrawals_cancel
from patients.services.rows import patient_locked

# What a patient who is registered for care agrees to, unless the registrar says otherwise.
AT_REGISTRATION = (Purpose.CARE, Purpose.MONITORING)


def consent_record(
    *,
    by: Actor,
    patient_id: UUID,
    purpose: str,
    given: bool,
    source: str,
    text_version: str = "",
    note: str = "",
) -> Consent:
    """Note that the patient agrees to a purpose, or withdraws.

    A withdrawal orders the removal of what was derived under it; agreeing again stops what
    of that has not been done yet, and has made again what serves the patient's care.
    """
    demand_decider(by)
    _demand_known(purpose, source, text_version)
    decision = Consent(
        patient_id=patient_id, purpose=purpose, given=given, source=source,
        text_version=text_version, note=note, decided_at=clock.now(), recorded_by=by.id,
    )  # fmt: skip
    with acting_as(by, patient_id):
        patient = patient_locked(patient_id)
        if by.role == Role.PROXY and not acts_for(by, patient_id, Proxy.Part.DECIDE):
            raise Refused("You act for this patient, and don't decide on consent.")
        _decide(by, patient, decision)
    return decision


def _decide(by: Actor, patient: Patient, decision: Consent) -> None:
    """Keep the decision, what the patient agrees to now, and tell of a withdrawal."""
    purpose, given, before = decision.purpose, decision.given, set(patient.consents)
    decision.save(force_insert=True)
    now = before | {purpose} if given else before - {purpose}
    Patient.objects.filter(id=patient.id).update(consents=sorted(now))
    audit.record(
        by=by, act="consent.give" if given else "consent.withdraw", subject="consent",
        subject_id=decision.id, patient_id=patient.id, purpose=purpose, source=decision.source,
    )  # fmt: skip
    if before - now:
        withdrawal_order(by=by, patient=patient, decision=decision)
    elif now - before:
        withdrawals_cancel(patient_id=patient.id, purpose=purpose)
        events.publish("patients.consent_given", patient_id=patient.id, purpose=purpose)


def consents_at_registration(*, by: Actor, patient: Patient, purposes: Iterable[str]) -> None:
    """The first decisions, in the registration's own transaction."""
    for purpose in purposes:
        _demand_known(purpose, Consent.Source.REGISTRATION, current())
    Consent.objects.bulk_create(
        Consent(
            patient_id=patient.id, purpose=purpose, given=True, decided_at=clock.now(),
            source=Consent.Source.REGISTRATION, recorded_by=by.id, text_version=current(),
        )
        for purpose in sorted(set(purposes))
    )  # fmt: skip


def _demand_known(purpose: str, source: str, text_version: str) -> None:
    if purpose not in Purpose.values:
        raise Invalid(
            "There is no such purpose.",
            errors={"purpose": [f"Choose one of {', '.join(Purpose.values)}."]},
        )
    if source not in Consent.Source.values:
        raise Invalid(
            "There is no such source.",
            errors={"source": [f"Choose one of {', '.join(Consent.Source.values)}."]},
        )
    if text_version and text_version not in versions():
        raise Invalid(
            "There is no such text.",
            errors={"text_version": [f"Choose one of {', '.join(versions())}, or none."]},
        )
