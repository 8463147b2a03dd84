"""Sealing anew what an older key sealed, in batches, while everybody reads and writes.

A stored value says by its first bytes which key sealed it, so PostgreSQL itself finds what
is left to do: nothing has to be remembered, and a pass that was killed is simply repeated.
Rows that somebody is changing are passed over, never waited for: a pass can't deadlock with
a request, and it can't undo its change. The next pass takes them.

What is sealed and is no protected field (files, another server's graph) is told of by the
app that keeps it, in `STORES`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper

from clinicity.privacy import keyring
from clinicity.privacy.fields import HEAD_LETTERS, EncryptedBytesField, SealedField

# Only the owner passes row security, and may touch append-only rows.
OWNER = "owner"


@dataclass(frozen=True)
class Pass:
    """What one pass over the stored values found and did."""

    resealed: int = 0
    # Held by somebody else just then.
    busy: int = 0
    # Whose values no key opens; they stay as they are, and so do the keys of these subjects.
    unreadable: Mapping[UUID, int] = field(default_factory=dict)

    def __add__(self, other: "Pass") -> "Pass":
        both = {
            id: self.unreadable.get(id, 0) + other.unreadable.get(id, 0)
            for id in {**self.unreadable, **other.unreadable}
        }
        return Pass(self.resealed + other.resealed, self.busy + other.busy, both)

    @property
    def is_clean(self) -> bool:
        """Nothing is left that an older key seals and a key opens."""
        return not (self.resealed or self.busy)


@dataclass(frozen=True)
class Store:
    """Sealed things outside of protected fields: `reseal` does what a pass does, for one
    subject, and `stale` counts what is left to do."""

    reseal: Callable[[UUID], Pass]
    stale: Callable[[UUID], int]


STORES: dict[str, Store] = {}


def reseal(subject_ids: Sequence[UUID], *, batch: int) -> Iterator[Pass]:
    """One pass over everything that is stored of some subjects; each batch is committed."""
    keyring.preload(subject_ids)
    for table in tables():
        yield from table.reseal(table.heads(subject_ids), batch)
    for store in STORES.values():
        for id in subject_ids:
            if keyring.has_key(id):
                yield store.reseal(id)


def stale(subject_ids: Sequence[UUID]) -> int:
    """How many rows and files of some subjects an older key, or an older form, seals."""
    keyring.preload(subject_ids)
    rows = sum(table.stale(table.heads(subject_ids)) for table in tables())
    ours = [id for id in subject_ids if keyring.has_key(id)]
    return rows + sum(store.stale(id) for store in STORES.values() for id in ours)


def tables() -> list["Table"]:
    """Every table that has protected fields."""
    found = [Table(model) for model in apps.get_models() if not model._meta.proxy]
    return [table for table in found if table.fields]


Heads = tuple[list[UUID], list[str], list[bytes]]


@dataclass(frozen=True)
class Table:
    """One table's protected columns, and whose key seals each row."""

    model: type[models.Model]

    @cached_property
    def fields(self) -> list[SealedField]:
        return [f for f in self.model._meta.concrete_fields if isinstance(f, SealedField)]

    @property
    def subject(self) -> str | None:
        """The column of whose row it is; None where all are the system's."""
        name: str | None = getattr(self.model.Privacy, "subject", None)  # type: ignore[attr-defined]
        return name

    def heads(self, subject_ids: Sequence[UUID]) -> Heads:
        """How the newest blobs of those subjects begin who have rows here."""
        ids = [id for id in subject_ids if (id == keyring.SYSTEM) == (self.subject is None)]
        known = [(id, keyring.newest_head(id)) for id in ids]
        heads = [(id, head) for id, head in known if head]
        texts = [SealedField.letters_of(head) for _, head in heads]
        return [id for id, _ in heads], texts, [head for _, head in heads]

    def stale(self, heads: Heads) -> int:
        if not heads[0]:
            return 0
        with connections[OWNER].cursor() as cursor:
            cursor.execute(f"SELECT count(*) {self._stale_rows}", list(heads))
            return int(cursor.fetchone()[0])

    def reseal(self, heads: Heads, batch: int) -> Iterator[Pass]:
        last: Any = None
        while heads[0]:
            last, done = self._batch(heads, last, batch)
            if last is None:
                return
            yield done

    def _batch(self, heads: Heads, after: Any, size: int) -> tuple[Any, Pass]:
        """Seal the next rows behind `after`; gives the last of them, or None at the end."""
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cursor.execute("SELECT set_config('clinicity.reseal', %s, true)", [self._names])
            behind = f"AND t.{self._pk} > %s" if after is not None else ""
            cursor.execute(
                f"SELECT t.{self._pk} {self._stale_rows} {behind} ORDER BY 1 LIMIT %s",
                [*heads, *([after] if after is not None else []), size],
            )
            ids = [id for (id,) in cursor.fetchall()]
            if not ids:
                return None, Pass()
            rows = self._locked(cursor, heads, ids)
            return ids[-1], self._sealed(cursor, rows, busy=len(ids) - len(rows))

    def _locked(
        self, cursor: CursorWrapper, heads: Heads, ids: list[Any]
    ) -> list[tuple[Any, ...]]:
        """Those of the rows that nobody holds, as they are now."""
        columns = ", ".join(f't."{f.column}"' for f in self.fields)
        cursor.execute(
            f"SELECT t.{self._pk}, {self._owner}, {columns} {self._stale_rows}"
            f" AND t.{self._pk} = ANY(%s) FOR UPDATE OF t SKIP LOCKED",
            [*heads, ids],
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _sealed(
        self, cursor: CursorWrapper, rows: Sequence[tuple[Any, ...]], *, busy: int
    ) -> Pass:
        changes, unreadable = [], dict[UUID, int]()
        for pk, subject_id, *stored in rows:
            try:
                changes.append((*self._renewed(subject_id, pk, stored), pk))
            except keyring.CantOpen:
                unreadable[subject_id] = unreadable.get(subject_id, 0) + 1
        if changes:
            assigned = ", ".join(f'"{f.column}" = %s' for f in self.fields)
            cursor.executemany(
                f"UPDATE {self._table} SET {assigned} WHERE {self._pk} = %s",  # noqa: S608  names of models
                changes,
            )
        return Pass(len(changes), busy, unreadable)

    def _renewed(self, subject_id: UUID, pk: Any, stored: Sequence[Any]) -> Iterator[Any]:
        head = keyring.newest_head(subject_id)
        for sealed, value in zip(self.fields, stored, strict=True):
            old = value is not None and sealed.head_of(value) != head
            yield sealed.resealed(subject_id, pk, value) if old else value

    @property
    def _names(self) -> str:
        return ",".join(str(f.column) for f in self.fields)

    @property
    def _table(self) -> str:
        return f'"{self.model._meta.db_table}"'

    @property
    def _pk(self) -> str:
        return f'"{self.model._meta.pk.column}"'

    @property
    def _owner(self) -> str:
        return "h.subject" if self.subject is None else f't."{self.subject}"'

    @property
    def _stale_rows(self) -> str:
        """Rows with a value that doesn't begin as the newest of its subject do."""
        old = " OR ".join(map(_is_old, self.fields))
        mine = "true" if self.subject is None else f'h.subject = t."{self.subject}"'
        return (
            f"FROM {self._table} t JOIN unnest(%s::uuid[], %s::text[], %s::bytea[])"
            f" AS h (subject, letters, bytes) ON {mine} WHERE ({old})"
        )


def _is_old(sealed: SealedField) -> str:
    if isinstance(sealed, EncryptedBytesField):
        return f'substring(t."{sealed.column}" FROM 1 FOR {keyring.HEAD}) <> h.bytes'
    return f'left(t."{sealed.column}", {HEAD_LETTERS}) <> h.letters'
