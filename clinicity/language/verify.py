"""Check sentences against the evidence that they cite.

A sentence stays only when every check passes on the spans that it cites together:
each citation is the number of a retrieved span; its numbers, with their units, its
dates, drugs and sides occur there; what it denies is denied there, and the reverse;
and most of its words do. The rest is dropped and counted, never repaired.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clinicity.language.negation import denied_stems
from clinicity.language.words import STOPWORDS, content_stems, sentences, stem, tokens

# Share of a sentence's content words that its spans must contain.
WORDS_NEEDED = 0.6
# Endings of the WHO's INN stems that name the drugs of these fields.
DRUG = re.compile(
    r"^[a-z]{2,}(?:apine|azepam|azolam|azepine|barbital|cillin|cycline|dipine|done|eptine|floxacin|fenac"
    r"|gabalin|gliptin|gliflozin|lukast|mab|micin|mycin|olol|oxetine|paroxetine|peridol|piprazole"
    r"|prazole|pramine|pril|profen|ridone|sartan|sertraline|setron|statin|taxel|tidine|tinib|traline"
    r"|triptan|triptyline|valproate|vaptan|xaban|zolam|zolid|zosin|zodone|italopram|pentin|trigine)$"
)
DRUGS = frozenset(
    "lithium valproate warfarin metformin insulin paracetamol ibuprofen aspirin morphine codeine"
    " levothyroxine methylphenidate lisdexamfetamine melatonin venlafaxine duloxetine mirtazapine"
    " bupropion quetiapine olanzapine aripiprazole haloperidol risperidone clozapine".split()
)
UNITS = frozenset(
    "mg g kg mcg µg ug ng ml l dl mmol/l mmol umol/l µmol/l nmol/l mg/dl g/dl mg/l ng/ml u iu units mmhg bpm"
    " /min min minutes minute h hours hour s seconds days day weeks week months month years year ms"
    " °c c kcal steps counts points % cm m km".split()
)
# "Reports" and "denies" say how a thing is told, not what.
TELLING = frozenset(
    stem(word)
    for word in "report deny describe state note complain tell mention present".split()
)
SIDES = frozenset({"left", "right", "bilateral", "bilaterally", "unilateral"})
NUMBER = re.compile(
    r"(?<![\w.])[-−]?\d+(?:[.,]\d+)*(?:\s?(%|°C|/min|[A-Za-zµ]+(?:/[A-Za-zµ]+)?))?", re.UNICODE
)
MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january,feb february,mar march,apr april,may,jun june,jul july,aug august,"
        "sep sept september,oct october,nov november,dec december".split(","),
        start=1,
    )
    for name in names.split()
}
DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?(?:\s+(\d{4}))?\b")
ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


class Fault(StrEnum):
    """Why a sentence was dropped."""

    UNCITED = "it cites nothing"
    UNKNOWN_SOURCE = "it cites what was not retrieved"
    NUMBER = "a number or its unit is not in the source"
    DATE = "a date is not in the source"
    DRUG = "a drug is not in the source"
    SIDE = "a side of the body is not the source's"
    NEGATION = "it denies what the source says, or says what the source denies"
    WORDS = "too few of its words are in the source"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the numbers of the spans that it rests on."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    sentence: Sentence
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verified:
    kept: tuple[Sentence, ...]
    dropped: tuple[Dropped, ...]


def verify(written: Sequence[Sentence], spans: Mapping[int, str]) -> Verified:
    """Keep the sentences that their spans support. `spans` is number → retrieved text."""
    judged = [(sentence, fault_of(sentence, spans)) for sentence in written]
    return Verified(
        kept=tuple(sentence for sentence, fault in judged if fault is None),
        dropped=tuple(Dropped(sentence, fault) for sentence, fault in judged if fault),
    )


def fault_of(sentence: Sentence, spans: Mapping[int, str]) -> Fault | None:
    """The first thing that is wrong with a sentence, or None."""
    if not sentence.cites:
        return Fault.UNCITED
    if any(number not in spans for number in sentence.cites):
        return Fault.UNKNOWN_SOURCE
    span = "\n\n".join(spans[number] for number in sentence.cites)
    return next(
        (fault for fault, holds in CHECKS.items() if not holds(sentence.text, span)), None
    )


def dates_hold(text: str, span: str) -> bool:
    known = dates_in(span)
    return all(any(_same_date(date, other) for other in known) for date in dates_in(text))


def numbers_hold(text: str, span: str) -> bool:
    known = _quantities(span)
    values = {value for value, _ in known}
    return all(
        (quantity in known if quantity[1] else quantity[0] in values)
        for quantity in _quantities(text)
    )


def drugs_hold(text: str, span: str) -> bool:
    return drugs_in(text) <= drugs_in(span)


def sides_hold(text: str, span: str) -> bool:
    return _sides(text) <= _sides(span)


def negation_holds(text: str, span: str) -> bool:
    """Each shared word is denied in the sentence exactly if the nearest source denies it.

    The nearest is the source sentence with most words in common; on a tie one that
    agrees is enough. A text of several sentences is checked sentence by sentence.
    """
    sources = sentences(span)
    return all(_nearest_agrees(part, sources) for part in sentences(text))


def words_hold(text: str, span: str) -> bool:
    wanted = set(content_stems(text))
    return len(wanted & set(content_stems(span))) >= WORDS_NEEDED * len(wanted)


# In this order: what is most telling first.
CHECKS: Mapping[Fault, Callable[[str, str], bool]] = {
    Fault.DATE: dates_hold,
    Fault.NUMBER: numbers_hold,
    Fault.DRUG: drugs_hold,
    Fault.SIDE: sides_hold,
    Fault.NEGATION: negation_holds,
    Fault.WORDS: words_hold,
}


def drugs_in(text: str) -> frozenset[str]:
    """Drug names in a text, by the endings of international non-proprietary names."""
    words = (token.text.casefold() for token in tokens(text) if token.is_word)
    return frozenset(word for word in words if word in DRUGS or DRUG.match(word))


def dates_in(text: str) -> list[tuple[int | None, int, int]]:
    """Dates as (year or None, month, day)."""
    found: list[tuple[int | None, int, int]] = []
    for day, month, year in DAY_MONTH.findall(text):
        if month.casefold() in MONTHS:
            found.append((int(year) if year else None, MONTHS[month.casefold()], int(day)))
    found += [(int(year), int(month), int(day)) for year, month, day in ISO_DATE.findall(text)]
    return found


def _same_date(date: tuple[int | None, int, int], other: tuple[int | None, int, int]) -> bool:
    return date[1:] == other[1:] and (
        date[0] is None or other[0] is None or date[0] == other[0]
    )


def _without_dates(text: str) -> str:
    named = DAY_MONTH.sub(lambda m: " " if m[2].casefold() in MONTHS else m[0], text)
    return ISO_DATE.sub(" ", named)


def _quantities(text: str) -> set[tuple[str, str]]:
    """Numbers with their unit (or an empty one), dates left out."""
    found = set()
    for match in NUMBER.finditer(_without_dates(text)):
        unit = (match[1] or "").casefold()
        value = match[0][: -len(match[1])] if match[1] else match[0]
        found.add((_plain(value), unit if unit in UNITS else ""))
    return found


def _plain(number: str) -> str:
    """One spelling for each value: "1,000.50" and "1000.5" are equal."""
    text = number.strip().replace("−", "-").replace(",", "")
    return text.rstrip("0").rstrip(".") if "." in text and text.count(".") == 1 else text


def _sides(text: str) -> set[tuple[str, str]]:
    """Each side with the content word that follows it: ("left", "knee")."""
    words = [token.text.casefold() for token in tokens(text) if token.is_word]
    found = set()
    for position, word in enumerate(words):
        if word in SIDES:
            after = (stem(w) for w in words[position + 1 :] if w not in STOPWORDS)
            found.add((word, next(after, "")))
    return found


def _nearest_agrees(text: str, sources: Sequence[str]) -> bool:
    words = _told(text)
    shared = [(len(words & _told(part)), part) for part in sources]
    best = max((count for count, _ in shared), default=0)
    return any(_same_polarity(text, part) for count, part in shared if count == best)


def _same_polarity(text: str, part: str) -> bool:
    common = _told(text) & _told(part)
    return denied_stems(text) & common == denied_stems(part) & common


def _told(text: str) -> set[str]:
    """What a sentence tells, without the words for telling it."""
    return set(content_stems(text)) - TELLING
