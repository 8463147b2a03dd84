"""A writer of `.gt3x` files to ActiGraph's published format, for tests."""

import struct
import zipfile
from collections.abc import Iterable
from functools import reduce
from operator import xor
from pathlib import Path

import numpy as np

EPOCH_TICKS = 621_355_968_000_000_000
ACTIVITY, EVENT, LUX, METADATA, CAPSENSE, PARAMETERS, ACTIVITY2 = 0, 3, 5, 6, 13, 21, 26
START = 1_710_061_200  # 2024-03-10 09:00:00 on the recorder's clock


def record(type: int, time: int, payload: bytes = b"") -> bytes:
    body = struct.pack("<BBIH", 0x1E, type, time, len(payload)) + payload
    return body + bytes([~reduce(xor, body) & 0xFF])


def activity2(time: int, samples: np.ndarray, scale: float = 256) -> bytes:
    """One second of samples in g, (rate, 3), X Y Z."""
    return record(ACTIVITY2, time, np.round(samples * scale).astype("<i2").tobytes())


def packed_12_bit(samples: np.ndarray, scale: float = 341) -> bytes:
    """X Y Z in g as 12-bit Y X Z, bit by bit."""
    steps = np.round(samples * scale).astype(int)[:, [1, 0, 2]].ravel() & 0xFFF
    bits = "".join(f"{step:012b}" for step in steps)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def activity(time: int, samples: np.ndarray) -> bytes:
    return record(ACTIVITY, time, packed_12_bit(samples))


def encoded_float(value: float) -> int:
    fraction, exponent = np.frexp(value)
    return (int(exponent) & 0xFF) << 24 | (int(fraction * (1 << 23)) & 0xFFFFFF)


def parameters(time: int = START, *, scale: float = 256, idle_sleep: bool = False) -> bytes:
    pairs = [(0, 55, encoded_float(scale)), (1, 2, 4 if idle_sleep else 0), (1, 10, 30)]
    return record(PARAMETERS, time, b"".join(struct.pack("<HHI", *pair) for pair in pairs))


def lux(time: int, value: int) -> bytes:
    return record(LUX, time, struct.pack("<H", value))


def moving(seconds: int, rate: int = 30, size: float = 0.5) -> np.ndarray:
    """Seconds of an arm that swings: (seconds, rate, 3) in g."""
    moments = np.arange(seconds * rate) / rate
    swing = size * np.sin(2 * np.pi * 0.9 * moments)
    samples = np.stack([0.1 * swing, 1 + swing, 0.2 * swing], axis=1)
    return np.round(samples * 256).reshape(seconds, rate, 3) / 256


def seconds_of(samples: np.ndarray, start: int = START) -> bytes:
    return b"".join(activity2(start + n, second) for n, second in enumerate(samples))


def info(rate: int = 30, serial: str = "MOS2A01234567", **more: str) -> str:
    ticks = EPOCH_TICKS + START * 10_000_000
    lines = {
        "Serial Number": serial, "Firmware": "1.9.2", "Sample Rate": str(rate),
        "Start Date": str(ticks), "Subject Name": "Jane Public",
    } | {key.replace("_", " "): value for key, value in more.items()}  # fmt: skip
    return "".join(f"{key}: {value}\r\n" for key, value in lines.items())


def write(path: Path, log: bytes | Iterable[bytes], head: str | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("info.txt", head or info())
        archive.writestr("log.bin", log if isinstance(log, bytes) else b"".join(log))
    return path


def write_old(path: Path, activity: bytes, light: bytes, head: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("info.txt", head)
        archive.writestr("activity.bin", activity)
        archive.writestr("lux.bin", light)
    return path
