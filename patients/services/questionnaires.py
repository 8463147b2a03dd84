"""Answers to questionnaires: kept as given, corrected by a version of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import SYSTEM, Actor, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from patients import instruments
from patients.models import Patient, Proxy, QuestionnaireResponse
from patients.permissions import demand_answerer, demand_writer
from patients.selectors.team import acts_for
from patients.services.questionnaire_marks import (
    marks_put_back,
    marks_remove,
    response_mark,
    self_harm_mark,
)
from patients.services.rows import row_add

Mode = QuestionnaireResponse.Mode
# Clocks of two machines may differ, days of two zones as well.
AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Filled:
    """Answers in the order of the items, and how they came about."""

    instrument: str
    answers: Sequence[int | None]
    answered_at: datetime
    mode: str = Mode.STAFF
    language: str = ""
    wording_version: int | None = None


def questionnaire_response_add(
    *,
    by: Actor,
    patient_id: UUID,
    instrument: str,
    answers: Sequence[int | None],
    answered_at: datetime,
    mode: str = Mode.STAFF,
    language: str = "",
    wording_version: int | None = None,
) -> QuestionnaireResponse:
    """Keep the answers with the score they make, and put it on the timeline."""
    filled = Filled(instrument, answers, answered_at, mode, language, wording_version)
    return response_keep(by=by, patient_id=patient_id, filled=filled)


def response_keep(
    *,
    by: Actor,
    patient_id: UUID,
    filled: Filled,
    corrects: QuestionnaireResponse | None = None,
    reason: str = "",
) -> QuestionnaireResponse:
    """The row, its marks on the timeline, its audit and its event in one transaction."""
    demand_answerer(by)
    answers, found = _assessed(filled)
    row = QuestionnaireResponse(
        patient_id=patient_id, instrument=filled.instrument, answers=answers,
        score=found.total, no_score_reason=found.reason or None,
        answered_at=filled.answered_at, recorded_by=by.id, mode=filled.mode,
        language=filled.language, wording_version=filled.wording_version,
        corrects=corrects, version=corrects.version + 1 if corrects else 1,
        reason=reason or None,
    )  # fmt: skip
    writer = writer_for(by=by, patient_id=patient_id)
    with acting_as(writer, patient_id):
        row_add(
            by=writer, row=row, act="questionnaire.amend" if corrects else "questionnaire.add"
        )
        response_mark(by=writer, row=row, found=found)
        self_harm_mark(by=writer, row=row, found=found, before=corrects)
        events.publish(
            "patients.questionnaire_answered", patient_id=patient_id, response_id=str(row.id)
        )
    return row


def response_amend(
    *,
    by: Actor,
    response_id: UUID,
    answers: Sequence[int | None],
    reason: str,
    answered_at: datetime | None = None,
) -> QuestionnaireResponse:
    """A new version in the place of one that was entered wrongly; the old one stays."""
    demand_writer(by)
    _demand_reason(reason)
    with acting_as(by):
        old = _standing_locked(response_id)
        old.superseded_at = clock.now()
        old.save(update_fields=["superseded_at"])
        marks_remove(by=by, row=old)
        filled = Filled(
            old.instrument, answers, answered_at or old.answered_at, old.mode, old.language,
            old.wording_version,
        )  # fmt: skip
        return response_keep(
            by=by, patient_id=old.patient_id, filled=filled, corrects=old, reason=reason.strip()
        )


def response_error_mark(*, by: Actor, response_id: UUID, reason: str) -> QuestionnaireResponse:
    """Entered in error: it counts nowhere any more, and can be put back."""
    demand_writer(by)
    _demand_reason(reason)
    with acting_as(by):
        row = _standing_locked(response_id)
        row.error_at, row.error_by, row.error_reason = clock.now(), by.id, reason.strip()
        row.save(update_fields=["error_at", "error_by", "error_reason"])
        marks_remove(by=by, row=row)
        _record(by, "questionnaire.entered_in_error", row)
    return row


def response_error_undo(*, by: Actor, response_id: UUID) -> QuestionnaireResponse:
    """It was right after all: it counts again, on the timeline as well."""
    demand_writer(by)
    with acting_as(by):
        row = _locked(response_id)
        if row.error_at is None:
            raise Conflict("These answers aren't marked as entered in error.")
        marked_at = row.error_at
        row.error_at, row.error_by, row.error_reason = None, None, None
        row.save(update_fields=["error_at", "error_by", "error_reason"])
        marks_put_back(by=by, row=row, since=marked_at)
        _record(by, "questionnaire.error_undone", row)
    return row


def writer_for(*, by: Actor, patient_id: UUID) -> Actor:
    """Who writes: staff themselves; for the patient, the system once they are known to be it."""
    if by.role not in (Role.PATIENT, Role.PROXY):
        return by
    with acting_as(by, patient_id):
        if not Patient.objects.filter(id=patient_id, deleted_at__isnull=True).exists():
            raise NotFound("There is no such patient.")
    if by.role == Role.PROXY and not acts_for(by, patient_id, Proxy.Part.ANSWER):
        raise Refused("You act for this patient in other things than answering.")
    return SYSTEM


def _assessed(filled: Filled) -> tuple[list[int | None], instruments.Assessment]:
    instrument = instruments.instrument_of(filled.instrument)
    answers = instruments.normal(instrument, filled.answers)
    if all(answer is None for answer in answers):
        raise Invalid("Nothing was answered.")
    if filled.answered_at > clock.now() + AHEAD:
        raise Invalid(
            "This moment is yet to come.", errors={"answered_at": ["It lies in the future."]}
        )
    return answers, instruments.assess(filled.instrument, answers)


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Say why.", errors={"reason": ["Say why, in a few words."]})


def _standing_locked(response_id: UUID) -> QuestionnaireResponse:
    row = _locked(response_id)
    if not row.is_standing:
        raise Conflict("These answers were corrected or marked as entered in error before.")
    return row


def _locked(response_id: UUID) -> QuestionnaireResponse:
    row = QuestionnaireResponse.objects.select_for_update().filter(id=response_id).first()
    if row is None:
        raise NotFound("There are no such answers.")
    return row


def _record(by: Actor, act: str, row: QuestionnaireResponse) -> None:
    audit.record(
        by=by, act=act, subject="questionnaire", subject_id=row.id, patient_id=row.patient_id
    )
