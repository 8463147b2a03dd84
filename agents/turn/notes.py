"""Drafting a SOAP note from evidence, and the states that a note goes through. Pure.

The mental state and the risk formulation are never drafted: they are what the
clinician saw and judged.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from agents.turn.evidence import Evidence, Kind
from agents.turn.extractive import facts, measurements, quotes
from agents.turn.question import understand
from agents.turn.views import Finding
from clinicity.language.verify import Sentence, verify

SECTIONS = ("subjective", "objective", "mental_state", "risk_formulation", "assessment", "plan")
LEFT_BLANK = frozenset({"mental_state", "risk_formulation"})
DRAFTED_FROM: Mapping[str, tuple[Kind, ...]] = {
    "subjective": (Kind.QUESTIONNAIRE, Kind.TIMELINE),
    "objective": (Kind.READING, Kind.LAB),
    "assessment": (Kind.CONDITION,),
    "plan": (Kind.MEDICATION,),
}
# (state, act) → state. Whatever isn't here isn't possible.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("", "draft"): "draft",
    ("draft", "edit"): "draft",
    ("draft", "sign"): "signed",
    ("signed", "amend"): "amended",
    ("amended", "amend"): "amended",
}


class NotPossible(ValueError):
    """The act isn't one of the note's state."""


def transition(state: str, act: str) -> str:
    try:
        return TRANSITIONS[state, act]
    except KeyError as error:
        raise NotPossible(f"A {state} note can't be changed by this act: {act}.") from error


def drafted(evidence: Sequence[Evidence], *, today: date) -> dict[str, tuple[Sentence, ...]]:
    """Each section's verified statements with their citations; the blank ones empty."""
    spans = {item.number: item.span for item in evidence}
    return {
        section: verify(_statements(section, evidence, today), spans).kept
        for section in SECTIONS
    }


def _statements(section: str, evidence: Sequence[Evidence], today: date) -> list[Sentence]:
    kinds = DRAFTED_FROM.get(section, ())
    everything = understand("", today=today)
    seen = [item for item in evidence if item.kind in kinds]
    found: Iterable[Finding] = (
        *measurements(everything, seen),
        *facts(everything, seen),
        *quotes(everything, seen),
    )
    return [finding.sentence for finding in found]
