"""The extractive engine: sentences of the record, and sentences composed from its facts.

No text is generated. A measured value is put beside the one before it; a document is
quoted word for word.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from agents.turn.evidence import Evidence, Kind
from agents.turn.question import Question
from agents.turn.relevance import relevance, timely, topics_of_item
from agents.turn.specialists import RedFlag, Specialist
from agents.turn.views import Finding, Part, View
from clinicity.language.compose import measured, quoted
from clinicity.language.negation import denied_stems
from clinicity.language.verify import Sentence
from clinicity.language.words import content_stems, sentences

FINDINGS = 10
# What is older is answered when asked for, and brought up no more.
FLAGGED_FOR = timedelta(days=180)
QUOTES = 4
QUOTED = frozenset({Kind.PASSAGE, Kind.TIMELINE})
LONGEST_QUOTE = 400


class Extractive:
    """Answers from quotes and templates; the default, without any model."""

    name = "extractive"

    def view(
        self, specialist: Specialist, question: Question, evidence: Sequence[Evidence]
    ) -> View:
        seen = [item for item in evidence if _looks_at(specialist, item)]
        found = [*measurements(question, seen), *facts(question, seen), *quotes(question, seen)]
        best = sorted(found, key=lambda finding: -finding.weight)[:FINDINGS]
        timely_ones = [item for item in seen if _is_recent(question, item)]
        flags = list(
            _red_flags(specialist.red_flags, timely_ones, {f.sentence.text for f in best})
        )
        return View(
            role=specialist.role,
            title=specialist.title,
            prompt_version=specialist.prompt.version,
            prompt_digest=specialist.prompt.digest,
            findings=(*best, *flags),
            looked_at=tuple(item.number for item in seen),
        )


def _looks_at(specialist: Specialist, item: Evidence) -> bool:
    """Its kinds, and what is about its topics or about none that is known."""
    topics = topics_of_item(item)
    return item.kind in specialist.kinds and (not topics or bool(topics & specialist.topics))


def measurements(question: Question, seen: Sequence[Evidence]) -> Iterator[Finding]:
    """The newest value of each measure, beside the one before it."""
    for rows in _by_measure(seen).values():
        weight = relevance(question, rows[0], rows[0].text)
        if not weight or rows[0].value is None:
            continue
        before = rows[1] if len(rows) > 1 else None
        text = measured(rows[0].value, before.value if before else None)
        cites = (rows[0].number, before.number) if before else (rows[0].number,)
        yield Finding(Sentence(text, cites), weight=weight)


def _by_measure(seen: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    series: dict[str, list[Evidence]] = defaultdict(list)
    for item in seen:
        if item.value is not None:
            series[item.value.measure].append(item)
    return {name: sorted(rows, key=_age_rank, reverse=True) for name, rows in series.items()}


def _age_rank(row: Evidence) -> tuple[date, int]:
    return (row.value.on if row.value else date.min), row.number


def facts(question: Question, seen: Iterable[Evidence]) -> Iterator[Finding]:
    """Rows that are one composed sentence already: readings, medications, conditions."""
    for item in seen:
        if item.kind in QUOTED or item.value is not None:
            continue
        weight = relevance(question, item, item.text)
        if weight:
            yield Finding(Sentence(item.text, (item.number,)), weight=weight)


def quotes(question: Question, seen: Iterable[Evidence]) -> list[Finding]:
    """The sentences of documents and events that answer best, word for word."""
    found = []
    for item in seen:
        if item.kind not in QUOTED:
            continue
        for text in _quotable(item):
            weight = relevance(question, item, text)
            if weight:
                found.append(Finding(_quote(item, text), weight=weight))
    return sorted(found, key=lambda finding: -finding.weight)[:QUOTES]


def _quotable(item: Evidence) -> list[str]:
    return [text for text in sentences(item.text) if 2 < len(text) <= LONGEST_QUOTE]


def _quote(item: Evidence, text: str) -> Sentence:
    on = item.occurred_at.date() if item.occurred_at else None
    return Sentence(quoted(item.label, on, text), (item.number,))


def _red_flags(
    flags: Iterable[RedFlag], seen: Sequence[Evidence], said: set[str]
) -> Iterator[Finding]:
    """What must be brought up unasked: the newest sentence of the record for each flag."""
    for flag in flags:
        for item, text in _quotes_of(seen):
            quote = _quote(item, text)
            if quote.text not in said and _raises(flag, text):
                yield Finding(quote, part=Part.FLAG)
                break


def _quotes_of(seen: Sequence[Evidence]) -> Iterator[tuple[Evidence, str]]:
    quoted_items = [item for item in seen if item.kind in QUOTED]
    newest = sorted(
        quoted_items,
        key=lambda e: e.occurred_at.timestamp() if e.occurred_at else 0,
        reverse=True,
    )
    for item in newest:
        for text in _quotable(item):
            yield item, text


def _is_recent(question: Question, item: Evidence) -> bool:
    """Within the window asked about or, without one, of the last half year."""
    if question.window or item.occurred_at is None:
        return timely(question, item)
    return question.asked_on - item.occurred_at.date() <= FLAGGED_FOR


def _raises(flag: RedFlag, text: str) -> bool:
    affirmed = set(content_stems(text)) - denied_stems(text)
    return any(words <= affirmed for words in flag.words)
