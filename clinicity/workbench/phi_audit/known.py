"""Looking for what is known to identify: one automaton over all values of all patients.

Aho–Corasick (1975) reads a text once, however many thousand names there are. Values are
folded as the blind indexes fold them, and must stand alone: no letter or digit around them.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick

from clinicity.privacy.phi import lexicon, spans
from clinicity.privacy.pseudonyms import folded

SHORTEST, SHORTEST_RAW = 3, 7


class Value(NamedTuple):
    """What a value is and whose. `alone`: it identifies without anything beside it."""

    kind: str
    subject: str
    length: int
    alone: bool = True


class Hit(NamedTuple):
    start: int
    end: int
    value: Value


class KnownValues:
    """The values of all patients, to be looked for in any text."""

    def __init__(self) -> None:
        self._words = ahocorasick.Automaton()
        self._count = 0
        self._common = lexicon.common()

    def __len__(self) -> int:
        return self._count

    def add_name(self, subject: str, *parts: str) -> None:
        """A whole name in both orders, and each part that is no word of every day."""
        names = [part.strip() for part in parts if part.strip()]
        if len(names) > 1:
            for whole in (
                " ".join(names),
                f"{names[-1]} {names[0]}",
                f"{names[-1]}, {names[0]}",
            ):
                self._add(whole, spans.NAME, subject)
        for name in names:
            self._add(name, spans.NAME, subject, alone=folded(name) not in self._common)

    def add_date(self, subject: str, born: dt.date) -> None:
        for form in (
            "%Y-%m-%d",
            "%d/%m/%Y",
            "%m/%d/%Y",
            "%d.%m.%Y",
            "%Y%m%d",
            "%d %B %Y",
            "%d %b %Y",
        ):
            self._add(born.strftime(form), spans.DATE, subject)
        self._add(f"{born.day} {born:%B %Y}", spans.DATE, subject)

    def add(self, subject: str, kind: str, value: str) -> None:
        """A number, an address: as it was written down, and without what divides it."""
        self._add(value, kind, subject)
        digits = "".join(filter(str.isalnum, value))
        if len(digits) > 5 and any(map(str.isdigit, digits)):
            self._add(digits, kind, subject)

    def ready(self) -> None:
        if self._count:
            self._words.make_automaton()

    def hits(self, text: str, *, raw: bool = False) -> Iterator[Value]:
        """Each value that stands in the text, once. Words of every day count only beside
        another value of the same patient."""
        found = self._found(folded(text), raw=raw) if self._count else []
        sure = {value.subject for value in found if value.alone}
        weak = [value for value in found if not value.alone]
        for value in dict.fromkeys(found):
            others = {w for w in weak if w.subject == value.subject}
            if value.alone or (value.subject in sure and not raw) or len(others) > 1:
                yield value

    def _found(self, text: str, *, raw: bool) -> list[Value]:
        shortest = SHORTEST_RAW if raw else SHORTEST
        return [
            value
            for end, values in self._words.iter(text)
            for value in values
            if value.length >= shortest and _stands_alone(text, end + 1 - value.length, end + 1)
        ]

    def _add(self, value: str, kind: str, subject: str, *, alone: bool = True) -> None:
        word = folded(value)
        if len(word) < SHORTEST:
            return
        held: list[Value] = self._words.get(word, [])
        made = Value(kind, subject, len(word), alone)
        if made not in held:
            self._words.add_word(word, [*held, made])
            self._count += 1


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() or after.isalnum())


def kinds(values: Iterable[Value]) -> str:
    return ", ".join(sorted({value.kind for value in values}))
