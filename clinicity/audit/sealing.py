"""Sealing the trail in the background.

Taking a chain head inside each transaction halves the throughput of everything, so
events are inserted plainly and chained here, by a role that may do nothing else.

Gap-safe: numbers and times commit out of order, transactions end. An event is sealed once
its transaction is older than every running one, in the order of (transaction, position).
So nothing can appear later among or before what is sealed, and the last sealed event says
where to go on. A copy of the database in a younger cluster has events of transactions
"in the future": those are found by asking for each event whether it is sealed.
"""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from psycopg.errors import UniqueViolation

from clinicity.audit import chain, checkpoints
from clinicity.audit.checkpoints import Checkpoint
from clinicity.audit.copying import SELECT, lines, sealer
from clinicity.common import clock

BATCH = 50_000
# One sealer at a time, whoever starts it.
LOCK = 0x5EA1
HEAD = """
SELECT s.number, s.digest, e.xact::text::bigint, e.position,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM audit_auditseal s LEFT JOIN audit_auditevent e ON e.id = s.event_id
ORDER BY s.number DESC LIMIT 1
"""
DUE = f"""
SELECT {SELECT} FROM audit_auditevent e
WHERE e.xact < pg_snapshot_xmin(pg_current_snapshot())
    AND e.xact >= '{{xact}}'::xid8 AND (e.xact, e.position) > ('{{xact}}'::xid8, {{position}})
ORDER BY e.xact, e.position LIMIT {BATCH}
"""  # noqa: S608  (constants and numbers only)
DUE_ANY = f"""
SELECT {SELECT} FROM audit_auditevent e
WHERE (e.xact < pg_snapshot_xmin(pg_current_snapshot())
        OR e.xact >= pg_snapshot_xmax(pg_current_snapshot()))
    AND NOT EXISTS (SELECT 1 FROM audit_auditseal s WHERE s.event_id = e.id)
ORDER BY e.xact, e.position LIMIT {BATCH}
"""  # noqa: S608  (constants and numbers only)
INTO = "COPY audit_auditseal (number, event_id, digest, form) FROM STDIN"
KEEP = "INSERT INTO audit_auditcheckpoint (number, kind, line) VALUES (%s, %s, %s)"
KEPT = "SELECT line FROM audit_auditcheckpoint ORDER BY id DESC LIMIT 1"


class TrailBroken(RuntimeError):
    """What is sealed disagrees with the newest checkpoint: nothing is sealed over it."""


@dataclass(frozen=True)
class Head:
    """The last link, and the transaction and position of its event if it is there."""

    number: int = 0
    digest: bytes = chain.GENESIS
    xact: int | None = None
    position: int | None = None
    oldest_running: int = 0

    @property
    def due(self) -> str:
        """What to seal next. Without a usable mark each event is looked up."""
        if self.xact is None or self.xact >= self.oldest_running:
            return DUE_ANY
        return DUE.format(xact=self.xact, position=self.position)


def seal() -> int:
    """Chain every event that is due; sign a checkpoint. Returns how many were sealed."""
    _demand_whole()
    total = 0
    while count := _batch():
        total += count
    _keep_checkpoint()
    return total


def head_of(cursor: Any) -> Head:
    cursor.execute(HEAD)
    found = cursor.fetchone()
    return Head(found[0], bytes(found[1]), *found[2:]) if found else Head()


def _batch() -> int:
    try:
        return _seal_batch(look_up_each=False)
    except (IntegrityError, UniqueViolation):
        # Events of the cluster's former life come up again: pass over them.
        return _seal_batch(look_up_each=True)


def _seal_batch(*, look_up_each: bool) -> int:
    with sealer() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        head = head_of(cursor)
        seals = _seals(cursor, head, DUE_ANY if look_up_each else head.due)
        if seals:
            with cursor.copy(INTO) as copy:
                copy.write(b"".join(seals))
        return len(seals)


def _seals(cursor: Any, head: Head, due: str) -> list[bytes]:
    number, digest, seals = head.number, head.digest, []
    for line in lines(cursor, due):
        number, digest = number + 1, chain.link(digest, line)
        seals.append(
            b"%d\t%b\t\\\\x%b\t%d\n"
            % (number, line[: chain.ID_LENGTH], digest.hex().encode(), chain.FORM)
        )
    return seals


def checkpoint_add(cursor: Any, point: Checkpoint) -> None:
    """Sign one, put it into the file for good, then its copy into the database."""
    point = checkpoints.signed(point, after=newest_checkpoint(cursor))
    checkpoints.append(point)
    _copy_keep(cursor, point)


def newest_checkpoint(cursor: Any) -> Checkpoint | None:
    """The last that counts. One that a crash left in the file alone gets its copy."""
    cursor.execute(KEPT)
    found = cursor.fetchone()
    kept = checkpoints.from_line(found[0].encode()) if found else None
    in_file = checkpoints.newest()
    if in_file and not in_file.is_first_form and _follows(in_file, kept):
        _copy_keep(cursor, in_file)
        return in_file
    return kept or in_file


def _follows(point: Checkpoint, kept: Checkpoint | None) -> bool:
    before = kept.signature if kept else ""
    return point.previous == before and checkpoints.is_genuine(point)


def _keep_checkpoint() -> None:
    """Sign the last link, unless it is. Waits for a sealer that is at work."""
    with sealer() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        head, kept = head_of(cursor), newest_checkpoint(cursor)
        if head.number == (kept.number if kept else 0):
            return
        point = Checkpoint(head.number, head.digest.hex(), clock.now().isoformat())
        checkpoint_add(cursor, point)


def _copy_keep(cursor: Any, point: Checkpoint) -> None:
    cursor.execute(KEEP, [point.number, point.kind, checkpoints.to_line(point).decode()])


def _demand_whole() -> None:
    point = checkpoints.newest()
    if point is None or point.kind == checkpoints.RETIRED:
        return
    with sealer() as cursor:
        cursor.execute("SELECT digest FROM audit_auditseal WHERE number = %s", [point.number])
        found = cursor.fetchone()
    if not found or bytes(found[0]).hex() != point.digest:
        raise TrailBroken(
            f"The newest checkpoint knows number {point.number}, and the chain has it no"
            " longer: nothing is sealed until verify_audit has been answered."
        )
