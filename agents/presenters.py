"""Where a citation leads, and how answers look as JSON."""

from typing import Any
from uuid import UUID

from agents.models import Citation
from agents.selectors import Answered, Happened, Said


def url_of(patient_id: UUID, kind: str, source_id: str, place: dict[str, str]) -> str:
    """The page on which a source stands, with its row or passage marked."""
    page = f"/patients/{patient_id}/"
    return f"{page}#{kind}-{source_id}"


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


def citation_url(citation: Citation) -> str:
    return url_of(citation.patient_id, citation.kind, citation.source_id, citation.place)


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
