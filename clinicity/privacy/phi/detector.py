"""Finds what identifies a person: the rules' finds and the model's, together."""

import re
from collections.abc import Iterable, Iterator

from clinicity.privacy.phi import lexicon, model, rules
from clinicity.privacy.phi.folding import folded
from clinicity.privacy.phi.spans import ADDRESS, NAME, PHONE, Span, merged

# So sure must a name be to be looked for in the rest of its text.
SURE = 0.9
WORD = re.compile(r"[^\W\d_]{3,}")
# "Jr.", "St.", "J.": the full stop belongs to the word.
SHORT = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,4}$")

# A capitalised word beside a name; a junction's words.
NEXT_NAME = re.compile(r"[ -]([A-ZÀ-ÞĀ-Ž][^\W\d_]*[^\W\d_A-Z])(?![^\W_])")
JUNCTION = re.compile(r"(?:the )?corner of $", re.IGNORECASE)
BETWEEN = re.compile(r"(?: (?:and|&) |[\s,]{1,3}|[ ,-]*\(|\)[ ,-]*)")


def detect(text: str) -> list[Span]:
    """Sorted spans that don't overlap; see `spans` for their types."""
    guessed = [
        _whole(span, text) for span in model.found(text) if not _part_of_number(span, text)
    ]
    found = [*rules.found(text), *guessed]
    found = merged([*found, *_again(text, found)])
    return merged(_linked([_widened(span, text) for span in found], text))


def _widened(span: Span, text: str) -> Span:
    """A name with its next word, a junction with its corner, a phone with its bracket."""
    start, end = span.start, span.end
    if span.type == NAME:
        after = NEXT_NAME.match(text, end)
        if after and folded(after[1]) not in lexicon.common():
            end = after.end()
    elif span.type == ADDRESS and (corner := JUNCTION.search(text, max(0, start - 14), start)):
        start = corner.start()
    elif span.type == PHONE and text[start - 1 : start] == "(":
        start -= 1
    return Span(start, end, span.type, span.score)


def _linked(found: Iterable[Span], text: str) -> Iterator[Span]:
    """Parts of one address, with what stands between them."""
    last: Span | None = None
    for span in found:
        if last and last.type == span.type == ADDRESS and _touching(last, span, text):
            yield Span(last.start, span.end, ADDRESS, span.score)
        last = span
        yield span


def _touching(one: Span, other: Span, text: str) -> bool:
    return BETWEEN.fullmatch(text, one.end, max(one.end, other.start)) is not None


def _whole(span: Span, text: str) -> Span:
    """The span with the rest of its first and last word, and an abbreviation's full stop."""
    start, end = span.start, span.end
    while start and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    if text[end : end + 1] == "." and SHORT.search(text, start, end):
        end += 1
    return Span(start, end, span.type, span.score)


def _part_of_number(span: Span, text: str) -> bool:
    """The last digits of "30,000" are no identifier."""
    start = span.start
    return (
        text[start : span.end].isdigit()
        and start > 1
        and text[start - 1] in ",."
        and text[start - 2].isdigit()
    )


def _again(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """The other places of a name's words, which the model may have missed."""
    names = {
        word
        for span in found
        if span.type == NAME and span.score >= SURE
        for word in WORD.findall(text, span.start, span.end)
        if word[0].isupper() and folded(word) not in lexicon.common()
    }
    if names:
        for match in WORD.finditer(text):
            if match[0] in names:
                yield Span(*match.span(), NAME, SURE)
