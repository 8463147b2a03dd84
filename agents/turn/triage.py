"""Who is asked. Complexity first: one specialist where one is enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from agents.turn.question import Question
from agents.turn.specialists import GENERALIST, Specialist

# A specialist joins a panel with at least this share of the leader's score.
NEAR = 0.5
# Below this no specialist's words were used: the generalist answers alone.
CALLED = 1.0
PANEL = 3


class Complexity(StrEnum):
    SIMPLE = "simple"
    COMPLEX = "complex"


@dataclass(frozen=True, slots=True)
class Triage:
    complexity: Complexity
    roles: tuple[str, ...]
    scores: Mapping[str, float]
    reason: str


def triage(question: Question, known: Mapping[str, Specialist]) -> Triage:
    """Route by the scored words of the question, which are kept with the answer."""
    scores = {role: round(one.score(question.text), 2) for role, one in known.items()}
    ranked = sorted((r for r in scores if r != GENERALIST), key=lambda role: -scores[role])
    best = scores[ranked[0]]
    if best < CALLED:
        return Triage(
            Complexity.SIMPLE, (GENERALIST,), scores, "no specialist's words: generalist"
        )
    near = [role for role in ranked if scores[role] >= max(CALLED, NEAR * best)]
    if len(near) == 1 and not question.asks_why:
        return Triage(
            Complexity.SIMPLE, (near[0],), scores, "one field: one specialist is enough"
        )
    panel = tuple([*near[:PANEL], GENERALIST][:PANEL])
    why = "asks for reasons" if len(near) == 1 else "several fields"
    return Triage(Complexity.COMPLEX, panel, scores, f"{why}: a panel")
