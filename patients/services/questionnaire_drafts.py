"""Answers so far, sealed: a lost connection loses nothing."""

from collections.abc import Sequence
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, NotFound
from patients import instruments
from patients.models import Patient, QuestionnaireDraft, QuestionnaireRequest
from patients.permissions import demand_answerer, demand_writer
from patients.services.questionnaires import writer_for


def draft_keep(
    *, by: Actor, patient_id: UUID, instrument: str, answers: Sequence[int | None]
) -> QuestionnaireDraft:
    """What a member of staff has filled in so far, until they finish it."""
    demand_writer(by)
    given = instruments.normal(instruments.instrument_of(instrument), answers)
    with acting_as(by, patient_id):
        _demand_patient(patient_id)
        draft, _ = QuestionnaireDraft.objects.get_or_create(
            patient_id=patient_id, instrument=instrument, author_id=by.id, request=None,
            defaults={"answers": given, "changed_at": clock.now()},
        )  # fmt: skip
        draft.answers, draft.changed_at = given, clock.now()
        draft.save(update_fields=["answers", "changed_at"])
    return draft


def draft_drop(*, by: Actor, patient_id: UUID, instrument: str) -> None:
    """It was finished, or is given up."""
    demand_writer(by)
    with acting_as(by, patient_id):
        QuestionnaireDraft.objects.filter(
            patient_id=patient_id, instrument=instrument, author_id=by.id, request=None
        ).delete()


def request_draft_keep(
    *, by: Actor, patient_id: UUID, request_id: UUID, answers: Sequence[int | None]
) -> QuestionnaireDraft:
    """What the patient has answered of a request so far."""
    demand_answerer(by)
    writer = writer_for(by=by, patient_id=patient_id)
    with acting_as(writer, patient_id):
        request = QuestionnaireRequest.objects.filter(
            id=request_id, patient_id=patient_id
        ).first()
        if request is None:
            raise NotFound("There is no such request.")
        if request.state in (request.State.ANSWERED, request.State.REVOKED):
            raise Conflict("This request is closed.")
        given = instruments.normal(instruments.instrument_of(request.instrument), answers)
        draft, _ = QuestionnaireDraft.objects.get_or_create(
            request=request, patient_id=patient_id,
            defaults={
                "instrument": request.instrument, "author_id": by.id, "answers": given,
                "changed_at": clock.now(),
            },
        )  # fmt: skip
        draft.answers, draft.changed_at = given, clock.now()
        draft.save(update_fields=["answers", "changed_at"])
    return draft


def _demand_patient(patient_id: UUID) -> None:
    if not Patient.objects.filter(id=patient_id, deleted_at__isnull=True).exists():
        raise NotFound("There is no such patient.")
