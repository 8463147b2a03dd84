"""Where a citation leads, and how answers and notes look: as JSON and on pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents.forms import TITLES, YOURS, NoteForm
from agents.models import Citation, Note, NoteRevision, Turn
from agents.selectors import Answered, Happened, Said
from agents.turn.evidence import Kind
from agents.turn.notes import LEFT_BLANK, SECTIONS
from agents.turn.steps import STEPS
from agents.turn.views import Part

KINDS: Mapping[str, str | Promise] = {
    Kind.PASSAGE: _("Document"),
    Kind.READING: _("Readings"),
    Kind.TIMELINE: _("Timeline"),
    Kind.QUESTIONNAIRE: _("Questionnaire"),
    Kind.LAB: _("Laboratory"),
    Kind.MEDICATION: _("Medication"),
    Kind.CONDITION: _("Conditions"),
    Kind.TWIN: _("Twin"),
}
ICONS: Mapping[str, str] = {
    Kind.PASSAGE: "document",
    Kind.READING: "chart",
    Kind.TIMELINE: "timeline",
    Kind.QUESTIONNAIRE: "mood",
    Kind.LAB: "symptoms",
    Kind.MEDICATION: "medication",
    Kind.CONDITION: "symptoms",
    Kind.TWIN: "twin",
}
STEP_WORDS: Mapping[str, str | Promise] = {
    "authorise": _("Checking access"),
    "triage": _("Reading the question"),
    "plan": _("Planning"),
    "retrieve": _("Searching the record"),
    "specialists": _("Asking the specialists"),
    "aggregate": _("Putting views together"),
    "verify": _("Checking each sentence"),
}


@dataclass(frozen=True)
class Source:
    """One numbered source: what it says, and where it opens."""

    number: int
    kind: str | Promise
    icon: str
    label: str
    page: int | None
    occurred_at: datetime | None
    quote: str
    url: str


@dataclass(frozen=True)
class Line:
    """A sentence with the sources that it rests on."""

    part: str
    text: str
    sources: Sequence[Source]
    roles: Sequence[str] = ()


@dataclass(frozen=True)
class TurnCard:
    """A turn as the page shows it."""

    turn: Turn
    lines: Sequence[Line]
    gaps: Sequence[Line]
    sources: Sequence[Source]
    dropped: int
    steps: Sequence[tuple[str, str | Promise]]

    @property
    def is_panel(self) -> bool:
        """Several were asked, so that it matters who found what."""
        return len(self.turn.prompts) > 1


@dataclass(frozen=True)
class SectionCard:
    """A section of a note with its field, and the sources of its statements."""

    name: str
    title: str | Promise
    help: str | Promise
    field: Any
    lines: Sequence[Line]


def _passage(patient_id: UUID, source_id: str, place: Mapping[str, str]) -> str:
    page = reverse("documents:document", args=[place["document_id"]])
    return f"{page}?{urlencode({'chunk': source_id})}"


def _reading(patient_id: UUID, source_id: str, place: Mapping[str, str]) -> str:
    window = {"metric": source_id, "start": place["start"], "end": place["end"]}
    return f"{reverse('biometrics:series', args=[patient_id])}?{urlencode(window)}"


def _twin(patient_id: UUID, source_id: str, place: Mapping[str, str]) -> str:
    page = reverse("twins:detail", args=[patient_id])
    return f"{page}?{urlencode({'snapshot': source_id})}"


# The kinds that have a page of their own; every other row is marked on the overview.
PLACES: Mapping[str, Callable[[UUID, str, Mapping[str, str]], str]] = {
    Kind.PASSAGE: _passage,
    Kind.READING: _reading,
    Kind.TWIN: _twin,
}
ANCHORS: Mapping[str, str] = {Kind.TIMELINE: "event"}


def url_of(patient_id: UUID, kind: str, source_id: str, place: Mapping[str, str]) -> str:
    """The page on which a source stands, with its passage or row marked."""
    if kind in PLACES:
        return PLACES[kind](patient_id, source_id, place)
    page = reverse("portal:patient", args=[patient_id])
    return f"{page}#{ANCHORS.get(kind, kind)}-{source_id}"


def citation_url(citation: Citation) -> str:
    return url_of(citation.patient_id, citation.kind, citation.source_id, citation.place)


def citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "n": citation.number,
        "kind": citation.kind,
        "label": citation.label,
        "page": citation.page,
        "quote": citation.quote,
        "occurred_at": citation.occurred_at,
        "url": citation_url(citation),
    }


def said_json(said: Said) -> dict[str, Any]:
    return {
        "position": said.sentence.position,
        "part": said.sentence.part,
        "text": said.sentence.text,
        "roles": said.sentence.roles,
        "citations": [citation_json(citation) for citation in said.citations],
    }


def answer_json(answered: Answered) -> dict[str, Any]:
    turn = answered.turn
    return {
        "answer": answered.text,
        "sentences": [said_json(said) for said in answered.said],
        "confidence": turn.confidence,
        "abstained": answered.abstained,
        "state": turn.state,
        "engine": turn.engine,
        "plan": turn.plan,
        "prompts": turn.prompts,
        "evidence": turn.evidence_count,
        "dropped": turn.dropped,
        "session_id": str(turn.session_id),
        "turn_id": str(turn.id),
    }


def event_json(happened: Happened, answered: Answered | None = None) -> dict[str, Any]:
    """One event of a turn. The last one carries the outcome."""
    event = happened.event
    data: dict[str, Any] = {"turn_id": str(event.turn_id), "sequence": event.sequence}
    if happened.said:
        return data | said_json(happened.said)
    if answered:
        return data | answer_json(answered)
    return data | {"step": event.step, "done": event.done_count, "total": event.total_count}


def turn_card(answered: Answered) -> TurnCard:
    lines = [line_of(said) for said in answered.said]
    return TurnCard(
        turn=answered.turn,
        lines=[line for line in lines if line.part != Part.GAP],
        gaps=[line for line in lines if line.part == Part.GAP],
        sources=[source_of(citation) for citation in answered.sources],
        dropped=sum(answered.turn.dropped.values()),
        steps=[(name, STEP_WORDS[name]) for name, _ in STEPS],
    )


def line_of(said: Said) -> Line:
    return Line(
        said.sentence.part,
        said.sentence.text,
        [source_of(one) for one in said.citations],
        said.sentence.roles,
    )


def source_of(citation: Citation) -> Source:
    return Source(
        citation.number, KINDS[citation.kind], ICONS[citation.kind], citation.label,
        citation.page, citation.occurred_at, citation.quote, citation_url(citation),
    )  # fmt: skip


def note_sections(revision: NoteRevision, form: NoteForm) -> list[SectionCard]:
    return [
        SectionCard(
            name=section,
            title=TITLES[section],
            help=YOURS if section in LEFT_BLANK and revision.state == Note.State.DRAFT else "",
            field=form[section],
            lines=[_note_line(revision, one) for one in revision.sections.get(section, [])],
        )
        for section in SECTIONS
    ]


def note_texts(revision: NoteRevision) -> dict[str, Any]:
    """The note as a form holds it: one statement a line."""
    texts = {
        section: "\n".join(statement["text"] for statement in statements)
        for section, statements in revision.sections.items()
    }
    return {"revision": revision.number, **texts}


def _note_line(revision: NoteRevision, statement: Mapping[str, Any]) -> Line:
    sources = [_note_source(revision.patient_id, raw) for raw in statement["citations"]]
    return Line(Part.FINDING, statement["text"], sources)


def _note_source(patient_id: UUID, raw: Mapping[str, Any]) -> Source:
    on = parse_datetime(raw["occurred_at"]) if raw["occurred_at"] else None
    url = url_of(patient_id, raw["kind"], raw["source_id"], raw["place"])
    return Source(
        raw["number"], KINDS[raw["kind"]], ICONS[raw["kind"]], raw["label"], raw["page"], on,
        raw["quote"], url,
    )  # fmt: skip
