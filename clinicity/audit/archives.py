"""Retirement: sealed events that are older than the law asks leave the database.

They go into a compressed file beside the checkpoints: the lines that were hashed, so the
file proves itself against the chain. A signed checkpoint says up to which number events
are retired, with the digest there and the file's SHA-256; `verify_audit` proves both.
Each step may be cut off: files count once they are signed, and rows are removed after that.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import zstandard
from django.db import connections, transaction

from clinicity.audit import chain, checkpoints
from clinicity.audit.checkpoints import RETIRED, Checkpoint
from clinicity.audit.copying import SELECT, lines, sealer
from clinicity.audit.sealing import LOCK, checkpoint_add
from clinicity.common import clock

CHUNK = 20_000
BLOCK = 1 << 20
# The first sealed event that is young enough to stay; the last link always stays.
YOUNGEST = """
SELECT least(
    (SELECT min(s.number) FROM audit_auditseal s JOIN audit_auditevent e ON e.id = s.event_id
        WHERE e.created_at >= %s),
    (SELECT max(number) FROM audit_auditseal))
"""
RANGE = f"""
SELECT s.number, s.form, encode(s.digest, 'hex'), {SELECT}
FROM audit_auditseal s JOIN audit_auditevent e ON e.id = s.event_id
WHERE s.number > {{after}} AND s.number <= {{upto}} ORDER BY s.number
"""  # noqa: S608  (constants and numbers only)
TABLES = ("audit_auditevent", "audit_auditseal")
REMOVE = """
WITH gone AS (
    DELETE FROM audit_auditseal WHERE number IN (
        SELECT number FROM audit_auditseal WHERE number <= %s ORDER BY number LIMIT %s)
    RETURNING event_id)
DELETE FROM audit_auditevent WHERE id IN (SELECT event_id FROM gone)
"""


class ArchiveBroken(RuntimeError):
    """The file that was written doesn't prove what it should: nothing is removed."""


@dataclass(frozen=True)
class Retired:
    """What a retirement did: events of numbers after `after` up to `upto`."""

    after: int
    upto: int
    archive: str = ""
    removed: int = 0

    @property
    def count(self) -> int:
        return self.upto - self.after


def retire(*, before: datetime) -> Retired:
    """Archive and remove the sealed events that are older than `before`, oldest first.

    The caller has proved the trail. Also removes what an earlier run, cut off, left.
    """
    before_it = last_retired(checkpoints.read())
    after = before_it.number if before_it else 0
    upto = _upto(before, after)
    archive = ""
    if upto > after:
        archive = _archive(after, upto, bytes.fromhex(_digest_at(before_it))).name
    return Retired(after, upto, archive, _remove(upto))


def last_retired(points: Sequence[Checkpoint]) -> Checkpoint | None:
    retired = [point for point in points if point.kind == RETIRED]
    return retired[-1] if retired else None


def proved(points: Sequence[Checkpoint]) -> tuple[int, str]:
    """How many archived events hold, and the first fault of the archives."""
    number, digest = 0, chain.GENESIS
    for point in points:
        if point.kind == RETIRED:
            fault = fault_of(point, number, digest)
            if fault:
                return number, fault
            number, digest = point.number, bytes.fromhex(point.digest)
    return number, ""


def fault_of(point: Checkpoint, number: int, digest: bytes) -> str:
    """What is wrong with the file of a retirement, or nothing."""
    path = checkpoints.folder() / Path(point.archive).name
    if not path.exists():
        return f"The archive {path.name} is missing from {path.parent}."
    if _sha256(path) != point.archive_digest:
        return f"The archive {path.name} was altered."
    for found, form, line in _read(path):
        number += 1
        if found != number:
            return f"The archive {path.name} misses number {number}."
        digest = chain.link(digest, line, form)
    if (number, digest.hex()) != (point.number, point.digest):
        return f"The archive {path.name} isn't the part of the chain that it should be."
    return ""


def _digest_at(point: Checkpoint | None) -> str:
    return point.digest if point else chain.GENESIS.hex()


def _upto(before: datetime, after: int) -> int:
    with sealer() as cursor:
        cursor.execute(YOUNGEST, [before])
        (youngest,) = cursor.fetchone()
    return max(after, (youngest or 1) - 1)


def _archive(after: int, upto: int, digest: bytes) -> Path:
    """Write the file, read it back and prove it, then sign what it holds."""
    path = checkpoints.folder() / f"{checkpoints.database_name()}-{after + 1}-{upto}.audit.zst"
    with sealer() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        at_end = _write(path, cursor, after, upto)
        point = Checkpoint(
            upto, at_end, _now(), kind=RETIRED, archive=path.name, archive_digest=_sha256(path)
        )
        fault = fault_of(point, after, digest)
        if fault:
            raise ArchiveBroken(fault)
        checkpoint_add(cursor, point)
    return path


def _write(path: Path, cursor: Any, after: int, upto: int) -> str:
    """The lines of these numbers; returns the digest of the last."""
    digest = ""
    part = path.with_suffix(".part")
    with (
        part.open("wb") as file,
        zstandard.ZstdCompressor().stream_writer(file) as out,
        closing(lines(cursor, RANGE.format(after=after, upto=upto))) as rows,
    ):
        for row in rows:
            number, form, hexed, line = row.split(b"\t", 3)
            out.write(b"%b\t%b\t%b\n" % (number, form, line))
            digest = hexed.decode()
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    part.rename(path)
    return digest


def _read(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Number, form and event's line of each row of an archive."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        rest = b""
        while block := stream.read(BLOCK):
            *whole, rest = (rest + block).split(b"\n")
            for row in whole:
                number, form, line = row.split(b"\t", 2)
                yield int(number), int(form), line


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(upto: int) -> int:
    """Remove what is archived, as the owner, in steps that each hold writers up shortly."""
    total = 0
    while count := _remove_some(upto):
        total += count
    return total


def _remove_some(upto: int) -> int:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        _triggers(cursor, "DISABLE")
        cursor.execute(REMOVE, [upto, CHUNK])
        count = int(cursor.rowcount)
        _triggers(cursor, "ENABLE")
    return count


def _triggers(cursor: Any, verb: str) -> None:
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} {verb} TRIGGER {table}_append_only")


def _now() -> str:
    return clock.now().isoformat()
