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


@dataclass(frozen=True)
class Mention:
    """Where one of the chart's names stands on a page."""

    term: str
    box: Box


def mentions(words: Sequence[Word], terms: Sequence[str]) -> list[Mention]:
    """Each place where one of the terms stands word for word, case aside."""
    plain = [EDGE.sub("", word.text).casefold() for word in words]
    return [
        Mention(term, around(words[at : at + length]))
        for term in sorted(set(terms))
        for at, length in _places(plain, term)
    ]


def _places(plain: list[str], term: str) -> Iterator[tuple[int, int]]:
    wanted = [EDGE.sub("", part).casefold() for part in term.split()]
    if len("".join(wanted)) < SHORTEST:
        return
    for at in range(len(plain) - len(wanted) + 1):
        if plain[at : at + len(wanted)] == wanted:
            yield at, len(wanted)
