"""A JSON array of objects of any length, a block of them at a time."""

from collections.abc import Iterator
from typing import IO

import numpy as np

from biometrics.importers.base import Unreadable

BLOCK_BYTES = 4 * 1024**2
# An object larger than this is no record of any watch.
MAX_OBJECT_BYTES = 64 * 1024**2
OPENING, CLOSING, QUOTE = tuple(b"[{"), tuple(b"]}"), ord('"')


def json_blocks(file: IO[bytes], block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Runs of whole objects, each run a JSON array of its own.

    Raises Unreadable, after the objects that could be read, where the array breaks off.
    """
    rest = file.read(block_bytes).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not rest.startswith(b"["):
        raise Unreadable("This is no JSON array of records.")
    rest = rest[1:]
    while True:
        cut, ended = _cut(rest)
        if run := rest[:cut].strip(b" \t\r\n,"):
            yield b"[" + run + b"]"
        if ended:
            return
        rest = rest[cut:]
        if len(rest) > MAX_OBJECT_BYTES:
            raise Unreadable("One record has more than 64 MB.")
        more = file.read(max(block_bytes, len(rest)))
        if not more:
            raise Unreadable("The file breaks off in the middle of a record.")
        rest += more


def _cut(text: bytes) -> tuple[int, bool]:
    """How many bytes hold whole objects, and whether the array ends right behind them."""
    letters = np.frombuffer(_without_escapes(text), dtype=np.uint8)
    quoted = np.cumsum(letters == QUOTE) % 2 == 1
    opens = np.isin(letters, OPENING) & ~quoted
    closes = np.isin(letters, CLOSING) & ~quoted
    depth = np.cumsum(opens.astype(np.int32) - closes)
    ends = np.flatnonzero(closes & (depth == -1))
    if len(ends):
        return int(ends[0]), True
    whole = np.flatnonzero(closes & (depth == 0))
    return (int(whole[-1]) + 1 if len(whole) else 0), False


def _without_escapes(text: bytes) -> bytes:
    """Of the same length, with every escaped quote made harmless."""
    if b"\\" not in text:
        return text
    return text.replace(b"\\\\", b"__").replace(b'\\"', b"__")
