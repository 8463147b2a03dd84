"""How well a span answers a question, by shared words and topics. Transparent on purpose."""

from collections.abc import Iterable, Set

from agents.turn.evidence import Evidence, Kind
from agents.turn.question import Part, Question
from agents.turn.topics import STEMS, alike, topics_of
from clinicity.language.words import content_stems

# Share of the question's telling words that a span must have, where no topic matches.
COVERED = 0.6
# Shorter stems stand inside too many words.
LONG_STEM = 6
# Kinds that are one short fact: their label says what they are about.
FACTS = frozenset(
    {Kind.READING, Kind.QUESTIONNAIRE, Kind.LAB, Kind.MEDICATION, Kind.CONDITION, Kind.TWIN}
)
# What is true now whenever it was written down first, and readings, which were cut already.
STANDING = frozenset({Kind.MEDICATION, Kind.CONDITION, Kind.READING})
SIDES = frozenset({"left", "right"})
# What a broad question ("how is she?") gets first.
BROAD = {
    Kind.READING: 1.0, Kind.QUESTIONNAIRE: 0.95, Kind.LAB: 0.9, Kind.TIMELINE: 0.8,
    Kind.MEDICATION: 0.7, Kind.CONDITION: 0.6, Kind.TWIN: 0.5, Kind.PASSAGE: 0.4,
}  # fmt: skip
# A kind asked for by its topic: "which medications", "what diagnoses".
KIND_TOPICS = {Kind.MEDICATION: "medication", Kind.CONDITION: "conditions", Kind.LAB: "labs"}


def relevance(question: Question, item: Evidence, text: str) -> float:
    """0 when `text` of `item` doesn't answer, else more for a better answer."""
    if not timely(question, item):
        return 0.0
    if question.is_broad:
        wanted = item.kind in question_kinds(question)
        return max(0.0, BROAD[item.kind] + item.salience) if wanted else 0.0
    stems = set(content_stems(f"{item.label} {text}"))
    if _other_side(question, stems):
        return 0.0
    return max((_fit(part, item, stems) for part in question.parts), default=0.0)


def _fit(part: Part, item: Evidence, stems: set[str]) -> float:
    """How well a span answers one of the things that are asked."""
    covered = sum(found_in(wanted, stems) for wanted in part.focus) / len(part.focus)
    on_topic = bool(part.topics & _topics(item, stems))
    if covered >= COVERED or (on_topic and (item.kind in FACTS or covered > 0)):
        return covered + 0.5 * on_topic + 0.1 * (item.kind in FACTS) + 0.1 * item.score
    return 0.0


def uncovered(question: Question, said: Iterable[str], kinds: Iterable[Kind]) -> list[str]:
    """Telling words of the question that no finding speaks of, as they were asked."""
    stems = {word for text in said for word in content_stems(text)}
    topics = topics_of(stems) | {KIND_TOPICS[kind] for kind in kinds if kind in KIND_TOPICS}
    known = stems | {word for topic in topics for word in STEMS[topic]}
    return [word for wanted, word in question.focus.items() if not found_in(wanted, known)]


def found_in(wanted: str, stems: Set[str]) -> bool:
    """The stem, one that stands for it, or a longer one made with it: "hypothyroid"."""
    if wanted in stems or alike(wanted) & stems:
        return True
    return len(wanted) >= LONG_STEM and any(wanted in found for found in stems)


def timely(question: Question, item: Evidence) -> bool:
    """What is dated must lie in the window asked about; standing facts always count."""
    if question.window is None or item.kind in STANDING or item.occurred_at is None:
        return True
    return question.window.holds(item.occurred_at)


def question_kinds(question: Question) -> frozenset[Kind]:
    """A broad question that names a kind by its topic wants that kind alone."""
    named = frozenset(kind for kind, topic in KIND_TOPICS.items() if topic in question.topics)
    return named or frozenset(BROAD)


def _other_side(question: Question, stems: set[str]) -> bool:
    """The question names one side of the body, and the span only the other."""
    asked, said = SIDES & set(question.focus), SIDES & stems
    return bool(asked and said and not asked & said)


def topics_of_item(item: Evidence) -> frozenset[str]:
    return _topics(item, set(content_stems(f"{item.label} {item.text}")))


def _topics(item: Evidence, stems: set[str]) -> frozenset[str]:
    own = topics_of(stems)
    return own | {KIND_TOPICS[item.kind]} if item.kind in KIND_TOPICS else own
