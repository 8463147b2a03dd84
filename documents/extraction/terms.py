"""Names that the chart knows, found on a page. A dictionary, nothing learnt.

It says that a word stands there, not what the sentence claims of it: negation and
doses need more than this.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from documents.extraction.shapes import Box, Word, around

EDGE = re.compile(r"^\W+|\W+$")
SHORTEST = 3
# A drug's first word stands for it ("lithium carbonate"), unless it is as short as "oral".
SHORTEST_FIRST = 5


@dataclass(frozen=True)
class Mention:
    """Where one of the chart's names stands on a page."""

    term: str
    box: Box


def mentions(words: Sequence[Word], terms: Sequence[str]) -> list[Mention]:
    """Each place where one of the terms stands word for word, case aside.

    A place counts once, for the longest of the terms that start there.
    """
    plain = [EDGE.sub("", word.text).casefold() for word in words]
    longest: dict[int, tuple[int, str]] = {}
    for term in terms:
        for at, length in _places(plain, term):
            longest[at] = max(longest.get(at, (0, "")), (length, term))
    return [
        Mention(term, around(words[at : at + length]))
        for at, (length, term) in sorted(longest.items())
    ]


def spellings(name: str, *, first_word: bool = False) -> list[str]:
    """How a name of the chart may be written: whole, before its comma or bracket."""
    whole = name.strip()
    short = re.split(r"[,(;]", whole)[0].strip()
    first = whole.split()[0] if first_word and whole else ""
    found = {whole, short, first if len(first) >= SHORTEST_FIRST else ""}
    return sorted(found - {""})


def _places(plain: list[str], term: str) -> Iterator[tuple[int, int]]:
    wanted = [EDGE.sub("", part).casefold() for part in term.split()]
    if len("".join(wanted)) < SHORTEST:
        return
    for at in range(len(plain) - len(wanted) + 1):
        if plain[at : at + len(wanted)] == wanted:
            yield at, len(wanted)
