"""Requests to put the record right: accepted, or refused with the words kept."""

from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients.models import Correction
from patients.permissions import demand_decider, demand_writer
from patients.services.rows import patient_locked


def correction_ask(
    *, by: Actor, patient_id: UUID, statement: str, item_kind: str = "",
    item_id: UUID | None = None,
) -> Correction:  # fmt: skip
    """Say what is wrong: the patient, who acts for them, or staff in their name."""
    demand_decider(by)
    if not statement.strip():
        raise Invalid("Say what is wrong.", errors={"statement": ["This is needed."]})
    with acting_as(by, patient_id):
        patient_locked(patient_id)
        asked = Correction(
            patient_id=patient_id, item_kind=item_kind, item_id=item_id,
            statement=statement.strip(), asked_by=by.id,
        )  # fmt: skip
        asked.save(force_insert=True)
        _record(by, "correction.ask", asked)
    return asked


def correction_decide(
    *, by: Actor, patient_id: UUID, correction_id: UUID, state: str, answer: str
) -> Correction:
    """Accept it, once the record is right, or refuse it; both with an answer to the patient."""
    demand_writer(by)
    if state not in (Correction.State.ACCEPTED, Correction.State.REFUSED):
        raise Invalid("Accept or refuse.", errors={"state": ["Choose accepted or refused."]})
    if not answer.strip():
        raise Invalid("Answer the patient.", errors={"answer": ["This is needed."]})
    with acting_as(by, patient_id):
        asked = (
            Correction.objects.select_for_update()
            .filter(id=correction_id, patient_id=patient_id)
            .first()
        )
        if asked is None:
            raise NotFound("There is no such request.")
        if asked.state != Correction.State.OPEN:
            raise Conflict("This request was answered already.")
        asked.state, asked.answer = state, answer.strip()
        asked.decided_by, asked.decided_at = by.id, clock.now()
        asked.save()
        _record(by, f"correction.{state}", asked)
    return asked


def _record(by: Actor, act: str, asked: Correction) -> None:
    audit.record(
        by=by, act=act, subject="correction", subject_id=asked.id, patient_id=asked.patient_id,
        item_kind=asked.item_kind, item_id=str(asked.item_id or ""),
    )  # fmt: skip
