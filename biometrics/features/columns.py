"""Samples of one metric as columns, packed small. Pure numpy.

A sample's identity is its start, duration and vendor sequence (with patient, device
and metric outside); never its value. Columns are packed each by itself: a constant as
one number, regular times as first and step, everything else with `pcodec`.
"""

from collections.abc import Sequence
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
# A sample counts (0), was entered in error (1), or was moved to another patient (2).
VALID, IN_ERROR, MOVED = 0, 1, 2
FORMATS = {1: 5, 2: 6}
FORMAT = 2
CONFIG = ChunkConfig()
# Below this length packing is not worth the calls.
FEW = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """n samples: start (ms UTC), duration (ms), value, UTC offset (min), sequence, void.

    `void` says why a sample doesn't count: VALID, IN_ERROR or MOVED.
    """

    start_ms: Ints
    duration_ms: Ints
    value: Floats
    offset_min: Ints
    sequence: Ints
    void: Ints

    def __len__(self) -> int:
        return len(self.start_ms)

    def take(self, chosen: Mask | Ints | slice) -> "Columns":
        return Columns(*(getattr(self, name)[chosen] for name in NAMES))

    def valid(self) -> "Columns":
        """Without the samples that don't count."""
        return self if not self.void.any() else self.take(self.void == VALID)

    def between(self, start_ms: int, end_ms: int) -> "Columns":
        """Those that start in [start_ms, end_ms); the columns are sorted by start."""
        first, last = np.searchsorted(self.start_ms, (start_ms, end_ms))
        return self.take(slice(int(first), int(last)))


NAMES = ("start_ms", "duration_ms", "value", "offset_min", "sequence", "void")
DTYPES = {"value": np.float64}


def columns_of(
    start_ms: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    duration_ms: npt.ArrayLike = 0,
    offset_min: npt.ArrayLike = 0,
    sequence: npt.ArrayLike = NO_SEQUENCE,
    void: npt.ArrayLike = VALID,
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
        filled(void),
    )


EMPTY = columns_of([], [])


def joined(parts: Sequence[Columns]) -> Columns:
    """One after the other, in the given order."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return EMPTY
    return Columns(*(np.concatenate([getattr(p, name) for p in parts]) for name in NAMES))


def packed(columns: Columns) -> bytes:
    """The columns as bytes: about 1 byte a sample for minute data."""
    parts = [_packed(getattr(columns, name)) for name in NAMES] if len(columns) else []
    return msgspec.msgpack.encode([FORMAT, len(columns), parts])


def unpacked(data: bytes) -> Columns:
    """The inverse of `packed`; raises ValueError for another format."""
    return unpacked_together([data])


def unpacked_together(packs: Sequence[bytes]) -> Columns:
    """The columns of several packs, one after the other. What is constant in all of them
    takes no room: such a column can't be written to."""
    found = [pack for pack in map(_read, packs) if pack[0]]
    if not found:
        return EMPTY
    counts = [count for count, _ in found]
    return Columns(
        *(
            _unpacked([parts[place] for _, parts in found], counts, DTYPES.get(name, np.int64))
            for place, name in enumerate(NAMES)
        )
    )


def _read(data: bytes) -> tuple[int, list[Any]]:
    """How many samples a pack holds, and its columns."""
    version, count, parts = msgspec.msgpack.decode(data)
    if version not in FORMATS:
        raise ValueError(f"Segment format {version} is not known.")
    return count, parts + [VALID] * (len(NAMES) - FORMATS[version])


def _packed(column: Any) -> Any:
    """A constant as itself, regular steps as [first, step], the rest compressed."""
    first = column[0]
    if len(column) == 1:
        return first.item()
    if (column == first).all() and first == first:
        return first.item()
    if column.dtype == np.int64 and len(column) >= FEW:
        steps = np.diff(column)
        if (steps == steps[0]).all():
            return [int(first), int(steps[0])]
    return standalone.simple_compress(np.ascontiguousarray(column), CONFIG)


def _unpacked(parts: Sequence[Any], counts: Sequence[int], dtype: Any) -> Any:
    """One column of several packs."""
    total, constant = sum(counts), parts[0]
    if isinstance(constant, int | float) and all(part == constant for part in parts):
        return np.broadcast_to(np.array(constant, dtype=dtype), total)
    column, place = np.empty(total, dtype=dtype), 0
    for part, count in zip(*_steady_joined(parts, counts), strict=True):
        inside = column[place : place + count]
        if isinstance(part, bytes):
            standalone.simple_decompress_into(part, inside)
        elif isinstance(part, list):
            first, step = part
            inside[:] = first + step * np.arange(count, dtype=np.int64)
        else:
            inside[:] = part
        place += count
    return column


def _steady_joined(
    parts: Sequence[Any], counts: Sequence[int]
) -> tuple[Sequence[Any], Sequence[int]]:
    """Regular times that go on from one pack to the next, as one: day after day of minutes."""
    joint, sizes = list[Any](), list[int]()
    for part, count in zip(parts, counts, strict=True):
        before = joint[-1] if joint else None
        if isinstance(part, list) and isinstance(before, list):
            first, step = before
            if part == [first + step * sizes[-1], step]:
                sizes[-1] += count
                continue
        joint.append(part)
        sizes.append(count)
    return joint, sizes
