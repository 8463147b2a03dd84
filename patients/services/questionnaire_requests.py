"""Asking patients to answer: once or repeated, due, overdue, taken back, answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients import instruments
from patients.instruments.schedule import latest_due
from patients.models import (
    QuestionnaireDraft,
    QuestionnaireLink,
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireSchedule,
)
from patients.permissions import demand_answerer, demand_writer
from patients.services.questionnaires import Filled, response_keep, writer_for
from patients.services.rows import row_add

State = QuestionnaireRequest.State
LONGEST_DAYS = 366


def questionnaire_assign(
    *,
    by: Actor,
    patient_id: UUID,
    instrument: str,
    starts_at: datetime | None = None,
    every_days: int | None = None,
    until: datetime | None = None,
) -> QuestionnaireSchedule:
    """Ask for an instrument once, or every so many days. What is due by now is made at once."""
    instruments.instrument_of(instrument)
    starts_at = starts_at or clock.now()
    _demand_sensible(starts_at, every_days, until)
    row = QuestionnaireSchedule(
        patient_id=patient_id, instrument=instrument, starts_at=starts_at,
        every_days=every_days, until=until, assigned_by=by.id,
    )  # fmt: skip
    with acting_as(by, patient_id):
        row_add(by=by, row=row, act="questionnaire_schedule.add")
        _make_due([row], clock.now())
    return row


def questionnaire_schedule_end(*, by: Actor, schedule_id: UUID) -> QuestionnaireSchedule:
    """Ask no more. What is due and unanswered is taken back as well."""
    demand_writer(by)
    with acting_as(by):
        row = QuestionnaireSchedule.objects.select_for_update().filter(id=schedule_id).first()
        if row is None:
            raise NotFound("There is no such assignment.")
        if row.ended_at is None:
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            _close(row.requests.filter(state=State.DUE), State.REVOKED)
            audit.record(
                by=by, act="questionnaire_schedule.end", subject="questionnaire_schedule",
                subject_id=row.id, patient_id=row.patient_id,
            )  # fmt: skip
    return row


def questionnaire_request_revoke(*, by: Actor, request_id: UUID) -> QuestionnaireRequest:
    """Take one request back: its links open nothing any more."""
    demand_writer(by)
    with acting_as(by):
        request = request_locked(request_id)
        if request.state == State.ANSWERED:
            raise Conflict("It was answered already.")
        _close([request], State.REVOKED)
        _record(by, "questionnaire_request.revoke", request)
    return request


def questionnaire_request_answer(
    *, by: Actor, request_id: UUID, filled: Filled, patient_id: UUID | None = None
) -> QuestionnaireResponse:
    """Keep the answers and close the request, once, however often they are sent."""
    demand_answerer(by)
    with acting_as(by, patient_id):
        patient_id = _visible(request_id).patient_id
    writer = writer_for(by=by, patient_id=patient_id)
    with acting_as(writer, patient_id):
        request = request_locked(request_id)
        if request.instrument != filled.instrument:
            raise Invalid("This request asks for another questionnaire.")
        if request.state == State.ANSWERED and request.response:
            return request.response
        if request.state == State.REVOKED:
            raise Conflict("These questions were taken back. Nobody needs your answers now.")
        row = response_keep(by=by, patient_id=patient_id, filled=filled)
        request.response = row
        _close([request], State.ANSWERED)
        QuestionnaireDraft.objects.filter(request=request).delete()
    return row


def questionnaire_fill(
    *, by: Actor, patient_id: UUID, filled: Filled, request_id: UUID | None = None
) -> QuestionnaireResponse:
    """Keep answers, and close the request that they were asked for by, if by one."""
    if request_id is None:
        return response_keep(by=by, patient_id=patient_id, filled=filled)
    return questionnaire_request_answer(
        by=by, request_id=request_id, filled=filled, patient_id=patient_id
    )


def requests_make_due(*, by: Actor) -> int:
    """Make every request that has fallen due, and remind of what is overdue.

    Safe to run at any time and twice: a schedule has one request a moment.
    """
    now = clock.now()
    with acting_as(by, Scope.ALL_PATIENTS):
        running = QuestionnaireSchedule.objects.filter(ended_at__isnull=True)
        rows = list(running.filter(starts_at__lte=now).order_by("id"))
        made = _make_due(rows, now)
        _remind(now)
    return made


def request_locked(request_id: UUID) -> QuestionnaireRequest:
    request = (
        QuestionnaireRequest.objects.select_for_update(of=("self",))
        .select_related("response")
        .filter(id=request_id)
        .first()
    )
    if request is None:
        raise NotFound("There is no such request.")
    return request


def _visible(request_id: UUID) -> QuestionnaireRequest:
    request = QuestionnaireRequest.objects.filter(id=request_id).first()
    if request is None:
        raise NotFound("There is no such request.")
    return request


def _demand_sensible(
    starts_at: datetime, every_days: int | None, until: datetime | None
) -> None:
    if every_days is not None and not 1 <= every_days <= LONGEST_DAYS:
        raise Invalid(
            "The days between are wrong.",
            errors={"every_days": [f"Between 1 and {LONGEST_DAYS} days."]},
        )
    if until is not None and until <= starts_at:
        raise Invalid(
            "It ends before it starts.", errors={"until": ["The end lies before the start."]}
        )


@dataclass(frozen=True)
class _Due:
    schedule: QuestionnaireSchedule
    at: datetime


def _make_due(schedules: Sequence[QuestionnaireSchedule], now: datetime) -> int:
    due = [
        _Due(row, at)
        for row in schedules
        if (at := latest_due(row.starts_at, row.every_days, row.until, now=now))
    ]
    known = set(
        QuestionnaireRequest.objects.filter(
            schedule__in=[one.schedule for one in due]
        ).values_list("schedule_id", "due_at")
    )
    fresh = [one for one in due if (one.schedule.id, one.at) not in known]
    for one in fresh:
        _make_one(one)
    return len(fresh)


def _make_one(due: _Due) -> None:
    """An older request of the schedule that nobody answered counts as missed from now on."""
    row = due.schedule
    _close(row.requests.filter(state=State.DUE, due_at__lt=due.at), State.MISSED)
    request = QuestionnaireRequest(
        patient_id=row.patient_id, schedule=row, instrument=row.instrument, due_at=due.at
    )
    made = QuestionnaireRequest.objects.bulk_create([request], ignore_conflicts=True)
    events.publish(
        "patients.questionnaire_due", patient_id=row.patient_id, request_id=str(made[0].id)
    )


def _remind(now: datetime) -> None:
    late = now - timedelta(days=settings.QUESTIONNAIRE_OVERDUE_DAYS)
    rows = QuestionnaireRequest.objects.select_for_update(skip_locked=True).filter(
        state=State.DUE, reminded_at__isnull=True, due_at__lt=late
    )
    for request in rows:
        request.reminded_at = now
        request.save(update_fields=["reminded_at"])
        events.publish(
            "patients.questionnaire_overdue", patient_id=request.patient_id,
            request_id=str(request.id),
        )  # fmt: skip


def _close(requests: Iterable[QuestionnaireRequest], state: str) -> None:
    now = clock.now()
    for request in requests:
        request.state, request.closed_at = state, now
        request.save(update_fields=["state", "closed_at", "response"])
        QuestionnaireLink.objects.filter(
            request=request, used_at__isnull=True, revoked_at__isnull=True
        ).update(revoked_at=now)


def _record(by: Actor, act: str, request: QuestionnaireRequest) -> None:
    audit.record(
        by=by, act=act, subject="questionnaire_request", subject_id=request.id,
        patient_id=request.patient_id,
    )  # fmt: skip
