"""Replacing keys: master keys by rewrapping, data keys by sealing everything anew.

**Master key.** Each data key is wrapped again by the first key of `ENCRYPTION_KEY`; which
rows are left is read from the rows. An old key may leave the setting once none needs it.

**Data keys.** For each subject a new key is made and the old one retired: both open, the new
one seals. Then, in this order, each step safe to repeat after a kill:

1. wait until every process has seen the new key (`KEY_CACHE_SECONDS`), and until every
   transaction has ended that may have sealed something under the old one before;
2. seal anew whatever does not begin with the new key's id, until a whole pass finds nothing;
3. wait `KEY_GRACE_SECONDS` for whoever still holds a value that was read before;
4. look once more, and only then drop the old key.

A retired key whose values can't all be opened stays, and is told of.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connections, transaction
from django.db.models import F, Func, QuerySet, Value

from clinicity.common import clock
from clinicity.common.exceptions import Conflict
from clinicity.privacy import keyring, resealing
from clinicity.privacy.models import KeyRotation, RetiredKey, SubjectKey
from clinicity.privacy.pseudonyms import pseudonym
from clinicity.privacy.resealing import OWNER, Pass

Tell = Callable[[str], None]
# Of one rotation at a time; the number says nothing.
LOCK = 3_141_592_653
SUBJECTS_AT_ONCE = 200
PAUSE = 0.5
# Every transaction holds the lock of its own virtual id until it ends.
RUNNING = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'virtualxid' AND granted AND pid <> pg_backend_pid()
"""


# A wrapped key begins with its master key's id.
MASTER_ID = Func(
    F("wrapped"), Value(1), Value(keyring.KEY_ID), function="substr",
    output_field=SubjectKey._meta.get_field("wrapped"),
)  # fmt: skip


@dataclass(frozen=True)
class Rewrapped:
    """A batch of data keys under the newest master key, and those that none opens."""

    done: int
    lost: int


@contextmanager
def alone() -> Iterator[None]:
    """Refuse a second rotation while one runs; a killed one lets go by itself."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Conflict("A rotation is running already.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def master_rotate(*, batch: int) -> Iterator[Rewrapped]:
    """Wrap all data keys under the newest master key; each batch is committed by itself."""
    for model in (SubjectKey, RetiredKey):
        last = None
        while True:
            last, done = _rewrap_batch(model, last, batch)
            if last is None:
                break
            yield done


def _rewrap_batch(
    model: "type[SubjectKey | RetiredKey]", after: UUID | None, size: int
) -> tuple[UUID | None, Rewrapped]:
    with transaction.atomic(using=OWNER):
        all_rows: Any = model._default_manager.using(OWNER)
        rows = all_rows.annotate(master=MASTER_ID)
        rows = rows.exclude(master=next(iter(keyring.master_keys()))).order_by("pk")
        rows = rows.filter(pk__gt=after) if after else rows
        found: list[SubjectKey | RetiredKey] = list(rows.select_for_update()[:size])
        lost = sum(not _rewrapped(row) for row in found)
        all_rows.bulk_update(found, ["wrapped"])
    return (found[-1].pk if found else None), Rewrapped(len(found) - lost, lost)


def _rewrapped(row: SubjectKey | RetiredKey) -> bool:
    try:
        raw = keyring.unwrapped(row.subject_id, bytes(row.wrapped))
    except keyring.NoKey:
        return False
    row.wrapped = keyring.wrap(row.subject_id, raw)
    return True


def rotation_open() -> KeyRotation | None:
    """The renewal of data keys that isn't finished."""
    return KeyRotation.objects.using(OWNER).filter(finished_at=None).first()


def subjects_left(rotation: KeyRotation) -> int:
    """How many subjects still seal under a key that is older than the rotation."""
    return _older(rotation).count()


def _older(rotation: KeyRotation) -> QuerySet[SubjectKey]:
    """Keys to renew. One that no master key opens is lost: a newer one would only hide it."""
    rows = SubjectKey.objects.using(OWNER).annotate(master=MASTER_ID)
    known = list(keyring.master_keys())
    return rows.filter(created_at__lt=rotation.created_at, master__in=known)


def subjects_retiring() -> list[UUID]:
    """Who has a retired key besides the newest."""
    rows = RetiredKey.objects.using(OWNER).order_by("subject_id")
    return list(rows.values_list("subject_id", flat=True).distinct())


def data_keys_rotate(*, batch: int, tell: Tell) -> KeyRotation:
    """Renew every data key, or go on with a renewal that was cut off."""
    rotation = rotation_open() or KeyRotation.objects.using(OWNER).create()
    while made := keys_renew(rotation, size=batch):
        tell(f"{made} new data keys")
    # One retired by a run that was killed may still be sealing elsewhere: wait each time.
    if rotation.clean_at is None and subjects_retiring():
        tell(f"waiting {settings.KEY_CACHE_SECONDS:.0f} s until every process seals anew")
        time.sleep(settings.KEY_CACHE_SECONDS + PAUSE)
        transactions_outlive()
    keyring.forget()
    while True:
        left = _sealed_to_the_end(rotation, batch=batch, tell=tell)
        _grace(rotation, tell=tell)
        again = _pass(rotation, batch=batch)
        if again.is_clean:
            break
        _cleaned(rotation, at=None)
    return _finished(rotation, left, tell=tell)


def keys_renew(rotation: KeyRotation, *, size: int) -> int:
    """Give some subjects a new data key and retire their old one, in one transaction."""
    with transaction.atomic(using=OWNER):
        rows = list(_older(rotation).select_for_update().order_by("created_at")[:size])
        RetiredKey.objects.using(OWNER).bulk_create(
            RetiredKey(subject_id=r.subject_id, wrapped=r.wrapped, version=r.version)
            for r in rows
        )
        for row in rows:
            raw = AESGCM.generate_key(bit_length=256)
            row.wrapped, row.version = keyring.wrap(row.subject_id, raw), row.version + 1
            row.created_at = clock.now()
        SubjectKey.objects.using(OWNER).bulk_update(rows, ["wrapped", "version", "created_at"])
        _count(rotation, subjects=len(rows))
        if rows:
            _cleaned(rotation, at=None)
    keyring.forget()
    return len(rows)


def transactions_outlive() -> None:
    """Wait until every transaction has ended that runs now."""
    waited_for = _running()
    while waited_for & _running():
        time.sleep(PAUSE)


def _running() -> set[str]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(RUNNING)
        return {name for (name,) in cursor.fetchall()}


def _sealed_to_the_end(rotation: KeyRotation, *, batch: int, tell: Tell) -> Pass:
    """Passes until a whole one finds nothing; gives that one, with what can't be opened."""
    while True:
        done = _pass(rotation, batch=batch)
        if done.is_clean:
            _cleaned(rotation, at=rotation.clean_at or clock.now())
            return done
        _cleaned(rotation, at=None)
        tell(f"{done.resealed} rows and files sealed anew, {done.busy} held by others")
        time.sleep(PAUSE if done.busy else 0)


def _pass(rotation: KeyRotation, *, batch: int) -> Pass:
    subjects, whole = all_subjects(), Pass()
    for start in range(0, len(subjects), SUBJECTS_AT_ONCE):
        for done in resealing.reseal(subjects[start : start + SUBJECTS_AT_ONCE], batch=batch):
            _count(rotation, resealed=done.resealed)
            whole += done
    return whole


def all_subjects() -> list[UUID]:
    rows = SubjectKey.objects.using(OWNER).order_by("subject_id")
    return list(rows.values_list("subject_id", flat=True))


def _grace(rotation: KeyRotation, *, tell: Tell) -> None:
    """Wait for whoever still holds a value that was read before all was sealed anew."""
    transactions_outlive()
    if rotation.clean_at is None or not subjects_retiring():
        return
    until = rotation.clean_at + timedelta(seconds=settings.KEY_GRACE_SECONDS)
    seconds = (until - clock.now()).total_seconds()
    if seconds > 0:
        tell(f"old keys stay openable until {until:%H:%M:%S} UTC; this may be stopped")
        time.sleep(seconds)


def _finished(rotation: KeyRotation, left: Pass, *, tell: Tell) -> KeyRotation:
    dropped = keys_drop(set(subjects_retiring()) - set(left.unreadable))
    tell(f"{dropped} old data keys dropped")
    for id in sorted(set(left.unreadable) & set(subjects_retiring())):
        values = left.unreadable[id]
        who = "system" if id == keyring.SYSTEM else pseudonym(id)
        tell(
            f"kept: {values} rows or files of {who} can't be opened, so no key of it is dropped"
        )
    rotation.finished_at = clock.now()
    rotation.save(using=OWNER, update_fields=["finished_at"])
    keyring.forget()
    return rotation


def keys_drop(subject_ids: Sequence[UUID] | set[UUID]) -> int:
    """Destroy the retired keys of subjects of whom everything is sealed anew."""
    rows = RetiredKey.objects.using(OWNER).filter(subject_id__in=subject_ids)
    return int(rows.delete()[0])


def _cleaned(rotation: KeyRotation, *, at: datetime | None) -> None:
    rotation.clean_at = at
    rotation.save(using=OWNER, update_fields=["clean_at"])


def _count(rotation: KeyRotation, *, subjects: int = 0, resealed: int = 0) -> None:
    rows = KeyRotation.objects.using(OWNER).filter(id=rotation.id)
    if subjects or resealed:
        rows.update(subjects=F("subjects") + subjects, resealed=F("resealed") + resealed)
