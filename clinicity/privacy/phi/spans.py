"""Where in a text something identifies a person, and what sort of thing it is."""

from collections.abc import Iterable
from dataclasses import dataclass

# What 45 CFR 164.514(b)(2) lists. Anything else a detector names is left to its caller.
NAME, DATE, AGE, ADDRESS, ORGANISATION = "name", "date", "age", "address", "organisation"
PHONE, EMAIL, URL, IP, ID, USERNAME = "phone", "email", "url", "ip", "id", "username"
# Tells little alone: an age under 90, a bare year, a nationality, a country, a profession.
TRAIT = "trait"


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """`text[start:end]` identifies; `score` says how sure that is, from 0 to 1."""

    start: int
    end: int
    type: str
    score: float = 1.0


def merged(spans: Iterable[Span]) -> list[Span]:
    """Sorted spans without overlaps: those that overlap become one of the longest's type."""
    whole: list[Span] = []
    for span in sorted(spans):
        if whole and span.start < whole[-1].end:
            whole[-1] = _joined(whole[-1], span)
        else:
            whole.append(span)
    return whole


def _joined(one: Span, other: Span) -> Span:
    main = max(one, other, key=lambda s: (s.type != TRAIT, s.end - s.start, s.score))
    return Span(
        min(one.start, other.start),
        max(one.end, other.end),
        main.type,
        max(one.score, other.score),
    )
