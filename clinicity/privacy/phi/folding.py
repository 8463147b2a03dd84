"""Letters without case and diacritics."""

import unicodedata
from functools import lru_cache

SPECIAL = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}


@lru_cache(maxsize=4096)
def plain(char: str) -> str:
    """One character in small letters without diacritics: none, one or more letters."""
    folded = unicodedata.normalize("NFKD", char.casefold())
    return "".join(SPECIAL.get(c, c) for c in folded if not unicodedata.combining(c))


def folded(word: str) -> str:
    return word.lower() if word.isascii() else "".join(map(plain, word))
