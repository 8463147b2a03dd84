"""Samples of one metric as columns, packed small, merged by identity. Pure numpy.

A sample's identity is its start, duration and vendor sequence (with patient, device
and metric outside); never its value. Columns are packed with `pcodec`, each by itself.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from pcodec import ChunkConfig, standalone

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
NO_SEQUENCE = -1
FORMAT = 1


@dataclass(frozen=True)
class Columns:
    """n samples: start (ms UTC), duration (ms), value, UTC offset (min), sequence."""

    start_ms: Ints
    duration_ms: Ints
    value: Floats
    offset_min: Ints
    sequence: Ints

    def __len__(self) -> int:
        return len(self.start_ms)

    def take(self, chosen: Mask | Ints) -> "Columns":
        return Columns(*(getattr(self, name)[chosen] for name in NAMES))


@dataclass(frozen=True)
class Merged:
    """What a merge gives: the state after it, and how each new sample fared."""

    columns: Columns
    accepted: int
    duplicate: int
    corrected: int


NAMES = ("start_ms", "duration_ms", "value", "offset_min", "sequence")


def columns_of(
    start_ms: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    duration_ms: npt.ArrayLike = 0,
    offset_min: npt.ArrayLike = 0,
    sequence: npt.ArrayLike = NO_SEQUENCE,
) -> Columns:
    """Columns from arrays; single numbers stand for a column of them."""
    starts = np.asarray(start_ms, dtype=np.int64)

    def filled(numbers: npt.ArrayLike) -> Ints:
        return np.broadcast_to(np.asarray(numbers, dtype=np.int64), starts.shape).copy()

    return Columns(
        starts,
        filled(duration_ms),
        np.asarray(value, dtype=np.float64),
        filled(offset_min),
        filled(sequence),
    )


def joined(parts: list[Columns]) -> Columns:
    """One after the other, in the given order."""
    if not parts:
        return columns_of([], [])
    return Columns(*(np.concatenate([getattr(p, name) for p in parts]) for name in NAMES))


def packed(columns: Columns) -> bytes:
    """The columns as bytes: about 1 byte a sample for minute data."""
    parts = [
        standalone.simple_compress(np.ascontiguousarray(getattr(columns, name)), ChunkConfig())
        for name in NAMES
    ]
    return msgspec.msgpack.encode([FORMAT, len(columns), parts])


def unpacked(data: bytes) -> Columns:
    """The inverse of `packed`; raises ValueError for another format."""
    version, count, parts = msgspec.msgpack.decode(data)
    if version != FORMAT:
        raise ValueError(f"Segment format {version} is not known.")
    if not count:
        return columns_of([], [])
    arrays: list[Any] = [standalone.simple_decompress(part) for part in parts]
    return Columns(*arrays)


def merge(old: Columns, new: Columns) -> Merged:
    """Merge new samples into old ones, both in the order they came.

    Same identity and value is a duplicate; same identity and another value corrects the
    one before it, within `new` as well. O((n+m) log(n+m)).
    """
    both = joined([old, new])
    order = np.arange(len(both))
    sorting = np.lexsort((order, both.sequence, both.duration_ms, both.start_ms))
    rows, arrived = both.take(sorting), order[sorting]
    same = np.zeros(len(rows), dtype=bool)
    same[1:] = _same_identity(rows)
    unchanged = np.zeros(len(rows), dtype=bool)
    unchanged[1:] = rows.value[1:] == rows.value[:-1]
    fresh = arrived >= len(old)
    last = np.ones(len(rows), dtype=bool)
    last[:-1] = ~same[1:]
    return Merged(
        columns=rows.take(last),
        accepted=int(np.sum(fresh & ~same)),
        duplicate=int(np.sum(fresh & same & unchanged)),
        corrected=int(np.sum(fresh & same & ~unchanged)),
    )


def _same_identity(rows: Columns) -> Mask:
    """For each row but the first: is it the sample of the row before?"""
    same = rows.start_ms[1:] == rows.start_ms[:-1]
    same &= rows.duration_ms[1:] == rows.duration_ms[:-1]
    same &= rows.sequence[1:] == rows.sequence[:-1]
    return np.asarray(same)
