"""What is asked: the words that matter, the topics, the window."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agents.turn.topics import topics_of
from agents.turn.window import Window, window_in
from clinicity.language.verify import MONTHS
from clinicity.language.words import STOPWORDS, content_stems, stem, tokens

LONGEST = 4000
# Words that ask, compare or point at the record, and name nothing in it.
GENERIC = frozenset(
    stem(word)
    for word in """
    patient person record chart show tell give list find know think please summary summarise
    summarize overview describe explain report data information anything something history
    recent recently latest last past new current currently now today yesterday week weeks month
    months day days night nights year years time times since visit appointment change changed
    changes trend trends going go get got worse better higher lower longer shorter less increase
    increased decrease decreased rise rising rose fall falling fell drop dropped level levels
    value values average often much many long high low normal compare compared problem problems
    issue issues blame due related relationship associated evidence reason cause happen happened
    thought thoughts talk talks spoken mention mentioned feel feeling feelings document documents note notes still ever any take
    takes taking look like way kind status state picture
    """.split()
) | frozenset(stem(month) for month in MONTHS)
WHY = frozenset("why explain compare relationship associated cause because interaction".split())

# "Her lithium, and were doses missed?" asks two things; each is answered for itself.
PARTS = re.compile(r"[,;?!.]\s|\band\b|\bor\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked: the stems that must be found, and the topics they name."""

    focus: frozenset[str]
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """`focus` maps the stem of each word that must be found to the word as it was asked."""

    text: str
    parts: tuple[Part, ...]
    focus: Mapping[str, str]
    topics: frozenset[str]
    window: Window | None
    asks_why: bool
    asked_on: date

    @property
    def is_broad(self) -> bool:
        return not self.focus


def understand(
    text: str, *, today: date, window: Window | None = None, last_visit: date | None = None
) -> Question:
    """Read a question. A window given with it wins over one in its words."""
    words = [token.text for token in tokens(text[:LONGEST]) if token.is_word]
    telling = [word for word in words if word.casefold() not in STOPWORDS]
    focus = {stem(word): word for word in telling if stem(word) not in GENERIC}
    parts = (_part(piece) for piece in PARTS.split(text[:LONGEST]))
    return Question(
        text=text[:LONGEST],
        parts=tuple(part for part in parts if part.focus),
        focus=focus,
        topics=topics_of(stem(word) for word in telling),
        window=window or window_in(text, today=today, last_visit=last_visit),
        asked_on=today,
        asks_why=any(word.casefold() in WHY for word in words),
    )


def _part(piece: str) -> Part:
    stems = content_stems(piece)
    return Part(frozenset(stems) - GENERIC, topics_of(stems))
