"""Reading conversations and notes. Everything starts from an actor."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from agents.models import (
    AnswerSentence,
    ChatSession,
    Citation,
    Note,
    NoteRevision,
    Turn,
    TurnEvent,
)
from agents.permissions import demand_asker
from agents.turn.views import Part
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from clinicity.knowledge import graph
from clinicity.knowledge.graph import Graph
from clinicity.privacy import keyring
from patients import selectors as patients
from patients.models import Purpose


@dataclass(frozen=True)
class Said:
    """A sentence of an answer with its sources."""

    sentence: AnswerSentence
    citations: Sequence[Citation]


@dataclass(frozen=True)
class Answered:
    """A turn and what was said in it, in order."""

    turn: Turn
    said: Sequence[Said] = field(default_factory=tuple)

    @property
    def text(self) -> str:
        return " ".join(one.sentence.text for one in self.said)

    @property
    def abstained(self) -> bool:
        return self.turn.state == Turn.State.ABSTAINED

    @property
    def findings(self) -> list[Said]:
        return [one for one in self.said if one.sentence.part != Part.GAP]

    @property
    def gaps(self) -> list[Said]:
        return [one for one in self.said if one.sentence.part == Part.GAP]

    @property
    def sources(self) -> list[Citation]:
        """Each cited source once, by its number."""
        unique = {cited.number: cited for one in self.said for cited in one.citations}
        return [unique[number] for number in sorted(unique)]


@dataclass(frozen=True)
class Happened:
    """One numbered event of a turn, with the sentence that it tells of."""

    event: TurnEvent
    said: Said | None = None


def session_get(actor: Actor, session_id: UUID) -> ChatSession:
    """A conversation of one's own, about a patient whom one may still see."""
    demand_asker(actor)
    with acting_as(actor):
        session = ChatSession.objects.filter(id=session_id, created_by=actor.id).first()
    if session is None:
        raise NotFound("There is no such conversation.")
    return session


def sessions(actor: Actor, patient_id: UUID, *, size: int = 20) -> list[ChatSession]:
    """The actor's conversations about a patient, newest first."""
    with acting_as(actor):
        keyring.preload([patient_id])
        rows = ChatSession.objects.filter(created_by=actor.id, patient_id=patient_id)
        return list(rows.order_by("-id")[:size])


def sessions_page(
    actor: Actor, *, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[ChatSession]:
    """The actor's conversations about all their patients, newest first."""
    demand_asker(actor)
    with acting_as(actor):
        rows = ChatSession.objects.filter(created_by=actor.id, patient__deleted_at__isnull=True)
        if after := cursor_id(cursor):
            rows = rows.filter(id__lt=after)
        found = list(rows.select_related("patient").order_by("-id")[: size + 1])
        keyring.preload(row.patient_id for row in found)
        _record_read(actor, None, len(found))
    return page_of(found, size=size, key=lambda session: session.id)


def turn_get(actor: Actor, turn_id: UUID) -> Answered:
    with acting_as(actor):
        turn = Turn.objects.filter(id=turn_id, asked_by=actor.id).first()
        if turn is None:
            raise NotFound("There is no such turn.")
        return _answered([turn])[0]


def turns(actor: Actor, session_id: UUID) -> list[Answered]:
    """A conversation from its beginning, with the read on record."""
    session = session_get(actor, session_id)
    with acting_as(actor):
        rows = list(Turn.objects.filter(session_id=session_id).order_by("number"))
        _record_read(actor, session.patient_id, len(rows))
        return _answered(rows)


def history(
    actor: Actor,
    *,
    patient_id: UUID | None = None,
    session_id: UUID | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Answered]:
    """The actor's own turns, newest first."""
    demand_asker(actor)
    if patient_id:
        patients.patient_get(actor, patient_id)
    with acting_as(actor):
        rows = Turn.objects.filter(asked_by=actor.id).order_by("-id")
        rows = rows.filter(patient_id=patient_id) if patient_id else rows
        rows = rows.filter(session_id=session_id) if session_id else rows
        if after := cursor_id(cursor):
            rows = rows.filter(id__lt=after)
        page = page_of(list(rows[: size + 1]), size=size, key=lambda turn: turn.id)
        _record_read(actor, patient_id, len(page.items))
        return Page(_answered(page.items), page.next_cursor)


def events_after(actor: Actor, turn_id: UUID, sequence: int) -> list[Happened]:
    """What happened in a turn after a numbered event: how a client resumes."""
    with acting_as(actor):
        rows = TurnEvent.objects.filter(
            turn_id=turn_id, turn__asked_by=actor.id, sequence__gt=sequence
        )
        found = list(rows.select_related("sentence", "turn").order_by("sequence"))
        told = {
            said.sentence.id: said for said in _said([e.sentence for e in found if e.sentence])
        }
    return [
        Happened(event, told[event.sentence_id] if event.sentence_id else None)
        for event in found
    ]


def note_get(actor: Actor, note_id: UUID) -> list[NoteRevision]:
    """A note's revisions, newest first. A draft is its author's alone."""
    with acting_as(actor):
        rows = NoteRevision.objects.filter(note_id=note_id).select_related("note")
        found = list(rows.order_by("-number"))
        if not found or not _readable(actor, found[0]):
            raise NotFound("There is no such note.")
        audit.record_read(
            by=actor, act="note.read", subject="note", subject_id=note_id,
            patient_id=found[0].patient_id,
        )  # fmt: skip
    return found


def notes(actor: Actor, patient_id: UUID, *, size: int = 20) -> list[NoteRevision]:
    """The newest revision of each note that the actor may read, newest note first."""
    with acting_as(actor):
        rows = (
            NoteRevision.objects.filter(patient_id=patient_id)
            .select_related("note")
            .order_by("-note_id", "-number")
            .distinct("note_id")
        )
        return [row for row in rows[:size] if _readable(actor, row)]


def patient_graph(actor: Actor, patient_id: UUID) -> Graph:
    """What is linked to what in a patient's record, each link with the row it is from."""
    demand_asker(actor)
    patients.patient_get(actor, patient_id)
    patients.demand_consent(actor, patient_id, Purpose.CARE)
    return graph.store().read(actor, patient_id)


def drafts(actor: Actor, *, size: int = 20) -> list[NoteRevision]:
    """The actor's own notes that still wait for a signature, newest first."""
    with acting_as(actor):
        rows = (
            NoteRevision.objects.filter(note__created_by=actor.id)
            .select_related("patient")
            .order_by("-note_id", "-number")
            .distinct("note_id")
        )
        found = [row for row in rows if row.state == Note.State.DRAFT][:size]
        keyring.preload(row.patient_id for row in found)
    return found


def _readable(actor: Actor, newest: NoteRevision) -> bool:
    return newest.state != Note.State.DRAFT or newest.note.created_by == actor.id


def _answered(rows: Sequence[Turn]) -> list[Answered]:
    """Turns with their sentences and citations, in two more queries."""
    keyring.preload(turn.patient_id for turn in rows)
    sentences = AnswerSentence.objects.filter(turn__in=[turn.id for turn in rows])
    by_turn: dict[UUID, list[Said]] = defaultdict(list)
    for said in _said(sentences.order_by("turn_id", "position")):
        by_turn[said.sentence.turn_id].append(said)
    return [Answered(turn, tuple(by_turn[turn.id])) for turn in rows]


def _said(sentences: Iterable[AnswerSentence]) -> list[Said]:
    rows = list(sentences)
    cited: dict[UUID, list[Citation]] = defaultdict(list)
    found = Citation.objects.filter(sentence__in=[row.id for row in rows])
    for citation in found.order_by("number"):
        cited[citation.sentence_id].append(citation)
    return [Said(row, tuple(cited[row.id])) for row in rows]


def _record_read(actor: Actor, patient_id: UUID | None, count: int) -> None:
    audit.record_read(
        by=actor, act="chat.read", subject="turn", patient_id=patient_id, count=count
    )
