"""What extraction speaks in. A box is [left, top, right, bottom] in page units.

A page unit is 1/72 inch for PDF and text, and a pixel for images; the origin is the
upper left corner as a reader sees the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Box = tuple[float, float, float, float]


class Refused(ValueError):
    """The file is not taken; `reason` is a code, the message a sentence for a person."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


@dataclass(frozen=True)
class Word:
    """A word as it stands on a page; `confidence` from 0 to 1, 1 for a text layer."""

    text: str
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True)
class PageSize:
    width: float
    height: float


@dataclass(frozen=True)
class FileFacts:
    """What a first look says of a file."""

    media_type: str
    pages: list[PageSize]


@dataclass(frozen=True)
class PageWords:
    """The words of one page in reading order, and how they were read."""

    source: str
    words: list[Word] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(" ".join(w.text for w in line) for line in lines(self.words))

    @property
    def confidence(self) -> float | None:
        """The mean over the words, weighted by their length; None without words."""
        letters = sum(len(word.text) for word in self.words)
        total = sum(word.confidence * len(word.text) for word in self.words)
        return total / letters if letters else None


def lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words in reading order, cut where the next one starts a new line."""
    found: list[list[Word]] = []
    for word in words:
        if found and _same_line(found[-1][-1].box, word.box):
            found[-1].append(word)
        else:
            found.append([word])
    return found


def around(words: Sequence[Word]) -> Box:
    """The smallest box that holds all the words."""
    boxes = [word.box for word in words]
    return (
        min(box[0] for box in boxes), min(box[1] for box in boxes),
        max(box[2] for box in boxes), max(box[3] for box in boxes),
    )  # fmt: skip


def words_from(rows: Sequence[Any]) -> list[Word]:
    """Words from the lists that JSON has made of them."""
    return [Word(text, tuple(box), confidence) for text, box, confidence in rows]


def words_as_rows(words: Sequence[Word]) -> list[list[Any]]:
    return [
        [word.text, [round(at, 2) for at in word.box], round(word.confidence, 3)]
        for word in words
    ]


def _same_line(before: Box, after: Box) -> bool:
    """They overlap in height by half of the smaller one, and go on to the right."""
    overlap = min(before[3], after[3]) - max(before[1], after[1])
    smaller = min(before[3] - before[1], after[3] - after[1])
    return overlap >= smaller / 2 and after[0] >= before[0]
