"""Words, stems and sentences of clinical English. Pure, and shared by asking and checking."""

import re
from dataclasses import dataclass
from functools import lru_cache

from snowballstemmer import stemmer

# A number keeps its sign, decimals and thousands; a word keeps inner hyphens and dots.
TOKEN = re.compile(
    r"[-−]?\d+(?:[.,:/]\d+)*%?|[^\W\d_]+(?:['’-][^\W\d_]+)*|[.;:!?,()]", re.UNICODE
)
# A full stop ends a sentence before a capital, a digit or a quote; "e.g." and "Dr." don't.
SENTENCE_END = re.compile(
    r"(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)"
    r"(?:(?<=[.!?])|(?<=[.!?][”\"]))\s+(?=[\"“(]?[A-Z0-9])|\n\s*\n|\s*•\s*"
)
# "Lithium level: 0.46", "Plan: ...", "- item": a line of its own.
LABEL = re.compile(r"[A-Z][\w ()/-]{1,40}:\s|[-*•–]\s|\d+[.)]\s")
FULL_LINE = 0.7
STOPWORDS = frozenset(
    """a about after all also an and any are as at be because been before being between both but by can
    could did do does doing done during each either for from further had has have having he her here hers
    him his how i if in into is it its itself just me might more most must my of off on once only or
    other our out over own per same she should since so some such than that the their them then there
    these they this those through to too under until up upon us very was we were what when where which
    while who whom why will with would you your said says say""".split()
)


@dataclass(frozen=True, slots=True)
class Token:
    text: str

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha()


def tokens(text: str) -> list[Token]:
    return [Token(found.group()) for found in TOKEN.finditer(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of one English word, lower case."""
    folded = word.casefold().replace("’", "'").removesuffix("'s")
    return str(_stemmer().stemWord(folded))


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in their order, with repeats."""
    words = (token.text for token in tokens(text) if token.is_word)
    return [stem(word) for word in words if word.casefold() not in STOPWORDS]


def sentences(text: str) -> list[str]:
    """Cut a passage into sentences, each on one line, its words as they stand.

    A line break ends a sentence only where a list or heading does: before a label or
    a bullet, and after a line that stops well before the width of its paragraph.
    """
    pieces = (piece for block in _blocks(text) for piece in SENTENCE_END.split(block))
    return [" ".join(piece.split()) for piece in pieces if piece.strip()]


def _blocks(text: str) -> list[str]:
    lines = text.split("\n")
    width = max((len(line) for line in lines), default=0)
    blocks = [""]
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        blocks[-1] += f"{line}\n"
        is_short = len(line) < FULL_LINE * width and after[:1].isupper()
        if is_short or LABEL.match(after):
            blocks.append("")
    return blocks


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]
    return stemmer("english")
