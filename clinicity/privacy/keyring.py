"""The keyring: who can open what.

Each patient has a data key of their own. It is stored wrapped by the newest key of
`ENCRYPTION_KEY`; older keys of that setting still unwrap. Everything of a patient
(fields, ledger, segments, files) is sealed under their data key, so that lawful
erasure is the destruction of one row. Data of no patient is sealed for `SYSTEM`.

A sealed blob is `version (1) | key id (8) | nonce (12) | AES-256-GCM ciphertext + tag`,
with the caller's associated data bound into the tag (NIST SP 800-38D).
"""

import base64
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cachetools import TTLCache
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from clinicity.privacy.models import SubjectKey

VERSION = b"\x01"
KEY_ID, NONCE = 8, 12
HEADER = 1 + KEY_ID + NONCE
SYSTEM = UUID(int=0)
# A destroyed key stays openable in other processes for this long at most.
CACHE_SECONDS = 60


class Unreadable(ValueError):
    """A ciphertext that was altered, moved to another row, or whose key is gone."""


class NoKey(LookupError):
    """The subject has no data key, or it was destroyed."""


@dataclass(frozen=True)
class DataKey:
    id: bytes
    cipher: AESGCM


# A key whose creation rolls back may stay here: its subject's id is never used again.
_data_keys: TTLCache[UUID, DataKey] = TTLCache(maxsize=10_000, ttl=CACHE_SECONDS)


def seal(subject_id: UUID, data: bytes, *, aad: bytes) -> bytes:
    """Encrypt and authenticate `data` for one subject, bound to `aad`."""
    key = _data_key(subject_id)
    nonce = os.urandom(NONCE)
    return VERSION + key.id + nonce + key.cipher.encrypt(nonce, data, aad)


def unseal(subject_id: UUID, blob: bytes, *, aad: bytes) -> bytes:
    """Open a sealed blob; raises `Unreadable` unless every byte and `aad` are its own."""
    return unseal_many(subject_id, [(blob, aad)])[0]


def unseal_many(subject_id: UUID, sealed: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """The same for many blobs of one subject, each with its associated data."""
    key = _data_key(subject_id)
    head, decrypt, opened = VERSION + key.id, key.cipher.decrypt, list[bytes]()
    for blob, aad in sealed:
        if not blob.startswith(head):
            raise Unreadable("The blob was not sealed under this subject's key.")
        try:
            opened.append(decrypt(blob[1 + KEY_ID : HEADER], blob[HEADER:], aad))
        except InvalidTag as error:
            raise Unreadable("The blob was altered or belongs to another row.") from error
    return opened


def subject_key_create(subject_id: UUID) -> None:
    """Make a new subject's data key, in the caller's transaction."""
    raw = AESGCM.generate_key(bit_length=256)
    SubjectKey.objects.create(subject_id=subject_id, wrapped=_wrap(subject_id, raw))


def system_key_ensure() -> None:
    """Make the key for data of no patient, once for each database, and commit it."""
    with transaction.atomic(durable=True):
        if not SubjectKey.objects.filter(subject_id=SYSTEM).exists():
            subject_key_create(SYSTEM)


def subject_key_destroy(subject_id: UUID) -> None:
    """Erase a subject's data key: nothing sealed under it can be opened again."""
    SubjectKey.objects.filter(subject_id=subject_id).delete()
    _data_keys.pop(subject_id, None)


def preload(subject_ids: Iterable[UUID]) -> None:
    """Fetch many data keys in one query, before a list is opened."""
    missing = [id for id in set(subject_ids) if id not in _data_keys]
    if missing:
        for row in SubjectKey.objects.filter(subject_id__in=missing):
            _data_keys[row.subject_id] = _unwrap(row)


def forget() -> None:
    """Drop every cached key (after a rotation, and between tests)."""
    _data_keys.clear()
    _master_keys.cache_clear()


def rewrap(row: SubjectKey) -> bool:
    """Wrap a data key under the newest master key. False when it is already."""
    if bytes(row.wrapped[:KEY_ID]) == next(iter(_master_keys())):
        return False
    row.wrapped = _wrap(row.subject_id, _raw(row))
    row.save(update_fields=["wrapped"])
    return True


def _data_key(subject_id: UUID) -> DataKey:
    try:
        return _data_keys[subject_id]
    except KeyError:  # not there, or too long ago
        pass
    row = SubjectKey.objects.filter(subject_id=subject_id).first()
    if row is None:
        raise NoKey(f"Subject {subject_id} has no data key.")
    _data_keys[subject_id] = _unwrap(row)
    return _data_keys[subject_id]


def _wrap(subject_id: UUID, raw: bytes) -> bytes:
    master_id, master = next(iter(_master_keys().items()))
    nonce = os.urandom(NONCE)
    return master_id + nonce + master.encrypt(nonce, raw, subject_id.bytes)


def _unwrap(row: SubjectKey) -> DataKey:
    raw = _raw(row)
    return DataKey(hashlib.sha256(raw).digest()[:KEY_ID], AESGCM(raw))


def _raw(row: SubjectKey) -> bytes:
    wrapped = bytes(row.wrapped)
    master = _master_keys().get(wrapped[:KEY_ID])
    if master is None:
        raise NoKey("The key that wraps this data key is not in ENCRYPTION_KEY.")
    nonce, sealed = wrapped[KEY_ID : KEY_ID + NONCE], wrapped[KEY_ID + NONCE :]
    try:
        return master.decrypt(nonce, sealed, row.subject_id.bytes)
    except InvalidTag as error:
        raise Unreadable("A wrapped data key was altered.") from error


@lru_cache(maxsize=1)
def _master_keys() -> dict[bytes, AESGCM]:
    """The keys of ENCRYPTION_KEY by id, newest first."""
    keys = [base64.b64decode(key) for key in settings.ENCRYPTION_KEY.split(",") if key]
    return {hashlib.sha256(key).digest()[:KEY_ID]: AESGCM(key) for key in keys}
