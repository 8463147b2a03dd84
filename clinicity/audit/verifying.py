"""Proving the trail: the chain from its beginning, its checkpoints, its archives.

The first fault is named. What can't be known: an event that someone with the owner's
password took away before it was sealed (seconds) looks like a transaction that rolled
back; such gaps are counted. And who holds AUDIT_SIGNING_KEY as well can write another
history, unless a copy of the checkpoints lies where they don't reach.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from clinicity.audit import archives, chain, checkpoints, sealing
from clinicity.audit.checkpoints import Checkpoint
from clinicity.audit.copying import SELECT, lines, sealer
from clinicity.audit.sealing import head_of

SEALED = f"""
SELECT s.number, s.event_id, encode(s.digest, 'hex'), s.form, {SELECT}
FROM audit_auditseal s LEFT JOIN audit_auditevent e ON e.id = s.event_id
WHERE s.number > {{after}} ORDER BY s.number
"""  # noqa: S608  (constants and numbers only)
WAITING = """
SELECT count(*), min(e.id::text) FILTER (WHERE (e.xact, e.position) < (%s::text::xid8, %s))
FROM audit_auditevent e LEFT JOIN audit_auditseal s ON s.event_id = e.id
WHERE s.number IS NULL
"""
GAPS = "SELECT coalesce(max(position) - min(position) + 1 - count(*), 0) FROM audit_auditevent"
# An event may be this much older than a checkpoint before it: its transaction was open.
LATE = timedelta(days=1)
TOLD_EVERY = 20_000
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Verdict:
    """What was found: how much holds, and the first thing that doesn't.

    `signed` is the number that the newest checkpoint knows, `proved_from` the one that the
    walk began after, `gaps` how many positions no event has.
    """

    sealed: int
    waiting: int
    checkpoints: int
    fault: str = ""
    number: int | None = None
    event_id: UUID | None = None
    signed: int = 0
    proved_from: int = 0
    archived: int = 0
    gaps: int = 0

    @property
    def is_whole(self) -> bool:
        return not self.fault


@dataclass(frozen=True)
class Fault:
    text: str
    number: int | None = None
    event_id: UUID | None = None


@dataclass
class Walk:
    """How far the walk came, and what it compares on its way."""

    number: int
    digest: bytes
    points: dict[int, Checkpoint]
    agreed: int
    # No event behind the checkpoint that was passed last may be older than this.
    not_before: bytes = b""


def verify(*, since: int = 0, progress: Progress = lambda _: None) -> Verdict:
    """Prove everything, or what follows the newest checkpoint at or before `since`."""
    with sealer() as cursor:
        # The copies first: an honest sealer writes the file before them.
        copies, points = _copies(cursor), checkpoints.read()
        start = _start(points, since)
        walk = Walk(
            start.number, bytes.fromhex(start.digest),
            {point.number: point for point in points}, start.number,
        )  # fmt: skip
        archived, fault = _before_the_walk(points, copies, since)
        fault = fault or _walked(walk, cursor, progress) or _fault_of_end(walk, points)
        waiting, behind = _waiting(cursor)
        fault = fault or behind or Fault("")
        return Verdict(
            walk.number, waiting, len(points), fault.text, fault.number, fault.event_id,
            signed=max(walk.points, default=0), proved_from=start.number,
            archived=archived, gaps=_gaps(cursor),
        )  # fmt: skip


def seal_and_verify(*, since: int = 0, progress: Progress = lambda _: None) -> Verdict:
    """Seal what is due first. A trail that can't be sealed is proved to say why."""
    try:
        sealing.seal()
    except sealing.TrailBroken as broken:
        verdict = verify(since=since, progress=progress)
        return verdict if verdict.fault else replace(verdict, fault=str(broken))
    return verify(since=since, progress=progress)


def _before_the_walk(
    points: Sequence[Checkpoint], copies: Sequence[bytes], since: int
) -> tuple[int, Fault | None]:
    """The checkpoints themselves, and what was retired under them."""
    text = checkpoints.fault_of(points) or _fault_of_copies(points, copies)
    if text or since:
        return 0, Fault(text) if text else None
    archived, text = archives.proved(points)
    return archived, Fault(text) if text else None


def _fault_of_copies(points: Sequence[Checkpoint], copies: Sequence[bytes]) -> str:
    """Lines of the file that are gone, as far as the database remembers them."""
    lines_of_file = {point.signature for point in points}
    for line in copies:
        point = checkpoints.from_line(line)
        if point.signature not in lines_of_file:
            return (
                f"The checkpoint at number {point.number} is missing from"
                f" {checkpoints.checkpoint_file().name}."
            )
    return ""


def _start(points: Sequence[Checkpoint], since: int) -> Checkpoint:
    """Where the walk begins: after what was retired, or at a checkpoint."""
    genesis = Checkpoint(0, chain.GENESIS.hex(), "")
    retired = [point for point in points if point.kind == checkpoints.RETIRED]
    first = retired[-1] if retired else genesis
    known = [point for point in points if first.number <= point.number <= since]
    return max(known, key=lambda point: point.number, default=first)


def _walked(walk: Walk, cursor: Any, progress: Progress) -> Fault | None:
    with closing(lines(cursor, SEALED.format(after=walk.number))) as rows:
        for row in rows:
            fault = _step(walk, row)
            if fault:
                return fault
            if walk.number % TOLD_EVERY == 0:
                progress(walk.number)
    return None


def _step(walk: Walk, row: bytes) -> Fault | None:
    """One link further, or what is wrong with it."""
    digits, event_id, hexed, form, line = row.split(b"\t", 4)
    number, digest = int(digits), bytes.fromhex(hexed.decode())
    if number != walk.number + 1:
        return Fault(f"Seal {walk.number + 1} is missing.", walk.number + 1)
    id = UUID(event_id.decode())
    if line.startswith(chain.ABSENT):
        return Fault(f"Event {id}, sealed as number {number}, is missing.", number, id)
    if _link(walk.digest, line, int(form)) != digest:
        return Fault(f"Event {id}, sealed as number {number}, was altered.", number, id)
    if line[chain.MOMENT] < walk.not_before:
        text = f"Event {id}, sealed as number {number}, claims a time long before it was added."
        return Fault(text, number, id)
    walk.number, walk.digest = number, digest
    return _passed(walk, walk.points[number]) if number in walk.points else None


def _link(previous: bytes, line: bytes, form: int) -> bytes:
    try:
        return chain.link(previous, line, form)
    except chain.UnknownForm:
        return b""


def _passed(walk: Walk, point: Checkpoint) -> Fault | None:
    if walk.digest.hex() != point.digest:
        text = (
            f"The chain was rewritten between number {walk.agreed + 1} and {point.number}:"
            " it isn't the one that the checkpoint knows."
        )
        return Fault(text, walk.agreed + 1)
    walk.agreed = point.number
    walk.not_before = chain.moment_of(datetime.fromisoformat(point.sealed_at) - LATE)
    return None


def _fault_of_end(walk: Walk, points: Sequence[Checkpoint]) -> Fault | None:
    signed = max((point.number for point in points), default=0)
    if signed > walk.number:
        text = f"The trail was cut off after number {walk.number}: a checkpoint knows {signed}."
        return Fault(text, walk.number + 1)
    if walk.number and not points:
        text = (
            f"{walk.number} events are sealed, and no checkpoint is left in"
            f" {checkpoints.folder()}: nothing proves that none was cut off."
        )
        return Fault(text)
    return None


def _copies(cursor: Any) -> list[bytes]:
    cursor.execute("SELECT line FROM audit_auditcheckpoint ORDER BY id")
    return [line.encode() for (line,) in cursor.fetchall()]


def _waiting(cursor: Any) -> tuple[int, Fault | None]:
    """How many events no seal knows, and one among them that was put in behind a seal."""
    head = head_of(cursor)
    # In a cluster younger than its database, numbers of transactions can't be compared.
    comparable = head.xact is not None and head.xact < head.oldest_running
    mark = [str(head.xact), head.position] if comparable else ["0", 0]
    cursor.execute(WAITING, mark)
    count, behind = cursor.fetchone()
    if not behind:
        return int(count), None
    text = f"Event {behind} was inserted behind number {head.number}: it bears no seal."
    return int(count), Fault(text, event_id=UUID(behind))


def _gaps(cursor: Any) -> int:
    cursor.execute(GAPS)
    return int(cursor.fetchone()[0])
