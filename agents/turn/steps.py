"""A turn: a visible list of steps over one context.

authorise → triage → plan → retrieve → specialists in parallel → aggregate → verify,
and whatever happened: persist and audit. A step stops the turn by raising; the closing
step still runs and keeps what is known. Steps that touch the record are given as `Ports`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from agents.turn.aggregate import Answer, aggregate, confidence
from agents.turn.engines import Engine
from agents.turn.evidence import SEARCHED, Evidence, Kind, numbered
from agents.turn.question import Question, understand
from agents.turn.relevance import question_kinds, uncovered
from agents.turn.specialists import Specialist, specialists
from agents.turn.triage import Triage, triage
from agents.turn.views import Confidence, Finding, Part, View
from agents.turn.window import Window
from clinicity.common.exceptions import Unavailable
from clinicity.language.compose import (
    day,
    listed,
    not_searched,
    nothing_about,
    nothing_found,
    would_need,
)
from clinicity.language.verify import Dropped, Sentence, verify

# What would help to answer what the record leaves open.
NEEDED = {
    Kind.READING: "readings of it, from a device or typed in",
    Kind.QUESTIONNAIRE: "a questionnaire that asks about it",
    Kind.LAB: "a laboratory result of it",
    Kind.PASSAGE: "a letter or report that mentions it",
    Kind.TIMELINE: "an entry of the timeline about it",
}


class Ports(Protocol):
    """What a turn may ask of the record. Each call is one short read as the actor."""

    def authorise(self) -> None: ...

    def last_visit(self) -> date | None: ...

    def retrieve(self, kind: Kind, question: Question) -> Sequence[Evidence]: ...

    def persist(self, context: "Context") -> None: ...

    def tell(self, step: str, done: int, total: int) -> None:
        """Keep that a step begins; raises Stopped when that was asked for."""


class Stopped(Exception):
    """The person who asked has stopped the turn."""


@dataclass
class Context:
    """What is known so far. Each step reads what earlier ones left, and adds its own."""

    text: str
    now: datetime
    engine: Engine
    window: Window | None = None
    question: Question | None = None
    triage: Triage | None = None
    plan: tuple[Kind, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    views: tuple[View, ...] = ()
    answer: Answer | None = None
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Finding, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    confidence: Confidence | None = None
    abstained: bool = False
    failure: str = ""
    unsearched: list[Kind] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    @property
    def asked(self) -> Question:
        if self.question is None:
            raise RuntimeError("The question is read in the first steps.")
        return self.question

    @property
    def specialists(self) -> tuple[Specialist, ...]:
        known = specialists()
        return tuple(known[role] for role in (self.triage.roles if self.triage else ()))


Step = Callable[[Context, Ports], None]


def authorise(context: Context, ports: Ports) -> None:
    ports.authorise()


def triage_question(context: Context, ports: Ports) -> None:
    context.question = understand(
        context.text,
        today=context.now.date(),
        window=context.window,
        last_visit=ports.last_visit(),
    )
    context.triage = triage(context.question, specialists())


def plan(context: Context, ports: Ports) -> None:
    """What the called specialists look at, in the order of the kinds."""
    wanted = {kind for one in context.specialists for kind in one.kinds}
    if context.asked.is_broad:
        wanted &= question_kinds(context.asked)
    context.plan = tuple(kind for kind in Kind if kind in wanted)


def retrieve(context: Context, ports: Ports) -> None:
    """One read for each kind. A store that is away is said, and doesn't end the turn."""
    found: list[Evidence] = []
    for kind in context.plan:
        try:
            found += ports.retrieve(kind, context.asked)
        except Unavailable:
            context.unsearched.append(kind)
    context.evidence = numbered(found)


def ask_specialists(context: Context, ports: Ports) -> None:
    """All at once, over the same numbered evidence; none sees another's view."""
    called = context.specialists
    with ThreadPoolExecutor(max_workers=max(1, len(called))) as pool:
        views = pool.map(
            lambda one: context.engine.view(one, context.asked, context.evidence), called
        )
        context.views = tuple(views)


def aggregate_views(context: Context, ports: Ports) -> None:
    context.answer = aggregate(context.views)


def verify_answer(context: Context, ports: Ports) -> None:
    """Keep what the evidence supports; abstain when nothing is left."""
    found = context.answer.findings if context.answer else ()
    spans = {item.number: item.span for item in context.evidence}
    verified = verify([finding.sentence for finding in found], spans)
    kept = set(verified.kept)
    context.findings = tuple(finding for finding in found if finding.sentence in kept)
    context.dropped = verified.dropped
    context.abstained = not any(f.part == Part.FINDING for f in context.findings)
    context.gaps = tuple(_gaps(context))
    context.confidence = _confidence(context)


# The list that is the turn. Every name is also what the page shows while it runs.
STEPS: Sequence[tuple[str, Step]] = (
    ("authorise", authorise),
    ("triage", triage_question),
    ("plan", plan),
    ("retrieve", retrieve),
    ("specialists", ask_specialists),
    ("aggregate", aggregate_views),
    ("verify", verify_answer),
)


def run(context: Context, ports: Ports) -> Context:
    """Run the steps; the closing one always runs. Raises what a step raised, afterwards."""
    total = len(STEPS) + 1
    try:
        for done, (name, step) in enumerate(STEPS):
            ports.tell(name, done, total)
            step(context, ports)
            context.steps.append(name)
    except BaseException as error:
        context.failure = type(error).__name__
        raise
    finally:
        ports.persist(context)
    return context


def _searched(context: Context) -> str:
    return listed([SEARCHED[kind] for kind in context.plan if kind not in context.unsearched])


def _gaps(context: Context) -> list[Finding]:
    """What was asked and not found, in plain words, with what would be needed."""
    away = [SEARCHED[kind] for kind in context.unsearched]
    return [*_missing(context), *([_gap(not_searched(away))] if away else [])]


def _missing(context: Context) -> list[Finding]:
    searched = _searched(context)
    if window := context.asked.window:
        searched += f", {day(window.start)} to {day(window.end)}"
    if context.abstained:
        needed = would_need([text for kind, text in NEEDED.items() if kind in context.plan])
        return [_gap(nothing_found(searched=searched)), _gap(needed)]
    said = (finding.sentence.text for finding in context.findings)
    missing = uncovered(context.asked, said, {item.kind for item in _cited(context)})
    return [_gap(nothing_about(missing, searched=searched))] if missing else []


def _gap(text: str) -> Finding:
    return Finding(Sentence(text, ()), part=Part.GAP)


def _confidence(context: Context) -> Confidence:
    return confidence(
        _cited(context),
        disagree=any(finding.part == Part.CONFLICT for finding in context.findings),
        now=context.now,
    )


def _cited(context: Context) -> list[Evidence]:
    """The evidence that the findings rest on."""
    found = (finding for finding in context.findings if finding.part == Part.FINDING)
    numbers = {number for finding in found for number in finding.sentence.cites}
    return [item for item in context.evidence if item.number in numbers]
