"""One type for everything that an answer may cite, and one numbering."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from clinicity.language.compose import Measurement, day


class Kind(StrEnum):
    PASSAGE = "passage"
    READING = "reading"
    TIMELINE = "timeline"
    QUESTIONNAIRE = "questionnaire"
    LAB = "lab"
    MEDICATION = "medication"
    CONDITION = "condition"
    TWIN = "twin"


# How each kind is called where an answer says what was searched.
SEARCHED: Mapping[Kind, str] = {
    Kind.PASSAGE: "documents",
    Kind.READING: "readings",
    Kind.TIMELINE: "timeline",
    Kind.QUESTIONNAIRE: "questionnaires",
    Kind.LAB: "laboratory results",
    Kind.MEDICATION: "medications",
    Kind.CONDITION: "conditions",
    Kind.TWIN: "twin",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A numbered span of the record.

    `source_id` is the id of its row (of a reading summary, the metric's name); `place`
    holds what a link to it needs; `value` is set where the span is one measured value.
    `salience` says how much it stands out when nothing particular is asked: -1 not at all.
    """

    kind: Kind
    source_id: str
    label: str
    text: str
    occurred_at: datetime | None = None
    page: int | None = None
    place: Mapping[str, str] = field(default_factory=dict)
    value: Measurement | None = None
    score: float = 0.0
    salience: float = 0.0
    number: int = 0

    @property
    def span(self) -> str:
        """What a sentence that cites this may say: its label, its day and its text."""
        on = f", {day(self.occurred_at)}" if self.occurred_at else ""
        return f"{self.label}{on}:\n\n{self.text}"


def numbered(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Give each span its number, from 1, in the order given; the same span only once."""
    unique = {(item.kind, item.source_id, item.label): item for item in found}
    return tuple(
        replace(item, number=number) for number, item in enumerate(unique.values(), start=1)
    )
