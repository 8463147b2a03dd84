"""A text without its people, and the way back.

Each value becomes a placeholder of its type, `[NAME_3fa1c2d4]`: the same value gets the same
placeholder under the same secret, so a model sees who is who without knowing them. The
placeholder is an HMAC-SHA256 of the value: without the mapping nobody reads it backwards.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from clinicity.privacy.phi.detector import detect
from clinicity.privacy.phi.known import known_spans
from clinicity.privacy.phi.spans import TRAIT, Span, merged

PLACEHOLDER = re.compile(r"\[[A-Z]+_[0-9a-f]{8,64}\]")


@dataclass(frozen=True)
class Sanitised:
    """`mapping` gives each placeholder's text; it identifies and never leaves the house."""

    text: str
    mapping: Mapping[str, str] = field(repr=False)


def sanitise(text: str, *, known: Iterable[str] = (), secret: str | bytes) -> Sanitised:
    """`text` with each identifying span replaced; values of `known` are always found.

    What tells little alone (an age under 90, a bare year, a nationality) stays: the law lets
    it, and a model that may not read an age can't help.
    """
    return replace(text, identifying(text, known=known), secret=secret)


def identifying(text: str, *, known: Iterable[str] = ()) -> list[Span]:
    """The spans that must not leave: all that is known, and all found but mere traits."""
    hits = [span for span in detect(text) if span.type != TRAIT]
    return merged(hits + known_spans(text, known))


def replace(text: str, spans: Iterable[Span], *, secret: str | bytes) -> Sanitised:
    """Put placeholders in for `spans`, which don't overlap."""
    # What already looks like a placeholder is taken in too, so that the way back is exact.
    lookalikes = [Span(*m.span(), "text") for m in PLACEHOLDER.finditer(text)]
    mapping: dict[str, str] = {}
    pieces, done = list[str](), 0
    for span in merged([*spans, *lookalikes]):
        value = text[span.start : span.end]
        pieces += text[done : span.start], _placeholder(value, span.type, mapping, secret)
        done = span.end
    return Sanitised("".join(pieces) + text[done:], mapping)


def restore(text: str, mapping: Mapping[str, str]) -> str:
    """Each placeholder that the mapping knows, turned back; once, never within a value."""
    return PLACEHOLDER.sub(lambda m: mapping.get(m[0], m[0]), text)


def _placeholder(value: str, kind: str, mapping: dict[str, str], secret: str | bytes) -> str:
    """Of one value: as short as tells it from the others of this text."""
    key = secret.encode() if isinstance(secret, str) else secret
    said = kind.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
    digest = hmac.new(key, said, hashlib.sha256).hexdigest()
    candidates = (f"[{kind.upper()}_{digest[:length]}]" for length in (8, 16, 32, 64))
    return next(c for c in candidates if mapping.setdefault(c, value) == value)
