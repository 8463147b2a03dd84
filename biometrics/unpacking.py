"""Bodies that arrive compressed: unpacked as they stream, within limits. Pure.

A few bytes can stand for gigabytes. So the input is fed in slices, and after each the
size of what came out is looked at before anything more is unpacked.
"""

import zlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Protocol

import zstandard

from clinicity.common.exceptions import Invalid

# A block of zstd stands for 128 KiB and may be 4 bytes long.
SLICE = 256
GZIP_AT_ONCE = 256 * 1024
WINDOW = 8 * 1024 * 1024


class Unsupported(Invalid):
    type = "unsupported-encoding"
    title = "The Content-Encoding is not known."
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class Corrupt(Invalid):
    type = "corrupt-body"
    title = "The compressed body can't be read."


class Unpacker(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """What some more bytes unpack to, piece by piece."""

    def finish(self) -> None:
        """Raises Corrupt when the body broke off."""


class Plain:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        pass


class Gzip:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof:  # another member of the same file follows
                self._stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            try:
                yield self._stream.decompress(data, GZIP_AT_ONCE)
            except zlib.error as error:
                raise Corrupt("The gzip data are damaged.") from error
            data = self._stream.unconsumed_tail or self._stream.unused_data

    def finish(self) -> None:
        if not self._stream.eof:
            raise Corrupt("The gzip data break off.")


class Zstd:
    def __init__(self) -> None:
        self._stream: Any = _zstd()

    def feed(self, data: bytes) -> Iterator[bytes]:
        for first in range(0, len(data), SLICE):
            rest = data[first : first + SLICE]
            while rest:
                if self._stream.eof:  # another frame of the same file follows
                    self._stream = _zstd()
                try:
                    yield self._stream.decompress(rest)
                except zstandard.ZstdError as error:
                    raise Corrupt("The zstd data are damaged.") from error
                rest = self._stream.unused_data if self._stream.eof else b""

    def finish(self) -> None:
        if not self._stream.eof:
            raise Corrupt("The zstd data break off.")


def _zstd() -> Any:
    return zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()


UNPACKERS: dict[str, type[Unpacker]] = {
    "": Plain, "identity": Plain, "gzip": Gzip, "x-gzip": Gzip, "zstd": Zstd,
}  # fmt: skip


def unpacker_of(encoding: str) -> Unpacker:
    """For a Content-Encoding; raises Unsupported."""
    try:
        return UNPACKERS[encoding.strip().lower()]()
    except KeyError as error:
        raise Unsupported("Send it plain, or with gzip or zstd.") from error
