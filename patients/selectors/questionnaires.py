"""Reading the answers to questionnaires, what is due, and how scores have changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.privacy import keyring
from patients import instruments
from patients.models import (
    Patient,
    QuestionnaireDraft,
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireSchedule,
    SelfHarmReport,
)
from patients.permissions import demand_reader
from patients.selectors.rows import rows_of

MOST_DUE = 100
State = QuestionnaireRequest.State


@dataclass(frozen=True)
class Due:
    """A questionnaire that a patient was asked for and has not answered."""

    request: QuestionnaireRequest
    patient: Patient
    name: str
    overdue: timedelta

    @property
    def overdue_days(self) -> int:
        return self.overdue.days


@dataclass(frozen=True)
class DueList:
    """What waits: reports of self-harm that nobody has seen first, then what is due."""

    reports: list[SelfHarmReport]
    due: list[Due]
    more: bool


@dataclass(frozen=True)
class Trajectory:
    """One instrument's scores, oldest first, and what their change amounts to."""

    instrument: instruments.Instrument
    rows: list[QuestionnaireResponse]
    change: instruments.Change | None
    since_last: instruments.Change | None


def questionnaire_responses(actor: Actor, patient_id: UUID) -> list[QuestionnaireResponse]:
    """Scores that stand, oldest first, as a trajectory."""
    return [row for row in questionnaires_standing(actor, patient_id) if row.score is not None]


def questionnaires_standing(actor: Actor, patient_id: UUID) -> list[QuestionnaireResponse]:
    """Answers that stand, with a score or without, oldest first."""
    rows = rows_of(actor, patient_id, QuestionnaireResponse, "answered_at")
    return [row for row in rows if row.is_standing]


def questionnaires_all(
    actor: Actor, patient_id: UUID, *, instrument: str = ""
) -> list[QuestionnaireResponse]:
    """Corrected versions and what was entered in error as well, newest first."""
    rows = rows_of(actor, patient_id, QuestionnaireResponse, "-answered_at")
    return [row for row in rows if not instrument or row.instrument == instrument]


def questionnaire_get(
    actor: Actor, patient_id: UUID, response_id: UUID
) -> QuestionnaireResponse:
    """One set of answers, with the read on record."""
    demand_reader(actor)
    with acting_as(actor, patient_id):
        row = QuestionnaireResponse.objects.filter(
            id=response_id, patient__record_of=patient_id, patient__deleted_at__isnull=True
        ).first()
        if row is None:
            raise NotFound("There are no such answers.")
        audit.record_read(
            by=actor, act="questionnaire.read", subject="questionnaire", subject_id=row.id,
            patient_id=patient_id,
        )  # fmt: skip
    return row


def questionnaire_versions(
    actor: Actor, row: QuestionnaireResponse
) -> list[QuestionnaireResponse]:
    """A set of answers and everything that it corrects, newest first."""
    rows = rows_of(actor, row.patient_id, QuestionnaireResponse, "-version")
    by_id = {one.id: one for one in rows}
    later = {one.corrects_id: one for one in rows if one.corrects_id}
    newest = row
    while newest.id in later:
        newest = later[newest.id]
    chain: list[QuestionnaireResponse] = []
    at: QuestionnaireResponse | None = by_id.get(newest.id, newest)
    while at:
        chain.append(at)
        at = by_id.get(at.corrects_id) if at.corrects_id else None
    return chain


def questionnaire_trajectories(
    actor: Actor, patient_id: UUID, *, since: datetime | None = None
) -> list[Trajectory]:
    """Per instrument, in the order of the newest answers."""
    rows = questionnaires_standing(actor, patient_id)
    by_code: dict[str, list[QuestionnaireResponse]] = {}
    for row in rows:
        if since is None or row.answered_at >= since:
            by_code.setdefault(row.instrument, []).append(row)
    found = [_trajectory(code, answered) for code, answered in by_code.items()]
    return sorted(found, key=lambda one: one.rows[-1].answered_at, reverse=True)


def questionnaire_requests(
    actor: Actor, patient_id: UUID, *, newest: int = MOST_DUE
) -> list[QuestionnaireRequest]:
    """What a patient was asked for, the newest first."""
    with acting_as(actor, patient_id):
        rows = QuestionnaireRequest.objects.filter(patient__record_of=patient_id)
        return list(rows.select_related("schedule").order_by("-due_at", "-id")[:newest])


def questionnaire_schedules(actor: Actor, patient_id: UUID) -> list[QuestionnaireSchedule]:
    """What runs now."""
    rows = rows_of(actor, patient_id, QuestionnaireSchedule, "starts_at")
    now = clock.now()
    return [
        row
        for row in rows
        if row.ended_at is None and (row.until is None or row.until > now)
        and (row.every_days or row.starts_at > now)
    ]  # fmt: skip


def questionnaire_request_get(actor: Actor, request_id: UUID) -> QuestionnaireRequest:
    demand_reader(actor)
    with acting_as(actor):
        row = QuestionnaireRequest.objects.filter(
            id=request_id, patient__deleted_at__isnull=True
        ).first()
    if row is None:
        raise NotFound("There is no such request.")
    audit.record_read(
        by=actor, act="questionnaire.request_read", subject="questionnaire_request",
        subject_id=row.id, patient_id=row.patient_id,
    )  # fmt: skip
    return row


def questionnaires_due(actor: Actor, *, most: int = MOST_DUE) -> DueList:
    """What waits over all of the actor's patients, the oldest first; for a patient, their own."""
    demand_reader(actor)
    now = clock.now()
    with acting_as(actor):
        reports = list(
            SelfHarmReport.objects.filter(
                seen_at__isnull=True, response__error_at__isnull=True,
                patient__deleted_at__isnull=True,
            )
            .select_related("patient", "response")
            .order_by("-reported_at")[:most]
        )  # fmt: skip
        requests = list(
            QuestionnaireRequest.objects.filter(
                state=State.DUE, due_at__lte=now, patient__deleted_at__isnull=True
            )
            .select_related("patient")
            .order_by("due_at", "id")[: most + 1]
        )
        keyring.preload({row.patient_id for row in (*reports, *requests)})
    audit.record_read(
        by=actor, act="questionnaire.due", subject="questionnaire", count=len(requests[:most]),
        reports=len(reports),
    )  # fmt: skip
    due = [
        Due(row, row.patient, instruments.instrument_of(row.instrument).name, now - row.due_at)
        for row in requests[:most]
    ]
    return DueList(reports, due, len(requests) > most)


def self_harm_reports(actor: Actor, patient_id: UUID) -> list[SelfHarmReport]:
    """One patient's reports that nobody has taken care of, the newest first."""
    with acting_as(actor, patient_id):
        rows = SelfHarmReport.objects.filter(
            patient__record_of=patient_id, seen_at__isnull=True, response__error_at__isnull=True
        )
        return list(rows.select_related("response").order_by("-reported_at"))


def draft_answers(
    actor: Actor, patient_id: UUID, *, instrument: str = "", request_id: UUID | None = None
) -> list[int | None] | None:
    """What was filled in so far: of a request, or by the actor without one."""
    with acting_as(actor, patient_id):
        rows = QuestionnaireDraft.objects.filter(patient_id=patient_id)
        if request_id:
            rows = rows.filter(request_id=request_id)
        else:
            rows = rows.filter(request=None, instrument=instrument, author_id=actor.id)
        draft = rows.first()
    return list(draft.answers) if draft else None


def _trajectory(code: str, rows: list[QuestionnaireResponse]) -> Trajectory:
    instrument = instruments.instrument_of(code)
    scores = [
        instruments.Scored(row.answered_at, float(row.score))
        for row in rows
        if row.score is not None
    ]
    return Trajectory(
        instrument,
        rows,
        instruments.change(instrument, scores),
        instruments.change(instrument, scores[-2:]),
    )
