"""Whose document is it? Name and birth date on the page against the chart.

A labelled name or birth date that differs is a mismatch, whatever else agrees: a
document in the wrong chart is worse than one that waits for a person to look.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
DATE = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<day>\d{1,2})(?:st|nd|rd|th)?[ .]+(?P<month>[A-Za-z]{3,9})\.?,?[ ]+(?P<year>\d{4})"
    r"|(?P<month2>[A-Za-z]{3,9})\.?[ ]+(?P<day2>\d{1,2}),?[ ]+(?P<year2>\d{4})"
    r"|(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<c>\d{4})"
)
BORN = re.compile(r"\b(?:d\.?o\.?b\.?|date of birth|birth ?date|born)\b\W{0,4}", re.I)
NAMED = re.compile(
    r"\b(?:patient(?: name)?|name of patient|full name|name|re)[ \t]*[:;][ \t]*"
    r"(?P<name>[^\W\d_][^\n,;:(\d]{2,60})",
    re.I,
)
TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof"}
# What follows a name on the same line of a letter's head.
NOT_A_NAME = re.compile(
    r"\b(?:dob|d\.o\.b|date|born|sex|gender|nhs|mrn|id|age|address)\b", re.I
)
# Two spellings this near are one name read twice: OCR takes rn for m, 1 for l.
NEAR = 0.8


class Verdict(StrEnum):
    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class ChartIdentity:
    """What the chart says; `first_names` holds every name that the person goes by."""

    first_names: tuple[str, ...]
    last_name: str
    date_of_birth: date


def check(text: str, chart: ChartIdentity) -> Verdict:
    """Compare what a document says of its patient with the chart."""
    found = {_by_birth_date(text, chart), _by_name(text, chart)}
    if Verdict.MISMATCH in found:
        return Verdict.MISMATCH
    return Verdict.MATCH if Verdict.MATCH in found else Verdict.NOT_FOUND


def _by_birth_date(text: str, chart: ChartIdentity) -> Verdict:
    labelled = [
        readings
        for label in BORN.finditer(text)
        if (readings := _date_at(text[label.end() : label.end() + 24]))
    ]
    if labelled:
        agree = any(chart.date_of_birth in readings for readings in labelled)
        return Verdict.MATCH if agree else Verdict.MISMATCH
    return Verdict.NOT_FOUND


def _by_name(text: str, chart: ChartIdentity) -> Verdict:
    labelled = [name for match in NAMED.finditer(text) if (name := _name(match["name"]))]
    if labelled:
        agree = any(_is_called(name, chart) for name in labelled)
        return Verdict.MATCH if agree else Verdict.MISMATCH
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    for at in range(len(words) - 1):
        if _is_called(words[at : at + 2], chart):
            return Verdict.MATCH
    return Verdict.NOT_FOUND


def _name(raw: str) -> list[str]:
    """The words of a labelled name: two or more, written as names are."""
    words = re.findall(r"[^\W\d_][\w'’-]*", NOT_A_NAME.split(raw)[0])
    names = [word for word in words if word.lower() not in TITLES]
    return names if 2 <= len(names) <= 5 and all(name[0].isupper() for name in names) else []


def _is_called(words: list[str], chart: ChartIdentity) -> bool:
    first = any(_among(name, words) for name in chart.first_names if name)
    return first and _among(chart.last_name, words)


def _among(name: str, words: list[str]) -> bool:
    """Every part of the name is near one of the words or of their parts."""
    parts = [part for word in words for part in re.split(r"[\s-]+", word)]
    wanted = re.split(r"[\s-]+", name)
    return all(any(_near(one, part) for part in parts) for one in wanted)


def _near(one: str, other: str) -> bool:
    return SequenceMatcher(None, _folded(one), _folded(other)).ratio() >= NEAR


def _folded(name: str) -> str:
    """Without case and accents, which forms and OCR lose."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _date_at(text: str) -> set[date]:
    match = DATE.search(text)
    return set(_readings(match)) if match else set()


def _readings(match: re.Match[str]) -> Iterator[date]:
    """Each date that the text can mean: 03/04/1980 is two of them."""
    if match["iso"]:
        yield from _real(*map(int, match["iso"].split("-")))
    elif match["a"]:
        a, b, year = int(match["a"]), int(match["b"]), int(match["c"])
        yield from _real(year, b, a)
        yield from _real(year, a, b)
    else:
        month = MONTHS.get((match["month"] or match["month2"]).lower(), 0)
        day = int(match["day"] or match["day2"])
        yield from _real(int(match["year"] or match["year2"]), month, day)


def _real(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
