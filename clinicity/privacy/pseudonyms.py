"""Keyed hashes that stand in for values: blind indexes and pseudonyms.

HMAC-SHA256 under `HASH_SECRET`. The scope keeps equal values of different fields
from looking equal.
"""

import hmac
import unicodedata
from hashlib import sha256
from uuid import UUID

from django.conf import settings


def keyed_hash(value: str, *, scope: str) -> str:
    """64 hexadecimal digits; the same value in the same scope gives the same hash."""
    message = f"{scope}\x00{value}".encode()
    return hmac.new(settings.HASH_SECRET.encode(), message, sha256).hexdigest()


def blind_index(value: str, *, scope: str) -> str:
    """The index of a protected value: blind to case, accents' form and outer space."""
    return keyed_hash(folded(value), scope=scope)


def folded(value: str) -> str:
    """The form in which two spellings of a name count as the same."""
    decomposed = unicodedata.normalize("NFKD", value.strip().casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def pseudonym(id: UUID) -> str:
    """How a person is called where their name may not go: logs, vectors, graphs."""
    return keyed_hash(str(id), scope="pseudonym")[:16]
