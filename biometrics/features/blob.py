"""A segment as bytes: a packed body, and a tail of the newest samples as they are.

Packing a day takes longer than everything else that one new sample needs. So a sample
that follows the others is put into the tail, and the body is left as it is, unread; when
the tail is full, both become a new body. Pure.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from biometrics.features.columns import (
    EMPTY,
    VALID,
    Columns,
    joined,
    packed,
    unpacked,
    unpacked_together,
)

FORMAT = 3
# Samples in a tail: 48 bytes each.
LONGEST_TAIL = 32
ROW = struct.Struct("<qqdqqq")
TAIL = np.dtype(
    [
        ("start_ms", "<i8"), ("duration_ms", "<i8"), ("value", "<f8"), ("offset_min", "<i8"),
        ("sequence", "<i8"), ("void", "<i8"),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blob:
    """`valid` counts the samples that count; the newest of all starts at `last_ms`."""

    valid: int
    last_ms: int
    body: bytes
    tail: bytes = b""

    def takes(self, new: Columns) -> bool:
        """Whether new samples simply follow: no older one can be the same."""
        count = len(new)
        room = LONGEST_TAIL - len(self.tail) // ROW.size
        if count > room or int(new.start_ms[0]) <= self.last_ms:
            return False
        return count == 1 or bool((new.start_ms[1:] > new.start_ms[:-1]).all())

    def followed_by(self, new: Columns) -> "Blob":
        """With samples that it takes."""
        rows = zip(
            new.start_ms.tolist(), new.duration_ms.tolist(), new.value.tolist(),
            new.offset_min.tolist(), new.sequence.tolist(), new.void.tolist(), strict=True,
        )  # fmt: skip
        tail = self.tail + b"".join([ROW.pack(*row) for row in rows])
        return Blob(self.valid + len(new), int(new.start_ms[-1]), self.body, tail)

    def columns(self) -> Columns:
        body = unpacked(self.body)
        return joined([body, _rows(self.tail)]) if self.tail else body

    def to_bytes(self) -> bytes:
        return msgspec.msgpack.encode([FORMAT, self.valid, self.last_ms, self.body, self.tail])


def blob_of(columns: Columns) -> Blob:
    """A segment without a tail; the columns are sorted."""
    last = int(columns.start_ms[-1]) if len(columns) else -(2**62)
    return Blob(int((columns.void == VALID).sum()), last, packed(columns))


NOTHING = blob_of(EMPTY)


def blob_from(data: bytes) -> Blob:
    """The inverse of `to_bytes`; segments of before there were tails are read as well."""
    found = msgspec.msgpack.decode(data)
    return Blob(*found[1:]) if found[0] == FORMAT else blob_of(unpacked(data))


def samples_of(segments: Sequence[bytes]) -> Columns:
    """The samples of several segments, one after the other."""
    bodies, pieces = list[bytes](), list[Columns]()
    for data in segments:
        found = msgspec.msgpack.decode(data)
        body, tail = found[3:] if found[0] == FORMAT else (data, b"")
        bodies.append(body)
        if tail:
            pieces += [unpacked_together(bodies), _rows(tail)]
            bodies = []
    return joined([*pieces, unpacked_together(bodies)])


def _rows(tail: bytes) -> Columns:
    rows = np.frombuffer(tail, dtype=TAIL)
    return Columns(*(np.ascontiguousarray(rows[name]) for name in TAIL.names or ()))
