"""Where one event stands in the chain: its seal, whether the link holds, what is signed."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from clinicity.audit import chain, checkpoints
from clinicity.audit.copying import SELECT, lines, sealer
from clinicity.audit.models import AuditEvent
from clinicity.audit.permissions import demand_reader
from clinicity.common.actors import Actor

LINK = f"""
SELECT s.number, s.form, encode(s.digest, 'hex'), encode(p.digest, 'hex'), {SELECT}
FROM audit_auditevent e JOIN audit_auditseal s ON s.event_id = e.id
LEFT JOIN audit_auditseal p ON p.number = s.number - 1
WHERE e.id = '{{id}}'
"""  # noqa: S608  (constants, and an id of type UUID)
SIGNED = """
SELECT line FROM audit_auditcheckpoint WHERE number >= %s ORDER BY number, id LIMIT 1
"""


@dataclass(frozen=True)
class Standing:
    """`holds`: whether the event and the link before it still give this digest.

    `signed_number` and `signed_at` are of the first checkpoint behind it, if there is one.
    """

    number: int
    digest: str
    holds: bool
    signed_number: int | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True)
class LastProof:
    """The newest proof of the whole trail: when, by whom, and what it found."""

    at: datetime
    actor_id: UUID
    whole: bool
    sealed: int
    fault: str


def standing_of(actor: Actor, event_id: UUID) -> Standing | None:
    """None while the event waits to be sealed, which takes seconds."""
    demand_reader(actor)
    with sealer() as cursor:
        with closing(lines(cursor, LINK.format(id=UUID(str(event_id))))) as rows:
            row = next(rows, None)
        return _standing(cursor, row) if row else None


def last_proof(actor: Actor) -> LastProof | None:
    demand_reader(actor)
    event = AuditEvent.objects.filter(act="audit.verify").order_by("-position").first()
    if event is None:
        return None
    found = event.details
    return LastProof(
        event.created_at, event.actor_id, bool(found["whole"]), int(found["sealed"]),
        str(found["fault"]),
    )  # fmt: skip


def _standing(cursor: Any, row: bytes) -> Standing:
    digits, form, hexed, before, line = row.split(b"\t", 4)
    number, digest = int(digits), hexed.decode()
    previous = _digest_before(number, before)
    try:
        holds = bool(previous) and chain.link(previous, line, int(form)).hex() == digest
    except chain.UnknownForm:
        holds = False
    cursor.execute(SIGNED, [number])
    found = cursor.fetchone()
    point = checkpoints.from_line(found[0].encode()) if found else None
    if point is None or not checkpoints.is_genuine(point):
        return Standing(number, digest, holds)
    return Standing(
        number, digest, holds, point.number, datetime.fromisoformat(point.sealed_at)
    )


def _digest_before(number: int, before: bytes) -> bytes:
    """Of the link before: the beginning, or the end of what was retired."""
    if before != chain.ABSENT:
        return bytes.fromhex(before.decode())
    if number == 1:
        return chain.GENESIS
    retired = {point.number: point.digest for point in checkpoints.read()}
    return bytes.fromhex(retired.get(number - 1, ""))
