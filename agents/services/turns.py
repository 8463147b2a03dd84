"""Answering a turn: claim it, run its steps over the record, keep what came out.

Whoever asked may run it in their own process. A job then comes when the lease ends: it
finds the turn done, or takes it over from a process that died.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Max, Q

from agents import tools
from agents.models import AnswerSentence, Citation, Turn, TurnEvent
from agents.turn import steps
from agents.turn.engines import ENGINES
from agents.turn.evidence import Evidence, Kind
from agents.turn.question import Question
from agents.turn.steps import Context
from agents.turn.views import Finding
from agents.turn.window import Window
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, live
from clinicity.common.actors import WORKER, Actor, Role
from clinicity.common.exceptions import DomainError
from patients.models import Purpose
from patients.selectors import demand_consent, patient_get

LEASE = timedelta(seconds=30)


class StillRunning(RuntimeError):
    """Another process answers this turn; look again later."""


def turn_answer(*, patient_id: UUID, turn_id: UUID) -> None:
    """Answer a waiting turn; safe to call twice. Raises StillRunning, or what failed."""
    turn = _claim(patient_id, turn_id)
    if turn is not None:
        turn_run(turn=turn)
    elif not _has_ended(patient_id, turn_id):
        raise StillRunning(str(turn_id))


def turn_run(*, turn: Turn) -> None:
    """Run the steps of a turn that this process has claimed."""
    window = None
    if turn.window_start and turn.window_end:
        window = Window(turn.window_start, turn.window_end)
    context = Context(turn.question, clock.now(), ENGINES[turn.engine], window=window)
    # What refused or stopped it has been kept by the closing step.
    with suppress(steps.Stopped, DomainError):
        steps.run(context, Record(turn, context))


class Record:
    """The chart as one turn sees it: read as who asked, kept as the worker."""

    def __init__(self, turn: Turn, context: Context) -> None:
        self.turn = turn
        actor = Actor(turn.asked_by, Role(turn.asked_as))
        self.asked = tools.Asked(actor, turn.patient_id, context.now)
        self.sequence = _last_sequence(turn)

    def authorise(self) -> None:
        """Access or consent may have ended since the question was asked."""
        patient_get(self.asked.actor, self.turn.patient_id)
        demand_consent(self.asked.actor, self.turn.patient_id, Purpose.CARE)

    def last_visit(self) -> date | None:
        return tools.last_visit(self.asked)

    def retrieve(self, kind: Kind, question: Question) -> Sequence[Evidence]:
        return tools.retrieve(kind, self.asked, question)

    def tell(self, step: str, done: int, total: int) -> None:
        with acting_as(WORKER, self.turn.patient_id):
            if Turn.objects.filter(id=self.turn.id, stop_requested_at__isnull=False).exists():
                raise steps.Stopped
            event = self._event(TurnEvent.Kind.STEP)
            event.step, event.done_count, event.total_count = step, done, total
            self._keep([event])

    def persist(self, context: Context) -> None:
        """Everything in one transaction: sentences, sources, state, events, trail."""
        with acting_as(WORKER, self.turn.patient_id):
            events = [
                self._event(TurnEvent.Kind.SENTENCE, sentence)
                for sentence in _keep_sentences(self.turn, context)
            ]
            _keep_outcome(self.turn, context)
            self._keep([*events, self._event(TurnEvent.Kind.DONE)])
            _record(self.asked.actor, self.turn, context)

    def _event(self, kind: TurnEvent.Kind, sentence: AnswerSentence | None = None) -> TurnEvent:
        self.sequence += 1
        return TurnEvent(
            patient_id=self.turn.patient_id, turn=self.turn, sequence=self.sequence, kind=kind,
            sentence=sentence,
        )  # fmt: skip

    def _keep(self, events: Sequence[TurnEvent]) -> None:
        """Write the events, and tell who listens from which number on."""
        TurnEvent.objects.bulk_create(events)
        live.push_after_commit(
            group_of(self.turn.session_id), "turn.event", turn_id=str(self.turn.id),
            sequence=events[0].sequence, count=len(events),
        )  # fmt: skip


def group_of(session_id: UUID) -> str:
    """The channel group of a conversation."""
    return f"chat.{session_id}"


def _claim(patient_id: UUID, turn_id: UUID) -> Turn | None:
    """Take the turn if it waits, or if the process that ran it has died."""
    now = clock.now()
    free = Q(state=Turn.State.REQUESTED) | Q(state=Turn.State.RUNNING, lease_until__lt=now)
    with acting_as(WORKER, patient_id):
        taken = Turn.objects.filter(free, id=turn_id).update(
            state=Turn.State.RUNNING, lease_until=now + LEASE
        )
        return Turn.objects.get(id=turn_id) if taken else None


def _has_ended(patient_id: UUID, turn_id: UUID) -> bool:
    with acting_as(WORKER, patient_id):
        return Turn.objects.get(id=turn_id).has_ended


def _last_sequence(turn: Turn) -> int:
    with acting_as(WORKER, turn.patient_id):
        events = TurnEvent.objects.filter(turn=turn)
        return events.aggregate(last=Max("sequence"))["last"] or 0


def _keep_sentences(turn: Turn, context: Context) -> list[AnswerSentence]:
    """Sources get their numbers anew, from 1, in the order in which they are cited."""
    by_number = {item.number: item for item in context.evidence}
    findings = (*context.findings, *context.gaps)
    cited = dict.fromkeys(number for finding in findings for number in finding.sentence.cites)
    anew = {number: place for place, number in enumerate(cited, start=1)}
    rows = [
        AnswerSentence(
            patient_id=turn.patient_id, turn=turn, position=position, part=finding.part,
            text=finding.sentence.text, roles=_roles(context, finding),
        )
        for position, finding in enumerate(findings, start=1)
    ]  # fmt: skip
    kept = AnswerSentence.objects.bulk_create(rows)
    Citation.objects.bulk_create(
        _citation(sentence, by_number[number], anew[number])
        for sentence, finding in zip(kept, findings, strict=True)
        for number in finding.sentence.cites
    )
    return kept


def _citation(sentence: AnswerSentence, item: Evidence, number: int) -> Citation:
    return Citation(
        patient_id=sentence.patient_id, sentence=sentence, number=number, kind=item.kind,
        source_id=item.source_id, label=item.label, page=item.page, quote=item.text,
        occurred_at=item.occurred_at, place=dict(item.place),
    )  # fmt: skip


def _roles(context: Context, finding: Finding) -> list[str]:
    return [
        view.role
        for view in context.views
        if any(found.sentence == finding.sentence for found in view.findings)
    ]


def _keep_outcome(turn: Turn, context: Context) -> None:
    turn.state = _state(context)
    turn.finished_at = clock.now()
    turn.plan = _plan(context)
    turn.confidence = context.confidence.text if context.confidence else ""
    turn.prompts = {
        view.role: {"version": view.prompt_version, "digest": view.prompt_digest}
        for view in context.views
    }
    turn.evidence_count = len(context.evidence)
    turn.dropped = dict(Counter(dropped.fault.name.lower() for dropped in context.dropped))
    turn.failure = context.failure
    turn.save(
        update_fields=[
            "state", "finished_at", "plan", "confidence", "prompts", "evidence_count",
            "dropped", "failure",
        ]
    )  # fmt: skip


def _state(context: Context) -> Turn.State:
    if context.failure:
        stopped = context.failure == steps.Stopped.__name__
        return Turn.State.STOPPED if stopped else Turn.State.FAILED
    return Turn.State.ABSTAINED if context.abstained else Turn.State.ANSWERED


def _plan(context: Context) -> dict[str, object]:
    """What the page unfolds: who was asked, why, over which kinds, and what each saw."""
    if context.triage is None:
        return {}
    return {
        "complexity": context.triage.complexity,
        "reason": context.triage.reason,
        "scores": dict(context.triage.scores),
        "kinds": list(context.plan),
        "steps": context.steps,
        "views": [
            {
                "role": view.role,
                "title": view.title,
                "looked_at": len(view.looked_at),
                "findings": len(view.findings),
            }
            for view in context.views
        ],
    }


def _record(actor: Actor, turn: Turn, context: Context) -> None:
    audit.record(
        by=actor, act="chat.answer", subject="turn", subject_id=turn.id,
        patient_id=turn.patient_id, state=turn.state, engine=turn.engine,
        evidence=len(context.evidence), sentences=len(context.findings),
        dropped=len(context.dropped), prompts=sorted(turn.prompts),
        prompt_sha256={role: each["digest"] for role, each in turn.prompts.items()},
        answer_sha256=audit.sha256_of(
            "\n".join(each.sentence.text for each in (*context.findings, *context.gaps))
        ),
    )  # fmt: skip
