"""The engines that may answer, behind one protocol."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from agents.turn.evidence import Evidence
from agents.turn.extractive import Extractive
from agents.turn.question import Question
from agents.turn.specialists import Specialist
from agents.turn.views import View


class Engine(Protocol):
    """Writes one specialist's view. Whatever it writes is verified afterwards."""

    @property
    def name(self) -> str: ...

    def view(
        self, specialist: Specialist, question: Question, evidence: Sequence[Evidence]
    ) -> View: ...


ENGINES: Mapping[str, Engine] = {"extractive": Extractive()}
