"""Whether everything can be opened, asked by load balancers and by `manage.py doctor`."""

from collections.abc import Iterator
from typing import Any

from cachetools import TTLCache, cached
from django.db import DatabaseError, connection

from clinicity.privacy import hash_secret, keyring
from clinicity.stack.doctor import Diagnosis
from clinicity.stack.health import Check, Unwell
from clinicity.workbench import keys

# Data keys that no master key of the setting opens. Which master wraps one, it says itself.
UNOPENABLE = """
SELECT (SELECT count(*) FROM privacy_subjectkey WHERE NOT substr(wrapped, 1, %s) = ANY(%s))
     + (SELECT count(*) FROM privacy_retiredkey WHERE NOT substr(wrapped, 1, %s) = ANY(%s))
"""
# Health is asked every few seconds; this looks at every data key.
ASK_AGAIN_SECONDS = 30
_answers: TTLCache[str, Any] = TTLCache(maxsize=2, ttl=ASK_AGAIN_SECONDS)
ADVICE = "Put the missing master key back into ENCRYPTION_KEY; `manage.py keys` names it."


def data_keys() -> None:
    """Raise `Unwell` while a data key can't be opened."""
    if lost := _lost():
        raise Unwell(f"{lost} data keys can't be opened: a master key is missing.")


def secret() -> None:
    """Raise `Unwell` when HASH_SECRET is another one than the database's."""
    if _secret_fits() is False:
        raise Unwell(hash_secret.ANOTHER)


# Without one key some records are closed; with another HASH_SECRET nobody can sign in.
CHECKS = (
    Check("keys", data_keys, needed=False),
    Check("hash-secret", secret, needed=True),
)


def examine() -> Iterator[Diagnosis]:
    """The same for the doctor, who has time to try every key."""
    try:
        state = keys.keys_state()
    except DatabaseError:
        return  # said already
    if state.lost:
        yield Diagnosis(
            "keys", f"{len(state.lost)} records can't be opened", ADVICE, grave=True
        )
    else:
        masters = sum(master.configured for master in state.masters)
        yield Diagnosis("keys", f"{masters} master keys open every data key")
    for master in state.masters:
        if master.removable:
            yield Diagnosis("keys", f"master key {master.id} wraps nothing and may be removed")
    if state.retired:
        advice = "Run `manage.py rotate_encryption_keys --data-keys` to its end."
        yield Diagnosis("keys", f"{state.retired} retired data keys still open", advice)
    if state.hash_secret_fits is False:
        yield Diagnosis("HASH_SECRET", "another one", hash_secret.ANOTHER, grave=True)


@cached(_answers, key=lambda: "lost")
def _lost() -> int:
    known = list(keyring.master_keys())
    try:
        with connection.cursor() as cursor:
            cursor.execute(UNOPENABLE, [keyring.KEY_ID, known, keyring.KEY_ID, known])
            return int(cursor.fetchone()[0])
    except DatabaseError:
        return 0  # the database's own check says that it is away


@cached(_answers, key=lambda: "secret")
def _secret_fits() -> bool | None:
    try:
        return hash_secret.fits()
    except DatabaseError:
        return None


def forget() -> None:
    """Look again: after a key was put back, and between tests."""
    _answers.clear()
