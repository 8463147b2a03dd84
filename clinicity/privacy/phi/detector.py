"""Finds what identifies a person: the rules' finds and the model's, together."""

import re
from collections.abc import Iterable, Iterator

from clinicity.privacy.phi import lexicon, model, rules
from clinicity.privacy.phi.folding import folded
from clinicity.privacy.phi.spans import NAME, Span, merged

# So sure must a name be to be looked for in the rest of its text.
SURE = 0.9
WORD = re.compile(r"[^\W\d_]{3,}")
# "Jr.", "St.", "J.": the full stop belongs to the word.
SHORT = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,4}$")


def detect(text: str) -> list[Span]:
    """Sorted spans that don't overlap; see `spans` for their types."""
    guessed = [
        _whole(span, text) for span in model.found(text) if not _part_of_number(span, text)
    ]
    found = [*rules.found(text), *guessed]
    return merged([*found, *_again(text, found)])


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
