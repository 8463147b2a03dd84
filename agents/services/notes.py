"""Notes: drafted from the chart, edited and signed by a clinician, then only amended.

A note's states are append-only revisions, in the order of one transition table.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from agents import tools
from agents.models import Note, NoteRevision
from agents.permissions import demand_author
from agents.turn.evidence import Evidence, numbered
from agents.turn.notes import DRAFTED_FROM, SECTIONS, NotPossible, drafted, transition
from agents.turn.question import understand
from agents.turn.window import Window
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from clinicity.language.verify import Sentence
from patients.models import Encounter
from patients.selectors import patient_get
from patients.services.timeline import timeline_event_add

LONGEST_SECTION = 20_000
Sections = Mapping[str, list[dict[str, Any]]]


def note_draft(
    *, by: Actor, patient_id: UUID, encounter_id: UUID | None = None
) -> NoteRevision:
    """A draft of what the chart says since the last visit, each statement with its source."""
    demand_author(by)
    patient_get(by, patient_id)
    sections = _drafted_sections(by, patient_id)
    with acting_as(by):
        _demand_encounter(patient_id, encounter_id)
        note = Note(patient_id=patient_id, encounter_id=encounter_id, created_by=by.id)
        note.save(force_insert=True)
        return _revise(by, note, None, act="draft", sections=sections)


def note_edit(
    *, by: Actor, note_id: UUID, revision: int, texts: Mapping[str, str]
) -> NoteRevision:
    """Change a draft. A line that stays as it was keeps its sources."""
    return _change(by, note_id, revision, act="edit", texts=texts)


def note_sign(
    *, by: Actor, note_id: UUID, revision: int, texts: Mapping[str, str] | None = None
) -> NoteRevision:
    """Sign a draft as its author. From then on it is amended, never edited."""
    with acting_as(by):
        signed = _change(by, note_id, revision, act="sign", texts=texts or {})
        timeline_event_add(
            by=by, patient_id=signed.patient_id, kind="note", title="Note signed",
            occurred_at=signed.created_at, source_kind="note", source_id=signed.note_id,
        )  # fmt: skip
    return signed


def note_amend(
    *, by: Actor, note_id: UUID, revision: int, texts: Mapping[str, str], reason: str
) -> NoteRevision:
    """Add an amended revision to a signed note, with the reason for it."""
    if not reason.strip():
        raise Invalid("An amendment needs its reason.", errors={"reason": ["Say why."]})
    return _change(by, note_id, revision, act="amend", texts=texts, reason=reason.strip())


def _change(
    by: Actor,
    note_id: UUID,
    revision: int,
    *,
    act: str,
    texts: Mapping[str, str],
    reason: str = "",
) -> NoteRevision:
    demand_author(by)
    _demand_sections(texts)
    with acting_as(by):
        note = Note.objects.select_for_update().filter(id=note_id).first()
        last = NoteRevision.objects.filter(note_id=note_id).order_by("-number").first()
        if note is None or last is None or not _may_see(by, note, last):
            raise NotFound("There is no such note.")
        if last.number != revision:
            raise Conflict(
                "The note was changed meanwhile. Load it again.", revision=last.number
            )
        return _revise(by, note, last, act=act, sections=_edited(last, texts), reason=reason)


def _revise(
    by: Actor, note: Note, last: NoteRevision | None, *, act: str, sections: Sections,
    reason: str = "",
) -> NoteRevision:  # fmt: skip
    revision = NoteRevision(
        patient_id=note.patient_id, note=note, number=last.number + 1 if last else 1,
        state=_next_state(last.state if last else "", act), sections=sections, reason=reason,
        written_by=by.id,
    )  # fmt: skip
    revision.save(force_insert=True)
    audit.record(
        by=by, act=f"note.{act}", subject="note", subject_id=note.id,
        patient_id=note.patient_id, revision=revision.number,
    )  # fmt: skip
    return revision


def _next_state(state: str, act: str) -> str:
    try:
        return transition(state, act)
    except NotPossible as error:
        raise Conflict(str(error)) from error


def _may_see(by: Actor, note: Note, last: NoteRevision) -> bool:
    """An unsigned note is its author's; a signed one is the team's."""
    return last.state != Note.State.DRAFT or note.created_by == by.id


def _drafted_sections(by: Actor, patient_id: UUID) -> Sections:
    now = clock.now()
    asked = tools.Asked(by, patient_id, now)
    since = tools.last_visit(asked) or (now - timedelta(days=tools.USUAL_DAYS)).date()
    question = understand("", today=now.date(), window=Window(since, now.date()))
    kinds = [kind for used in DRAFTED_FROM.values() for kind in used if kind in tools.TOOLS]
    evidence = numbered(
        item for kind in kinds for item in tools.retrieve(kind, asked, question)
    )
    by_number = {item.number: item for item in evidence}
    return {
        section: [_statement(sentence, by_number) for sentence in sentences]
        for section, sentences in drafted(evidence, today=now.date()).items()
    }


def _statement(sentence: Sentence, by_number: Mapping[int, Evidence]) -> dict[str, Any]:
    cited = [by_number[number] for number in sentence.cites]
    return {"text": sentence.text, "citations": [_citation(item) for item in cited]}


def _citation(item: Evidence) -> dict[str, Any]:
    return {
        "number": item.number, "kind": item.kind, "source_id": item.source_id,
        "label": item.label, "page": item.page, "quote": item.text, "place": dict(item.place),
        "occurred_at": item.occurred_at.isoformat() if item.occurred_at else None,
    }  # fmt: skip


def _edited(last: NoteRevision, texts: Mapping[str, str]) -> Sections:
    return {
        section: _lines(last.sections.get(section, []), texts.get(section))
        for section in SECTIONS
    }


def _lines(before: Sequence[dict[str, Any]], text: str | None) -> list[dict[str, Any]]:
    """One statement a line. Words of the clinician's own have no citation."""
    if text is None:
        return list(before)
    known = {statement["text"]: statement for statement in before}
    lines = (line.strip() for line in text.splitlines())
    return [known.get(line, {"text": line, "citations": []}) for line in lines if line]


def _demand_sections(texts: Mapping[str, str]) -> None:
    unknown = sorted(set(texts) - set(SECTIONS))
    if unknown:
        raise Invalid(f"A note has no section {', '.join(unknown)}.")
    if any(len(text) > LONGEST_SECTION for text in texts.values()):
        raise Invalid(f"A section has at most {LONGEST_SECTION} characters.")


def _demand_encounter(patient_id: UUID, encounter_id: UUID | None) -> None:
    if encounter_id is None:
        return
    if not Encounter.objects.filter(id=encounter_id, patient_id=patient_id).exists():
        raise NotFound("There is no such visit.")
