"""The log inside ActiGraph's `.gt3x` files, record by record. Pure.

As published at github.com/actigraph/GT3X-File-Format: separator 0x1E, type, time, size,
payload, checksum (the complement of all bytes before it, XORed). Zeros between records are
harmless. A record with a wrong checksum is a `Fault`; reading goes on at the next good one.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np

from biometrics.features.columns import Ints

SEPARATOR = 0x1E
ACTIVITY, EVENT, LUX, METADATA, CAPSENSE = 0x00, 0x03, 0x05, 0x06, 0x0D
PARAMETERS, ACTIVITY2 = 0x15, 0x1A
NAMES = {
    0x02: "battery", 0x03: "event", 0x04: "heart rate", 0x07: "proximity tag",
    0x09: "epoch", 0x0B: "heart rate (ANT+)", 0x0C: "epoch 2", 0x0E: "heart rate (BLE)",
    0x0F: "epoch 3", 0x10: "epoch 4", 0x13: "FIFO error", 0x14: "FIFO dump",
    0x18: "sensor schema", 0x19: "sensor data",
}  # fmt: skip
HEADER = struct.Struct("<xBIH")
PARAMETER = struct.Struct("<HHI")
BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class LogRecord:
    """`time` in seconds of the recorder's clock, as if it were Unix time."""

    type: int
    time: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    reason: str


def log_records(stream: IO[bytes]) -> Iterator[LogRecord | Fault]:
    """Every record of the log in the order written, and what couldn't be read of it."""
    window, ended, lost = b"", False, False
    while not ended:
        piece = stream.read(BLOCK)
        ended = not piece
        view = _Window(window + piece, final=ended, lost=lost)
        yield from view.records()
        window, lost = view.data[view.place :], view.lost


class _Window:
    """A stretch of the log; what may go on behind its end is left for the next.

    `lost` from a fault to the next good record: what is in between is one fault.
    """

    def __init__(self, data: bytes, *, final: bool, lost: bool) -> None:
        self.data, self.final, self.lost, self.place = data, final, lost, 0
        # XOR of all bytes before each: a record's checksum is then two of these.
        sums = np.bitwise_xor.accumulate(np.frombuffer(data, dtype=np.uint8))
        self.xor = b"\0" + sums.tobytes()

    def records(self) -> Iterator[LogRecord | Fault]:
        while self._at_record():
            end = self._end(self.place)
            if end is None and not self.final:
                return
            if end is not None and self._is_good(self.place, end):
                type, time, size = HEADER.unpack_from(self.data, self.place)
                yield LogRecord(type, time, self.data[end - size : end])
                self.place, self.lost = end + 1, False
            else:
                known = self.lost
                reason = self._step_over(end)
                if not known:
                    yield Fault(reason)

    def _at_record(self) -> bool:
        while self.place < len(self.data) and self.data[self.place] == 0:
            self.place += 1
        return self.place < len(self.data)

    def _end(self, place: int) -> int | None:
        """Where the checksum of a record at `place` stands; None behind the window."""
        if place + HEADER.size >= len(self.data):
            return None
        end = place + HEADER.size + HEADER.unpack_from(self.data, place)[2]
        return end if end < len(self.data) else None

    def _is_good(self, place: int, end: int) -> bool:
        whole = self.xor[end] ^ self.xor[place] ^ 0xFF
        return self.data[place] == SEPARATOR and self.data[end] == whole

    def _step_over(self, end: int | None) -> str:
        """Go on behind what can't be read; says why it can't."""
        if self.data[self.place] != SEPARATOR:
            reason = "Bytes between two records are no record."
        elif end is None:
            reason = "The log breaks off in this record."
        else:
            reason = "The checksum of the record is wrong."
            if self._is_followed(end):
                self.place = end + 1
                return reason
        self.place, self.lost = self._next(), True
        return reason

    def _is_followed(self, end: int) -> bool:
        """Whether a good record begins right behind, or nothing is known of what does."""
        place = end + 1
        while place < len(self.data) and self.data[place] == 0:
            place += 1
        after = self._end(place)
        return after is None or self._is_good(place, after)

    def _next(self) -> int:
        """The next record whose checksum is right, or may be behind the window.

        One byte of 256 fits by chance, so the record behind it must be right as well.
        """
        place = self.place + 1
        while (place := self.data.find(SEPARATOR, place)) >= 0:
            end = self._end(place)
            if end is None:
                if not self.final:
                    return place
            elif self._is_good(place, end) and self._is_followed(end):
                return place
            place += 1
        return len(self.data)


def parameters(payload: bytes) -> dict[tuple[int, int], int]:
    """(address space, identifier) → value as it stands."""
    whole = payload[: len(payload) // PARAMETER.size * PARAMETER.size]
    return {(space, name): value for space, name, value in PARAMETER.iter_unpack(whole)}


def decoded_float(value: int) -> float:
    """A parameter's floating point number: 24 bits of fraction, 8 of exponent."""
    fraction = value & 0xFFFFFF
    fraction -= (fraction & 0x800000) << 1
    exponent = value >> 24
    exponent -= (exponent & 0x80) << 1
    return float(fraction / (1 << 23) * 2.0**exponent)


def unpacked_12_bit(payload: bytes) -> Ints:
    """Samples of 12-bit YXZ, an even number of them, as X, Y, Z: shape (n, 3)."""
    threes = np.frombuffer(payload, dtype=np.uint8).astype(np.int64).reshape(-1, 3)
    first = threes[:, 0] << 4 | threes[:, 1] >> 4
    second = (threes[:, 1] & 0x0F) << 8 | threes[:, 2]
    numbers = np.stack([first, second], axis=1).reshape(-1, 3)
    signed = np.where(numbers > 2047, numbers - 4096, numbers)
    return np.asarray(signed[:, [1, 0, 2]])


def unpacked_16_bit(payload: bytes) -> Ints:
    """Samples of 16-bit X, Y, Z: shape (n, 3)."""
    return np.frombuffer(payload, dtype="<i2").astype(np.int64).reshape(-1, 3)
