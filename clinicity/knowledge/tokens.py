"""Words as keyed hashes, so that keyword search works on text the index never sees.

BM25 counts equal tokens and never reads them: replacing each stemmed word by its
HMAC gives the same order of results, and nothing readable in the index's files.
"""

import re
import unicodedata
from functools import lru_cache

from clinicity.privacy.fulltext import stemmed
from clinicity.privacy.pseudonyms import keyed_hash

SCOPE = "search.token"
# 64 bits of the hash: collisions among a million words stay unlikely.
DIGITS = 16
WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")


def stems(text: str) -> list[str]:
    """Lower-case stems of the words and numbers of an English text, in order."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return stemmed(WORD.findall(plain), "english")


def hashed(text: str) -> str:
    """The text as the index may have it: one hash a stem, parted by spaces."""
    return " ".join(_hash(stem) for stem in stems(text))


@lru_cache(maxsize=50_000)
def _hash(stem: str) -> str:
    return keyed_hash(stem, scope=SCOPE)[:DIGITS]
