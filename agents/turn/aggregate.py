"""From several views one answer: what they share, where the record disagrees, how sure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agents.turn.evidence import Evidence, Kind
from agents.turn.views import Confidence, Finding, Part, View
from clinicity.language.compose import disagreement, listed
from clinicity.language.negation import denied_stems
from clinicity.language.verify import Sentence
from clinicity.language.words import content_stems

LONGEST_ANSWER = 12
# Two sentences speak of one thing when they share this much of the shorter one.
SAME_THING = 0.6
# Kept up to date as lists: the day they were begun says nothing of their age.
LISTS = frozenset({Kind.MEDICATION, Kind.CONDITION})
FRESH_DAYS, STALE_DAYS = 30, 180


@dataclass(frozen=True, slots=True)
class Answer:
    """`agreed` maps each sentence to the titles of those who found it."""

    findings: tuple[Finding, ...]
    agreed: Mapping[Sentence, tuple[str, ...]]


def aggregate(views: Sequence[View]) -> Answer:
    """Merge views: each sentence once, those found by more specialists first."""
    agreed: dict[Sentence, tuple[str, ...]] = {}
    best: dict[Sentence, Finding] = {}
    for view in views:
        for finding in view.findings:
            sentence = finding.sentence
            agreed[sentence] = (*agreed.get(sentence, ()), view.title)
            known = best.get(sentence)
            if known is None or (finding.part, known.part) == (Part.FINDING, Part.FLAG):
                best[sentence] = finding
    ranked = sorted(best.values(), key=lambda f: (f.part == Part.FLAG, -_rank(f, agreed)))
    shown = ranked[:LONGEST_ANSWER]
    return Answer((*shown, *conflicts(shown)), agreed)


def conflicts(findings: Sequence[Finding]) -> list[Finding]:
    """Pairs of quotes of which one denies what the other says: shown, not averaged.

    Composed sentences take no part: "item 9 was answered 0" affirms nothing.
    """
    quotes = [finding for finding in findings if _is_quote(finding)]
    return [
        Finding(
            Sentence(disagreement(one.sentence.text, other.sentence.text), _cites(one, other)),
            part=Part.CONFLICT,
        )
        for one, other in itertools.combinations(quotes, 2)
        if not set(one.sentence.cites) & set(other.sentence.cites)
        and contradict(_said(one), _said(other))
    ]


def contradict(one: str, other: str) -> bool:
    """True when the two share most of their words and one denies what the other affirms."""
    words, others = set(content_stems(one)), set(content_stems(other))
    common = words & others
    if len(common) < 2 or len(common) < SAME_THING * min(len(words), len(others)):
        return False
    return (denied_stems(one) & common) != (denied_stems(other) & common)


def confidence(cited: Sequence[Evidence], *, disagree: bool, now: datetime) -> Confidence:
    """How many sources, how new, whether they agree."""
    if not cited:
        return Confidence("None", "no source in the record answers this")
    dated = [item.occurred_at for item in cited if item.occurred_at and item.kind not in LISTS]
    age = min(((now - moment).days for moment in dated), default=None)
    kinds = listed(sorted({str(item.kind) for item in cited}))
    count = f"{len(cited)} {'source' if len(cited) == 1 else 'sources'} ({kinds})"
    agree = "they disagree" if disagree else "no disagreement found"
    return Confidence(
        _level(len(cited), age, disagree=disagree), f"{count}, {_age(age)}; {agree}"
    )


def _rank(finding: Finding, agreed: Mapping[Sentence, tuple[str, ...]]) -> float:
    return finding.weight + 0.05 * len(agreed[finding.sentence])


def _cites(one: Finding, other: Finding) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*one.sentence.cites, *other.sentence.cites)))


def _said(finding: Finding) -> str:
    """The quoted words of a finding alone, without where they stand."""
    text = finding.sentence.text
    return text[text.index("“") + 1 : -1]


def _is_quote(finding: Finding) -> bool:
    return finding.sentence.text.endswith("”")


def _level(count: int, age: int | None, *, disagree: bool) -> str:
    if disagree or (age is not None and age > STALE_DAYS):
        return "Low"
    return "High" if count >= 3 and age is not None and age <= FRESH_DAYS else "Moderate"


def _age(age: int | None) -> str:
    if age is None:
        return "from the current lists or undated"
    if age <= 0:
        return "the newest from today"
    return f"the newest {age} {'day' if age == 1 else 'days'} old"
