"""`HASH_SECRET` can't be changed: blind indexes, pseudonyms and names of files hang on it.

So each database keeps a fingerprint of the one that it began with, and everything that asks
how Clinicity fares says when the setting is another.
"""

from clinicity.common.exceptions import Conflict
from clinicity.privacy.models import HashSecret
from clinicity.privacy.pseudonyms import keyed_hash

ANOTHER = (
    "HASH_SECRET is not the one that this database's indexes and pseudonyms were made with."
    " Set it back: until then nobody is found by name or e-mail address, and no file is."
)


def fits() -> bool | None:
    """Whether the setting is the secret that this database began with; None: never noted."""
    known = set(HashSecret.objects.values_list("fingerprint", flat=True))
    return _fingerprint() in known if known else None


def ensure() -> None:
    """Note the secret once; raises `Conflict` where another one is noted."""
    known = fits()
    if known is False:
        raise Conflict(ANOTHER)
    if known is None:
        HashSecret.objects.create(fingerprint=_fingerprint())


def _fingerprint() -> str:
    return keyed_hash("fingerprint", scope="hash_secret")
