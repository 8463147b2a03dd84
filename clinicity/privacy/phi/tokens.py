"""A text as tokens: runs of letters, runs of digits, single signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")
# A sequence for the model ends at the first end of a line or sentence after this many.
LONG = 200


@dataclass(slots=True)
class Token:
    text: str
    start: int
    end: int
    # Which line of the text it stands in, and whether white space goes before.
    line: int
    spaced: bool


def sequences(text: str) -> Iterator[list[Token]]:
    """The text's tokens in pieces of bearable length."""
    piece = list[Token]()
    line, last = 0, 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        breaks = text.count("\n", last, start) if start > last else 0
        if len(piece) > LONG and (breaks or piece[-1].text == "."):
            yield piece
            piece = []
        line += breaks
        piece.append(Token(match[0], start, end, line, start > last))
        last = end
    if piece:
        yield piece
