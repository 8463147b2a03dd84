"""Sealing the trail in the background, and proving it.

Taking a chain head inside each transaction halves the throughput of everything, so
events are inserted plainly and chained here, by a role that may do nothing else.
Identity values commit out of order: only events of transactions that ended before
every running one are sealed, so that none can slip in behind.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from clinicity.audit import chain
from clinicity.common import clock

COLUMNS = (
    "id", "created_at", "position", "actor_id", "actor_role", "act", "subject",
    "subject_id", "patient_id", "outcome", "details", "request_id",
)  # fmt: skip
SELECT = ", ".join(f"e.{column}" for column in COLUMNS)
BATCH = 10_000

UNSEALED = f"""
    SELECT {SELECT} FROM audit_auditevent e
    WHERE e.xact < pg_snapshot_xmin(pg_current_snapshot())
      AND NOT EXISTS (SELECT 1 FROM audit_auditseal s WHERE s.event_id = e.id)
    ORDER BY e.position LIMIT {BATCH}
"""  # noqa: S608  (constants only)
SEALED = f"""
    SELECT s.number, s.event_id, s.digest, {SELECT}
    FROM audit_auditseal s LEFT JOIN audit_auditevent e ON e.id = s.event_id
    WHERE s.number > %s ORDER BY s.number LIMIT {BATCH}
"""  # noqa: S608
# One sealer at a time, whoever starts it.
LOCK = 0x5EA1


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how much holds, and the first thing that doesn't."""

    sealed: int
    waiting: int
    checkpoints: int
    fault: str = ""


def seal() -> int:
    """Chain every event that is due; sign a checkpoint. Returns how many were sealed."""
    total = 0
    while count := _seal_batch():
        total += count
    if total:
        _keep_checkpoint()
    return total


def verify() -> Verdict:
    """Walk the whole chain and every checkpoint; name the first fault."""
    checkpoints = {point.number: point for point in _checkpoints()}
    sealed, fault, digests = 0, "", {}
    previous = chain.GENESIS
    for number, event_id, digest, event in _links():
        fault = _fault_of(sealed + 1, number, event_id, bytes(digest), event, previous)
        if fault:
            break
        sealed, previous = number, bytes(digest)
        if number in checkpoints:
            digests[number] = previous.hex()
    fault = fault or _checkpoint_fault(checkpoints, digests, sealed)
    return Verdict(sealed, _waiting(), len(checkpoints), fault)


def _seal_batch() -> int:
    with transaction.atomic(using="sealer"), connections["sealer"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "SELECT number, digest FROM audit_auditseal ORDER BY number DESC LIMIT 1"
        )
        number, digest = cursor.fetchone() or (0, chain.GENESIS)
        cursor.execute(UNSEALED)
        rows = []
        for row in cursor.fetchall():
            number, digest = number + 1, chain.link(bytes(digest), _event(row))
            rows.append((number, row[0], digest))
        cursor.executemany("INSERT INTO audit_auditseal VALUES (%s, %s, %s)", rows)
        return len(rows)


def _event(row: tuple[Any, ...]) -> dict[str, Any]:
    event = dict(zip(COLUMNS, row, strict=True))
    if isinstance(event["details"], str):
        event["details"] = json.loads(event["details"])
    event["created_at"] = event["created_at"].astimezone(clock.UTC).isoformat()
    return event


def _links() -> Iterator[tuple[int, Any, bytes, dict[str, Any] | None]]:
    after = 0
    while True:
        with connections["sealer"].cursor() as cursor:
            cursor.execute(SEALED, [after])
            rows = cursor.fetchall()
        if not rows:
            return
        for number, event_id, digest, *event in rows:
            yield number, event_id, digest, _event(tuple(event)) if event[0] else None
        after = rows[-1][0]


def _fault_of(
    expected: int, number: int, event_id: Any, digest: bytes, event: dict[str, Any] | None,
    previous: bytes,
) -> str:  # fmt: skip
    if number != expected:
        return f"Seal {expected} is missing."
    if event is None:
        return f"Event {event_id}, sealed as number {number}, is missing."
    if chain.link(previous, event) != digest:
        return f"Event {event_id}, sealed as number {number}, was altered."
    return ""


def _checkpoint_fault(
    checkpoints: dict[int, chain.Checkpoint], digests: dict[int, str], sealed: int
) -> str:
    for number, point in sorted(checkpoints.items()):
        if not chain.is_genuine(point, settings.AUDIT_SIGNING_KEY):
            return f"The checkpoint at number {number} is not signed with AUDIT_SIGNING_KEY."
        if number > sealed:
            return f"The trail was cut off after number {sealed}: a checkpoint knows {number}."
        if digests[number] != point.digest:
            return f"The chain was rewritten at or before number {number}."
    return ""


def _keep_checkpoint() -> None:
    with connections["sealer"].cursor() as cursor:
        cursor.execute(
            "SELECT number, digest FROM audit_auditseal ORDER BY number DESC LIMIT 1"
        )
        number, digest = cursor.fetchone()
    point = chain.Checkpoint(number, bytes(digest).hex(), clock.now().isoformat())
    settings.AUDIT_CHECKPOINT_DIR.mkdir(parents=True, exist_ok=True)
    with _checkpoint_file().open("a") as file:
        file.write(chain.to_line(chain.signed(point, settings.AUDIT_SIGNING_KEY)) + "\n")


def _checkpoints() -> list[chain.Checkpoint]:
    if not _checkpoint_file().exists():
        return []
    return [chain.from_line(line) for line in _checkpoint_file().read_text().splitlines()]


def _checkpoint_file() -> Any:
    return (
        settings.AUDIT_CHECKPOINT_DIR / f"{connections['sealer'].settings_dict['NAME']}.jsonl"
    )


def _waiting() -> int:
    with connections["sealer"].cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM audit_auditevent) - (SELECT count(*) FROM audit_auditseal)"
        )
        return int(cursor.fetchone()[0])
