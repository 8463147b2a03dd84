"""What a chart says of its patient, found again however it is written."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from clinicity.privacy.phi import folding, spans
from clinicity.privacy.phi.spans import Span

# Parts of names that are words of every text.
WEAK = frozenset(
    "van von der den de da di la le el al bin ben and the mr mrs ms dr jr sr st".split()
)
MONTHS = "january february march april may june july august september october november december".split()
ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
GAP = r"[\s.\-/()]*"
# No letter or digit before, and none after.
HEAD, TAIL = r"(?<![^\W_])", r"(?![^\W_])"


def known_spans(text: str, known: Iterable[str]) -> list[Span]:
    """Each place where a known value stands: in any case, without diacritics, in part."""
    folded, places = _folded(text)
    return spans.merged(
        Span(places[m.start()], places[m.end() - 1] + 1, kind)
        for value in known
        for kind, pattern in _patterns(value)
        for m in pattern.finditer(folded)
    )


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in small letters without diacritics, and where each letter came from."""
    letters, places = list[str](), list[int]()
    for place, char in enumerate(text):
        for letter in folding.plain(char):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


@lru_cache(maxsize=2048)
def _patterns(value: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    plain = folding.folded(value).strip()
    if date := ISO_DATE.fullmatch(plain):
        sources = [(spans.DATE, p) for p in _date_patterns(*map(int, date.groups()))]
    elif "@" in plain:
        sources = [(spans.EMAIL, re.escape(plain))]
    elif sum(c.isdigit() for c in plain) > 3:
        signs = [re.escape(c) for c in plain if c.isalnum()]
        sources = [(spans.ID, rf"(?<!\w){GAP.join(signs)}(?!\w)")]
    else:
        sources = [(spans.NAME, p) for p in _name_patterns(plain)]
    return tuple((kind, re.compile(source)) for kind, source in sources)


def _name_patterns(plain: str) -> Iterator[str]:
    parts = re.findall(r"[^\W_]+", plain)
    if parts:
        yield HEAD + r"[\W_]+".join(map(re.escape, parts)) + TAIL
    for part in parts:
        if len(part) > 1 and part not in WEAK:
            yield HEAD + re.escape(part) + TAIL


def _date_patterns(year: int, month: int, day: int) -> Iterator[str]:
    """One day in the orders and words that people write."""
    y, m, d = rf"(?:{year}|{year % 100:02})", f"0?{month}", f"0?{day}"
    name = rf"{MONTHS[month - 1][:3]}(?:{MONTHS[month - 1][3:]}|t)?\.?"
    gap, end = r"[\s,./-]*", r"(?:st|nd|rd|th)?"
    for one, two, three in ((d, m, y), (m, d, y), (year, m, d)):
        yield rf"(?<!\d){one}[\s./-]+{two}[\s./-]+{three}(?!\d)"
    yield rf"(?<!\d){year}{month:02}{day:02}(?!\d)|(?<!\d){day:02}{month:02}{year}(?!\d)"
    yield rf"(?<!\d){d}{end}(?:\sof)?{gap}{name}(?:{gap}{y}(?!\d))?(?!\w)"
    yield rf"(?<!\w){name}{gap}{d}{end}(?!\w)(?:{gap}{y}(?!\d))?"
