"""The hash chain over audit events, as pure functions.

link(n) = SHA-256(link(n−1) | canonical JSON of event n). A bare chain can't tell that
its tail was cut, so checkpoints (number, link) are signed and kept outside the database.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

GENESIS = hashlib.sha256(b"clinicity audit chain, version 1").digest()


@dataclass(frozen=True)
class Checkpoint:
    """That the chain had this link as its `number`-th, signed."""

    number: int
    digest: str
    sealed_at: str
    signature: str = ""


def link(previous: bytes, event: Mapping[str, Any]) -> bytes:
    """The next link of the chain. `event` holds JSON values and their `str` forms."""
    canonical = json.dumps(event, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(previous + canonical.encode()).digest()


def signed(checkpoint: Checkpoint, key: str) -> Checkpoint:
    """The checkpoint with its HMAC-SHA256 under AUDIT_SIGNING_KEY."""
    return Checkpoint(
        checkpoint.number,
        checkpoint.digest,
        checkpoint.sealed_at,
        _signature(checkpoint, key),
    )


def is_genuine(checkpoint: Checkpoint, key: str) -> bool:
    return hmac.compare_digest(checkpoint.signature, _signature(checkpoint, key))


def to_line(checkpoint: Checkpoint) -> str:
    return json.dumps(asdict(checkpoint), sort_keys=True)


def from_line(line: str) -> Checkpoint:
    return Checkpoint(**json.loads(line))


def _signature(checkpoint: Checkpoint, key: str) -> str:
    message = f"{checkpoint.number}|{checkpoint.digest}|{checkpoint.sealed_at}"
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()
