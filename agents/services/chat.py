"""Beginning a conversation and asking in it. Answering is `turns`."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max

from agents.models import ChatSession, Turn
from agents.permissions import demand_asker
from agents.selectors import Answered, turn_get
from agents.services.turns import LEASE, turn_run
from agents.turn.question import LONGEST
from agents.turn.window import Window
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events, jobs
from clinicity.common.actors import WORKER, Actor
from clinicity.common.exceptions import Invalid, NotFound
from patients.models import Purpose
from patients.selectors import demand_consent, patient_get

# The one engine that is built; others join it in `agents.turn.engines`.
ENGINE = "extractive"
TITLE = 80


@dataclass(frozen=True, slots=True)
class Question:
    """What a person sends: the words, and the window that they brushed."""

    text: str
    window: Window | None = None


def session_create(*, by: Actor, patient_id: UUID, title: str = "") -> ChatSession:
    demand_asker(by)
    with acting_as(by):
        patient_get(by, patient_id)
        demand_consent(by, patient_id, Purpose.CARE)
        session = ChatSession(patient_id=patient_id, created_by=by.id, title=title[:TITLE])
        session.save(force_insert=True)
        audit.record(
            by=by, act="chat.session", subject="chat_session", subject_id=session.id,
            patient_id=patient_id,
        )  # fmt: skip
    return session


def question_ask(
    *,
    by: Actor,
    asked: Question,
    session_id: UUID | None = None,
    patient_id: UUID | None = None,
) -> Turn:
    """Ask in a conversation, or in a new one about the patient; a worker answers."""
    with acting_as(by):
        session_id = _session_for(by, session_id, patient_id)
        return turn_ask(by=by, session_id=session_id, question=asked.text, window=asked.window)


def turn_retry(*, by: Actor, turn_id: UUID) -> Answered:
    """Ask the same once more, as a turn of its own, and answer it here and now."""
    before = turn_get(by, turn_id).turn
    window = None
    if before.window_start and before.window_end:
        window = Window(before.window_start, before.window_end)
    asked = Question(before.question, window)
    return question_answer(by=by, asked=asked, session_id=before.session_id)


def turn_ask(
    *, by: Actor, session_id: UUID, question: str, window: Window | None = None
) -> Turn:
    """Record the question; a worker answers it."""
    return _ask(by, session_id, question, window, Turn.State.REQUESTED)


def turn_begin(
    *,
    by: Actor,
    asked: Question,
    session_id: UUID | None = None,
    patient_id: UUID | None = None,
) -> Turn:
    """Record the question, already claimed by this process, which answers it at once.

    Without a conversation a new one about the patient begins.
    """
    with acting_as(by):
        session_id = _session_for(by, session_id, patient_id)
        return _ask(by, session_id, asked.text, asked.window, Turn.State.RUNNING)


def question_answer(
    *,
    by: Actor,
    asked: Question,
    session_id: UUID | None = None,
    patient_id: UUID | None = None,
) -> Answered:
    """Ask and answer, here and now."""
    turn = turn_begin(by=by, asked=asked, session_id=session_id, patient_id=patient_id)
    turn_run(turn=turn)
    return turn_get(by, turn.id)


def turn_stop(*, by: Actor, turn_id: UUID) -> None:
    """Ask a turn to stop at its next step. One that has ended stays as it is."""
    with acting_as(by):
        turn = Turn.objects.select_for_update().filter(id=turn_id, asked_by=by.id).first()
        if turn is None:
            raise NotFound("There is no such turn.")
        if turn.has_ended or turn.stop_requested_at:
            return
        turn.stop_requested_at = clock.now()
        turn.save(update_fields=["stop_requested_at"])
        audit.record(
            by=by,
            act="chat.stop",
            subject="turn",
            subject_id=turn.id,
            patient_id=turn.patient_id,
        )


def _ask(
    by: Actor, session_id: UUID, question: str, window: Window | None, state: Turn.State
) -> Turn:
    demand_asker(by)
    text = question.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(f"A question has 1 to {LONGEST} characters.")
    with acting_as(by):
        session = _own_session_locked(by, session_id)
        demand_consent(by, session.patient_id, Purpose.CARE)
        turn = _turn_of(session, by, text, window, state)
        turn.save(force_insert=True)
        _name_after_first_question(session, turn)
        _call_worker(turn)
        audit.record(
            by=by, act="chat.ask", subject="turn", subject_id=turn.id,
            patient_id=turn.patient_id, session_id=str(session.id), characters=len(text),
        )  # fmt: skip
    return turn


def _session_for(by: Actor, session_id: UUID | None, patient_id: UUID | None) -> UUID:
    """The conversation to go on with, or a new one. Never one about another patient."""
    if session_id is None and patient_id is None:
        raise Invalid("Say about whom: patient_id, or session_id to go on.")
    if session_id is None and patient_id is not None:
        return session_create(by=by, patient_id=patient_id).id
    session = _own_session_locked(by, session_id)
    if patient_id is not None and session.patient_id != patient_id:
        raise NotFound("There is no such conversation about this patient.")
    return session.id


def _call_worker(turn: Turn) -> None:
    """A worker answers. Where this process does, one only looks whether it lived to do so."""
    about, turn_id = turn.patient_id, str(turn.id)
    if turn.lease_until is None:
        events.publish("agents.turn_requested", patient_id=about, turn_id=turn_id)
        return
    jobs.enqueue(
        "agents.tasks.answer", by=WORKER, patient_id=about, not_before=turn.lease_until,
        turn_id=turn_id,
    )  # fmt: skip


def _turn_of(
    session: ChatSession, by: Actor, text: str, window: Window | None, state: Turn.State
) -> Turn:
    return Turn(
        patient_id=session.patient_id, session=session, number=_next_number(session),
        question=text, asked_by=by.id, asked_as=by.role, engine=ENGINE, state=state,
        lease_until=clock.now() + LEASE if state == Turn.State.RUNNING else None,
        window_start=window.start if window else None,
        window_end=window.end if window else None,
    )  # fmt: skip


def _own_session_locked(by: Actor, session_id: UUID | None) -> ChatSession:
    own = ChatSession.objects.select_for_update().filter(
        id=session_id or UUID(int=0), created_by=by.id
    )
    session = own.first()
    if session is None:
        raise NotFound("There is no such conversation.")
    return session


def _next_number(session: ChatSession) -> int:
    last = Turn.objects.filter(session=session).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _name_after_first_question(session: ChatSession, turn: Turn) -> None:
    if not session.title:
        session.title = turn.question[:TITLE]
        session.save(update_fields=["title"])
