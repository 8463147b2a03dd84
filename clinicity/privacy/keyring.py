"""The keyring: who can open what.

Each patient has a data key of their own. It is stored wrapped by the newest key of
`ENCRYPTION_KEY`; older keys of that setting still unwrap. Everything of a patient
(fields, ledger, segments, files) is sealed under their data key, so that lawful
erasure is the destruction of one row. Data of no patient is sealed for `SYSTEM`.

Nothing is sealed by the data key itself: each table has a key of its own, derived from it
(HKDF-SHA256, RFC 5869, the table's name as info), so that one that leaks opens nothing of
another table. The table is the second word of the associated data, `clinicity|TABLE|…`.

A sealed blob is `version (1) | key id (8) | nonce (12) | AES-256-GCM ciphertext + tag`,
with the caller's associated data bound into the tag (NIST SP 800-38D). The id is the data
key's. Blobs of version 1 were sealed by the data key itself; they open, and
`rotate_encryption_keys` seals them anew.
"""

import base64
import hashlib
import hmac
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from clinicity.common.exceptions import DomainError
from clinicity.privacy.models import DestroyedKey, RetiredKey, SubjectKey
from clinicity.privacy.pseudonyms import pseudonym

logger = logging.getLogger(__name__)

WHOLE, VERSION = b"\x01", b"\x02"
KEY_ID, NONCE = 8, 12
HEAD = 1 + KEY_ID
HEADER = HEAD + NONCE
SYSTEM = UUID(int=0)
MOST_CACHED = 10_000
E = TypeVar("E", bound="CantOpen")


class CantOpen(DomainError):
    """Something sealed that can't be opened. Said aloud wherever it happens, never hidden."""

    type = "unreadable-record"
    title = "This record can't be opened."
    status = HTTPStatus.INTERNAL_SERVER_ERROR


class Unreadable(CantOpen):
    """A ciphertext that was altered, moved to another row, or whose key is gone."""


class NoKey(CantOpen):
    """The subject's data key can't be had: it is lost, or was destroyed."""

    type = "key-missing"
    title = "This record can't be opened: its key is missing."
    status = HTTPStatus.SERVICE_UNAVAILABLE


class Destroyed(NoKey):
    """The data key was destroyed on purpose: the record is erased."""

    type = "erased"
    title = "This record was erased."
    status = HTTPStatus.GONE


class Failure(NamedTuple):
    """What could not be opened, for whoever has to be told. No value is in it."""

    subject_id: UUID
    reason: str
    # Whoever asked says so in its place: a row of a list that names itself as closed.
    marked: bool = False


_marking: ContextVar[bool] = ContextVar("marking", default=False)
# Who is told of each failure to open. The trail and the metrics ask to be: they lie above.
FAILED: list[Callable[[Failure], None]] = []


class DataKey:
    """One data key: its id, and the keys that are made of it."""

    __slots__ = ("_ciphers", "_derives", "_raw", "head", "id")

    def __init__(self, raw: bytes) -> None:
        self.id = hashlib.sha256(raw).digest()[:KEY_ID]
        self.head = VERSION + self.id
        self._raw = raw
        # The first step of HKDF, with the salt of zeros that it takes where none is given.
        self._derives = hmac.digest(bytes(32), raw, "sha256")
        self._ciphers: dict[bytes, AESGCM] = {}

    def cipher(self, table: bytes) -> AESGCM:
        """The cipher of one table."""
        found = self._ciphers.get(table)
        if found is None:
            info = b"clinicity|table|" + table + b"\x01"
            found = self._ciphers[table] = AESGCM(hmac.digest(self._derives, info, "sha256"))
        return found

    def whole(self) -> AESGCM:
        """The data key itself, which sealed the blobs of version 1."""
        return AESGCM(self._raw)


class Keys:
    """The data keys of one subject that can be had: the newest seals, all of them open."""

    __slots__ = ("_lost", "_openers", "current", "fresh_until", "keys", "subject_id")

    def __init__(self, subject_id: UUID, wrapped: Iterable[bytes]) -> None:
        """`wrapped`: the newest first."""
        self.subject_id, self._lost = subject_id, ""
        self.current: DataKey | None = None
        self.keys: list[DataKey] = []
        self.fresh_until = time.monotonic() + settings.KEY_CACHE_SECONDS
        self._openers: dict[tuple[bytes, bytes], AESGCM] = {}
        for number, blob in enumerate(wrapped):
            try:
                key = DataKey(unwrapped(subject_id, blob))
            except CantOpen as lost:
                self._lost = lost.detail
                continue
            self.keys.append(key)
            self.current = key if number == 0 else self.current

    def sealing(self) -> DataKey:
        if self.current is None:
            raise self.missing()
        return self.current

    def opener(self, head: bytes, table: bytes) -> AESGCM | None:
        """The cipher that opens what begins with `head` in `table`, if we have its key."""
        found = self._openers.get((head, table))
        if found is None:
            key = next((key for key in self.keys if key.id == head[1:]), None)
            if key is None or head[:1] not in (WHOLE, VERSION):
                return None
            found = key.whole() if head[:1] == WHOLE else key.cipher(table)
            self._openers[head, table] = found
        return found

    def missing(self) -> CantOpen:
        """Why there is no key for something."""
        if self._lost:
            return told(NoKey(self._lost), self.subject_id)
        return told(
            Unreadable("What is stored was not sealed under a key of this record."),
            self.subject_id,
        )


# A key whose creation rolls back may stay here: its subject's id is never used again.
_cache: dict[UUID, Keys] = {}


def seal(subject_id: UUID, data: bytes, *, aad: bytes) -> bytes:
    """Encrypt and authenticate `data` for one subject, bound to `aad`."""
    key = _keys(subject_id).sealing()
    nonce = os.urandom(NONCE)
    return key.head + nonce + key.cipher(table_of(aad)).encrypt(nonce, data, aad)


def unseal(subject_id: UUID, blob: bytes, *, aad: bytes) -> bytes:
    """Open a sealed blob; raises `CantOpen` unless every byte and `aad` are its own."""
    return _opened(_keys(subject_id), blob, aad)


def unseal_many(subject_id: UUID, sealed: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """The same for many blobs of one subject, each with its associated data."""
    keys = _keys(subject_id)
    return [_opened(keys, blob, aad) for blob, aad in sealed]


def _opened(keys: Keys, blob: bytes, aad: bytes) -> bytes:
    head, table = blob[:HEAD], table_of(aad)
    cipher = keys.opener(head, table)
    if cipher is None:
        # Sealed a moment ago by another process under a key that is newer than ours?
        keys = _fetched(keys.subject_id)
        cipher = keys.opener(head, table)
    if cipher is None:
        raise keys.missing()
    try:
        return cipher.decrypt(blob[HEAD:HEADER], blob[HEADER:], aad)
    except (InvalidTag, ValueError) as error:  # ValueError: too short to have a tag
        wrong = Unreadable("What is stored was altered, or belongs to another row.")
        raise told(wrong, keys.subject_id) from error


def newest_head(subject_id: UUID) -> bytes | None:
    """How a blob that is sealed now begins; None where no key can be had to seal it by."""
    try:
        current = _keys(subject_id).current
    except CantOpen:
        return None
    return current.head if current else None


def has_key(subject_id: UUID) -> bool:
    """Whether something can be sealed for this subject."""
    return newest_head(subject_id) is not None


def is_newest(subject_id: UUID, head: bytes) -> bool:
    """Whether a blob that begins with `head` is sealed as a new one would be.

    Also true where there is no key any more to seal it by.
    """
    return newest_head(subject_id) in (None, head)


def table_of(aad: bytes) -> bytes:
    """The table that associated data names."""
    words = aad.split(b"|", 2)
    return words[1] if len(words) > 1 else b""


def subject_key_create(subject_id: UUID) -> None:
    """Make a new subject's data key, in the caller's transaction."""
    raw = AESGCM.generate_key(bit_length=256)
    SubjectKey.objects.create(subject_id=subject_id, wrapped=wrap(subject_id, raw))


def system_key_ensure() -> None:
    """Make the key for data of no patient, once for each database, and commit it."""
    with transaction.atomic(durable=True):
        if not SubjectKey.objects.filter(subject_id=SYSTEM).exists():
            subject_key_create(SYSTEM)


def subject_key_destroy(subject_id: UUID) -> None:
    """Erase a subject's data keys: nothing sealed under them can be opened again.

    What stays is a note that they were destroyed, so that nobody takes them for lost.
    """
    with transaction.atomic():
        # First the lock: a rotation that is making a newer key is waited for, and met by it.
        list(SubjectKey.objects.select_for_update().filter(subject_id=subject_id))
        SubjectKey.objects.filter(subject_id=subject_id).delete()
        RetiredKey.objects.filter(subject_id=subject_id).delete()
        DestroyedKey.objects.get_or_create(subject_id=subject_id)
    _cache.pop(subject_id, None)


def preload(subject_ids: Iterable[UUID]) -> None:
    """Fetch many data keys in one query, before a list is opened."""
    now = time.monotonic()
    missing = [id for id in set(subject_ids) if not _is_fresh(_cache.get(id), now)]
    if missing:
        _remember(missing)


def forget() -> None:
    """Drop every cached key (after a rotation, and between tests)."""
    _cache.clear()
    master_keys.cache_clear()


def wrap(subject_id: UUID, raw: bytes) -> bytes:
    """A data key under the newest master key."""
    master_id, master = next(iter(master_keys().items()))
    nonce = os.urandom(NONCE)
    return master_id + nonce + master.encrypt(nonce, raw, subject_id.bytes)


def unwrapped(subject_id: UUID, wrapped: bytes) -> bytes:
    """The data key itself; raises `CantOpen` where no key of the setting opens it."""
    master = master_keys().get(wrapped[:KEY_ID])
    if master is None:
        raise NoKey(
            f"The master key {wrapped[:KEY_ID].hex()}, which wraps this record's key, is not in"
            " ENCRYPTION_KEY. Tell an administrator."
        )
    nonce, sealed = wrapped[KEY_ID : KEY_ID + NONCE], wrapped[KEY_ID + NONCE :]
    try:
        return master.decrypt(nonce, sealed, subject_id.bytes)
    except (InvalidTag, ValueError) as error:
        raise NoKey("This record's key was altered. Tell an administrator.") from error


def rewrap(row: SubjectKey | RetiredKey) -> bool:
    """Wrap a data key under the newest master key. False when it is already."""
    wrapped = bytes(row.wrapped)
    if wrapped[:KEY_ID] == next(iter(master_keys())):
        return False
    row.wrapped = wrap(row.subject_id, unwrapped(row.subject_id, wrapped))
    row.save(update_fields=["wrapped"])
    return True


@lru_cache(maxsize=1)
def master_keys() -> Mapping[bytes, AESGCM]:
    """The keys of ENCRYPTION_KEY by id, newest first."""
    keys = [base64.b64decode(key) for key in settings.ENCRYPTION_KEY.split(",") if key]
    return {hashlib.sha256(key).digest()[:KEY_ID]: AESGCM(key) for key in keys}


def _keys(subject_id: UUID) -> Keys:
    found = _cache.get(subject_id)
    if found is not None and found.fresh_until > time.monotonic():
        return found
    return _fetched(subject_id)


def _is_fresh(keys: Keys | None, now: float) -> bool:
    return keys is not None and keys.fresh_until > now


def _fetched(subject_id: UUID) -> Keys:
    _remember([subject_id])
    try:
        return _cache[subject_id]
    except KeyError:
        raise told(_why_none(subject_id), subject_id) from None


def _why_none(subject_id: UUID) -> NoKey:
    if DestroyedKey.objects.filter(subject_id=subject_id).exists():
        return Destroyed("Its key was destroyed on purpose; nobody can open it again.")
    return NoKey("This record's key is not in the database. Tell an administrator.")


def _remember(subject_ids: list[UUID]) -> None:
    """Fetch the keys of some subjects: one query, whether they have one or several."""
    columns = ("subject_id", "version", "wrapped")
    rows = SubjectKey.objects.filter(subject_id__in=subject_ids).values_list(*columns)
    older = RetiredKey.objects.filter(subject_id__in=subject_ids).values_list(*columns)
    for id in subject_ids:
        _cache.pop(id, None)
    if len(_cache) + len(subject_ids) > MOST_CACHED:
        _cache.clear()
    found = sorted(rows.union(older, all=True), key=itemgetter(0, 1), reverse=True)
    for id, same in groupby(found, key=itemgetter(0)):
        _cache[id] = Keys(id, [bytes(wrapped) for _, _, wrapped in same])


def told(error: E, subject_id: UUID) -> E:
    """Log a failure and tell who asked to be told, whatever becomes of the exception."""
    who = "system" if subject_id == SYSTEM else pseudonym(subject_id)
    if not isinstance(error, Destroyed):
        logger.error("keys.cant_open", extra={"record": who, "reason": error.type})
    for tell in FAILED:
        tell(Failure(subject_id, error.type, _marking.get()))
    return error


@contextmanager
def marked() -> Iterator[None]:
    """What can't be opened in this block is said by the caller, in the place of the value."""
    token = _marking.set(True)
    try:
        yield
    finally:
        _marking.reset(token)
