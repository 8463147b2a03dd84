"""Passages: stretches of a page that are long enough to mean something.

A passage has about 120 tokens of the embedding model (90 English words), never
crosses a page, and prefers to end where a sentence or a block of lines ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from documents.extraction.shapes import Box, Word, around, lines

WORDS = 90
# From here on a passage may end with a sentence.
ENOUGH = 60
# A gap of so many line heights parts two blocks.
BLOCK_GAP = 1.2
SENTENCE_END = (".", "!", "?", ":")


@dataclass(frozen=True)
class Stretch:
    """A stretch of one page, with a box for each of its lines."""

    text: str
    boxes: list[Box]


def stretches(words: Sequence[Word]) -> list[Stretch]:
    """The page's words as passages, in reading order; no word is lost."""
    return [_stretch(part) for part in _parts(words)]


def _parts(words: Sequence[Word]) -> Iterator[list[Word]]:
    part: list[Word] = []
    for word in words:
        if part and _ends(part, word):
            yield part
            part = []
        part.append(word)
    if part:
        yield part


def _ends(part: list[Word], following: Word) -> bool:
    if len(part) >= WORDS:
        return True
    if len(part) < ENOUGH:
        return False
    last = part[-1]
    height = last.box[3] - last.box[1]
    gap = following.box[1] - last.box[3]
    return last.text.endswith(SENTENCE_END) or gap > BLOCK_GAP * height


def _stretch(words: list[Word]) -> Stretch:
    rows = lines(words)
    text = "\n".join(" ".join(word.text for word in row) for row in rows)
    return Stretch(text, [around(row) for row in rows])
