"""The hash chain over audit events, as pure functions.

An event is hashed as the line that PostgreSQL's COPY writes of its columns: nothing is
decoded on the way, separators are escaped, and NULL differs from every text. The chain
of form 2 is link(n) = SHA-256(link(n−1) | 2 | line of event n). Form 1, which hashed JSON,
is still proved. A bare chain can't tell that its tail was cut: see `checkpoints.py`.
"""

import hashlib
import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from clinicity.common import clock

GENESIS = hashlib.sha256(b"clinicity audit chain, version 1").digest()
FORM = 2
MARK = bytes([FORM])
# Every column of an event, in the order of its line.
COLUMNS = (
    "id", "created_at", "position", "actor_id", "actor_role", "act", "subject",
    "subject_id", "patient_id", "outcome", "details", "request_id", "xact",
)  # fmt: skip
ABSENT = b"\\N"
ID_LENGTH = 36
# created_at stands behind the id and a tab, and sorts as text.
MOMENT = slice(ID_LENGTH + 1, ID_LENGTH + 20)
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class UnknownForm(ValueError):
    """A seal of a form that this version doesn't know."""


def link(previous: bytes, line: bytes, form: int = FORM) -> bytes:
    """The next link of the chain. `line` is an event's line without its end."""
    if form == FORM:
        return hashlib.sha256(previous + MARK + line).digest()
    if form == 1:
        return hashlib.sha256(previous + _as_json(line)).digest()
    raise UnknownForm(f"Seals of form {form} are not known.")


def event_of(line: bytes) -> dict[str, str | None]:
    """The columns of an event's line, as PostgreSQL writes them."""
    values = [_text(part) for part in line.decode().split("\t")]
    return dict(zip(COLUMNS, values, strict=True))


def moment_of(at: datetime) -> bytes:
    """A moment as the line of an event writes it, to the second."""
    return f"{at.astimezone(clock.UTC):%Y-%m-%d %H:%M:%S}".encode()


def _text(part: str) -> str | None:
    if part == ABSENT.decode():
        return None
    return ESCAPED.sub(lambda found: ESCAPES.get(found[1], found[1]), part)


def _as_json(line: bytes) -> bytes:
    """Form 1: sorted JSON of the event, without the transaction that wrote it."""
    event: dict[str, Any] = event_of(line)
    del event["xact"]
    event["position"] = int(event["position"])
    event["details"] = json.loads(event["details"])
    moment = datetime.fromisoformat(event["created_at"])
    event["created_at"] = moment.astimezone(clock.UTC).isoformat()
    return json.dumps(event, sort_keys=True, separators=(",", ":"), default=str).encode()


def id_of(line: bytes) -> UUID:
    return UUID(line[:ID_LENGTH].decode())
