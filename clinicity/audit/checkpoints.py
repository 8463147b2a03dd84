"""Signed checkpoints: that the chain had this link as its n-th, kept outside the database.

Each line carries the key that signed it and the signature of the line before, so a line
can be neither altered, nor added without AUDIT_SIGNING_KEY, nor taken from the middle.
The database holds copies, so lines taken from the file's end are missed as well.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from django.conf import settings
from django.db import connections

SEALED, RETIRED = "sealed", "retired"
KEY_LABEL = b"clinicity audit signing key|"
TAIL = 64 * 1024


class NoSigningKey(RuntimeError):
    """AUDIT_SIGNING_KEY is empty: nothing can be signed or proved."""


@dataclass(frozen=True)
class Checkpoint:
    """`number` and `digest` (hex) of a link. A retired one says that events up to it are
    gone from the database and lie in `archive`, whose SHA-256 is `archive_digest`."""

    number: int
    digest: str
    sealed_at: str
    kind: str = SEALED
    previous: str = ""
    key: str = ""
    archive: str = ""
    archive_digest: str = ""
    signature: str = field(default="")

    @property
    def is_first_form(self) -> bool:
        """Written before checkpoints were chained and named their key."""
        return not self.key


def signed(point: Checkpoint, *, after: Checkpoint | None) -> Checkpoint:
    """The checkpoint, chained to the one before it and signed with the newest key."""
    id, key = next(iter(_keys().items()))
    point = replace(point, previous=after.signature if after else "", key=id)
    return replace(point, signature=_signature(point, key))


def fault_of(points: Sequence[Checkpoint]) -> str:
    """What is wrong with the file's own lines, or nothing. Names the first."""
    keys, before = _keys(), None
    for point in points:
        fault = _fault_of_one(point, before, keys)
        if fault:
            return fault
        before = point
    return ""


def _fault_of_one(point: Checkpoint, before: Checkpoint | None, keys: dict[str, str]) -> str:
    if not is_genuine(point, keys):
        return (
            f"The checkpoint at number {point.number} is not signed with AUDIT_SIGNING_KEY,"
            " or was altered."
        )
    if point.is_first_form:
        if before is None or before.is_first_form:
            return ""
        return f"The checkpoint at number {point.number} is out of place."
    if point.previous != (before.signature if before else ""):
        after = f"number {before.number}" if before else "the beginning"
        return f"A checkpoint is missing between {after} and number {point.number}."
    return ""


def read() -> list[Checkpoint]:
    """Every line of the file, oldest first; not one that a crash tore."""
    file = checkpoint_file()
    return [from_line(line) for line in _ended(file.read_bytes())] if file.exists() else []


def newest() -> Checkpoint | None:
    """The file's last line, without reading the whole of it."""
    file = checkpoint_file()
    if not file.exists():
        return None
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - TAIL))
        lines = _ended(opened.read())
    return from_line(lines[-1]) if lines else None


def append(point: Checkpoint) -> None:
    """Add a line for good: on the disk when this returns. A line that a crash tore before
    it counted gives way."""
    with checkpoint_file().open("ab+") as file:
        file.truncate(_whole_lines(file))
        file.write(to_line(point) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ended(data: bytes) -> list[bytes]:
    return data[: data.rfind(b"\n") + 1].splitlines()


def _whole_lines(file: BinaryIO) -> int:
    """How many bytes of the file are lines with an end."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - TAIL)
    file.seek(start)
    return start + file.read().rfind(b"\n") + 1


def to_line(point: Checkpoint) -> bytes:
    return msgspec.json.encode(asdict(point))


def from_line(line: bytes) -> Checkpoint:
    """A line that can't be read is a checkpoint that nobody signed."""
    try:
        return Checkpoint(**msgspec.json.decode(line))
    except (msgspec.DecodeError, TypeError):
        return Checkpoint(0, "", "", key="unreadable")


def folder() -> Path:
    made: Path = settings.AUDIT_CHECKPOINT_DIR
    made.mkdir(parents=True, exist_ok=True)
    return made


def database_name() -> str:
    return str(connections["sealer"].settings_dict["NAME"])


def checkpoint_file() -> Path:
    return folder() / f"{database_name()}.jsonl"


def _keys() -> dict[str, str]:
    """Signing keys by their id, newest first: several while they rotate."""
    keys = [key.strip() for key in settings.AUDIT_SIGNING_KEY.split(",") if key.strip()]
    if not keys:
        raise NoSigningKey("AUDIT_SIGNING_KEY is not set: give it 32 random characters.")
    return {hashlib.sha256(KEY_LABEL + key.encode()).hexdigest()[:12]: key for key in keys}


def is_genuine(point: Checkpoint, keys: dict[str, str] | None = None) -> bool:
    """Whether a key that we have signed exactly this."""
    keys = keys or _keys()
    return any(
        hmac.compare_digest(point.signature.encode(), _signature(point, key).encode())
        for key in _candidates(point, keys)
    )


def _candidates(point: Checkpoint, keys: dict[str, str]) -> Iterator[str]:
    if point.is_first_form:
        yield from keys.values()
    elif point.key in keys:
        yield keys[point.key]


def _signature(point: Checkpoint, key: str) -> str:
    message = _message(point)
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def _message(point: Checkpoint) -> str:
    first: list[Any] = [point.number, point.digest, point.sealed_at]
    if point.is_first_form:
        return "|".join(map(str, first))
    rest = [point.kind, point.previous, point.key, point.archive, point.archive_digest]
    return "|".join(map(str, [*first, *rest]))
