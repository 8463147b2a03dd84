"""The state of all keys for whoever answers for them, and their rotation with its audit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connections
from django.db.models import Count

from clinicity.audit import services as audit
from clinicity.common.actors import SYSTEM, Actor
from clinicity.privacy import hash_secret, keyring, resealing, rotation
from clinicity.privacy.models import DestroyedKey, RetiredKey, SubjectKey
from clinicity.privacy.pseudonyms import pseudonym
from clinicity.privacy.resealing import OWNER

Tell = Callable[[str], None]
# Patients without a data key that nobody destroyed: what was sealed for them is lost.
KEYLESS = """
SELECT p.id FROM patients_patient p
WHERE NOT EXISTS (SELECT FROM privacy_subjectkey k WHERE k.subject_id = p.id)
  AND NOT EXISTS (SELECT FROM privacy_destroyedkey d WHERE d.subject_id = p.id)
ORDER BY p.id
"""
EXPLAINED = 5


@dataclass(frozen=True)
class Master:
    """One master key: whether the setting has it, and how many data keys it wraps."""

    id: str
    configured: bool
    newest: bool
    wraps: int

    @property
    def removable(self) -> bool:
        """Whether it may leave the setting."""
        return self.configured and not self.newest and not self.wraps

    @property
    def lost(self) -> bool:
        return not self.configured


@dataclass(frozen=True)
class State:
    """What is known of all keys. `lost` are the ids of whose data can't be opened."""

    masters: list[Master]
    lost: list[UUID]
    destroyed: int
    retired: int
    # Whether HASH_SECRET is the one that the indexes were made with; None: never noted.
    hash_secret_fits: bool | None

    @property
    def is_well(self) -> bool:
        return not self.lost and self.hash_secret_fits is not False


def keys_state() -> State:
    """Every data key is tried, so that an altered one is found as well."""
    return State(
        masters=_masters(),
        lost=sorted({*_unopenable(), *_keyless()}),
        destroyed=DestroyedKey.objects.using(OWNER).count(),
        retired=RetiredKey.objects.using(OWNER).count(),
        hash_secret_fits=hash_secret.fits(),
    )


def _masters() -> list[Master]:
    counts = _wrapped_by()
    known = list(keyring.master_keys())
    return [
        Master(id.hex(), id in known, id == known[0], counts.get(id, 0))
        for id in [*known, *sorted(set(counts) - set(known))]
    ]


def _wrapped_by() -> dict[bytes, int]:
    counts: dict[bytes, int] = {}
    for model in (SubjectKey, RetiredKey):
        rows = model._default_manager.using(OWNER).annotate(master=rotation.MASTER_ID)
        for id, number in rows.values_list("master").annotate(n=Count("pk")):
            counts[bytes(id)] = counts.get(bytes(id), 0) + number
    return counts


def _unopenable() -> Iterator[UUID]:
    for model in (SubjectKey, RetiredKey):
        rows = model._default_manager.using(OWNER).values_list("subject_id", "wrapped")
        for id, wrapped in rows.iterator():
            try:
                keyring.unwrapped(id, bytes(wrapped))
            except keyring.NoKey:
                yield id


def _keyless() -> Iterator[UUID]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(KEYLESS)
        yield from (id for (id,) in cursor.fetchall())


def sentences(state: State) -> Iterator[str]:
    """The state in words."""
    for master in state.masters:
        yield f"  {master.id}  {master.wraps:>8} data keys  {_said(master)}"
    yield f"{len(state.lost)} lost: {_named(state.lost)}" if state.lost else "0 lost"
    yield f"{state.destroyed} destroyed by erasure, which is no loss"
    if state.retired:
        yield f"{state.retired} retired data keys still open: a rotation isn't finished"
    if state.hash_secret_fits is False:
        yield hash_secret.ANOTHER


def _said(master: Master) -> str:
    if master.lost:
        return "LOST: not in ENCRYPTION_KEY. Put it back; nothing else opens what it wraps."
    if master.newest:
        return "newest: it wraps what is new"
    if master.removable:
        return "wraps nothing: it may be removed from ENCRYPTION_KEY"
    return "still needed: run `manage.py rotate_encryption_keys`"


def _named(ids: list[UUID]) -> str:
    names = ["system" if id == keyring.SYSTEM else pseudonym(id) for id in ids[:EXPLAINED]]
    return ", ".join(names) + (" …" if len(ids) > EXPLAINED else "")


def master_key_rotate(*, by: Actor = SYSTEM, batch: int, tell: Tell) -> int:
    """Wrap every data key under the newest master key; gives how many can't be: lost ones."""
    newest = next(iter(keyring.master_keys())).hex()
    done = lost = 0
    with rotation.alone():
        for each in rotation.master_rotate(batch=batch):
            done, lost = done + each.done, lost + each.lost
            tell(f"{done} data keys wrapped anew")
        audit.record(
            by=by,
            act="keys.rotate_master",
            subject="keys",
            master=newest,
            count=done,
            lost=lost,
        )
    keyring.forget()
    return lost


def data_keys_rotate(*, by: Actor = SYSTEM, batch: int, tell: Tell) -> None:
    """Give everybody a new data key and seal all that is stored anew."""
    with rotation.alone():
        resumed = rotation.rotation_open() is not None
        audit.record(by=by, act="keys.rotate_data", subject="keys", resumed=resumed)
        done = rotation.data_keys_rotate(batch=batch, tell=tell)
        done.refresh_from_db()
        audit.record(
            by=by, act="keys.rotated_data", subject="keys", subject_id=done.id,
            subjects=done.subjects, count=done.resealed,
        )  # fmt: skip


def progress() -> Iterator[str]:
    """How far a rotation is, and what keeps an old key from being removed."""
    yield from sentences(keys_state())
    going = rotation.rotation_open()
    if going is None:
        yield "no renewal of data keys is open"
        return
    yield (
        f"renewal of data keys since {going.created_at:%Y-%m-%d %H:%M} UTC: "
        f"{going.subjects} new keys, {rotation.subjects_left(going)} to make, "
        f"{going.resealed} rows and files sealed anew, "
        f"{resealing.stale(rotation.all_subjects())} to seal"
    )
    yield "run `manage.py rotate_encryption_keys --data-keys` to go on"
