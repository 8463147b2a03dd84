"""Compressed bodies, however they are cut; and few bytes that stand for very many."""

import contextlib
import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.admission import Admission, TooLarge
from biometrics.unpacking import Corrupt, Unsupported, unpacker_of

Pack = Callable[[bytes], bytes]
MIB = 1024 * 1024
# A bomb may hold this much before it is refused: the largest body, and a slice unpacked.
MOST_HELD = (32 + 16) * MIB


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def zstd_streamed(data: bytes) -> bytes:
    """As from a stream: the frame doesn't say how large it is."""
    stream = zstandard.ZstdCompressor().compressobj()
    return stream.compress(data) + stream.flush()


PACKS: dict[str, list[Pack]] = {"gzip": [gzip.compress], "zstd": [zstd, zstd_streamed]}
EACH = [(name, pack) for name, packs in PACKS.items() for pack in packs]
each = pytest.mark.parametrize(("name", "pack"), EACH)
contents = st.binary(max_size=2000) | st.builds(
    lambda piece, times: piece * times, st.binary(min_size=1, max_size=5), st.integers(1, 10**5)
)


def unpacked(encoding: str, packed: bytes, size: int = 10**9) -> bytes:
    unpacker = unpacker_of(encoding)
    pieces = [
        piece
        for at in range(0, len(packed), size)
        for piece in unpacker.feed(packed[at : at + size])
    ]
    unpacker.finish()
    return b"".join(pieces)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(EACH), st.lists(contents, min_size=1, max_size=4), st.integers(1, 700))
def test_several_members_in_any_slices(
    how: tuple[str, Pack], parts: list[bytes], size: int
) -> None:
    name, pack = how
    packed = b"".join(map(pack, parts))
    assert unpacked(name, packed, size) == b"".join(parts)


@each
def test_large_body_that_hardly_compresses(name: str, pack: Pack) -> None:
    body = random.Random(1).randbytes(3 * MIB)
    assert unpacked(name, pack(body), 65_536) == body


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(EACH), contents, st.data())
def test_broken_off_anywhere_is_told(
    how: tuple[str, Pack], body: bytes, data: st.DataObject
) -> None:
    name, pack = how
    packed = pack(body)
    at = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(Corrupt, match="break off"):
        unpacked(name, packed[:at], 100)


@each
@pytest.mark.parametrize("size", [1, 10**9])
def test_garbage_behind_is_told(name: str, pack: Pack, size: int) -> None:
    with pytest.raises(Corrupt):
        unpacked(name, pack(b"readings") + b"and more", size)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(EACH), st.binary(min_size=20, max_size=300), st.data())
def test_flipped_bit_is_told_or_changes_nothing(
    how: tuple[str, Pack], body: bytes, data: st.DataObject
) -> None:
    """gzip carries a checksum; of zstd a client may leave it out."""
    name, pack = how[0], {"gzip": gzip.compress, "zstd": _checked_zstd}[how[0]]
    packed = bytearray(pack(body))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(Corrupt):
        assert unpacked(name, bytes(packed)) == body


def _checked_zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def gzip_bomb() -> bytes:
    stream = zlib.compressobj(9, wbits=31)
    zeros = bytes(16 * MIB)
    return b"".join(stream.compress(zeros) for _ in range(8)) + stream.flush()


def zstd_bomb() -> bytes:
    """The densest there is: blocks of 128 KiB that are 4 bytes long (RLE)."""
    frame_header = b"\x28\xb5\x2f\xfd" + b"\x00" + b"\x38"  # no size, a window of 128 KiB
    block = ((131_072 << 3) | (1 << 1)).to_bytes(3, "little") + b"\x00"
    last = ((131_072 << 3) | (1 << 1) | 1).to_bytes(3, "little") + b"\x00"
    return frame_header + block * 16_384 + last


def many_members_bomb() -> bytes:
    return gzip.compress(bytes(MIB)) * 2048


@pytest.mark.parametrize(
    ("name", "bomb"),
    [("gzip", gzip_bomb), ("zstd", zstd_bomb), ("gzip", many_members_bomb)],
)
@pytest.mark.parametrize("size", [65_536, 10**9])
def test_bomb_is_refused_before_it_fills_the_memory(
    name: str, bomb: Callable[[], bytes], size: int
) -> None:
    packed = bomb()
    assert len(packed) < 3 * MIB
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge), Admission().entered() as visit:
            _take_in(visit, name, packed, size)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_HELD


def _take_in(visit, name: str, packed: bytes, size: int) -> None:  # type: ignore[no-untyped-def]
    """As the door does: every piece is held until the body is whole."""
    unpacker, held = unpacker_of(name), []
    for at in range(0, len(packed), size):
        for piece in unpacker.feed(packed[at : at + size]):
            visit.hold(len(piece))
            held.append(piece)


def test_zstd_bomb_is_a_right_frame() -> None:
    """Else the test above would pass for the wrong reason."""
    few = zstd_bomb()[:6] + zstd_bomb()[-12:]
    assert unpacked("zstd", few) == bytes(3 * 131_072)


@pytest.mark.parametrize("name", ["", "identity", " GZIP ", "x-gzip", "zstd"])
def test_known_encodings(name: str) -> None:
    assert unpacker_of(name)


@pytest.mark.parametrize("name", ["br", "deflate", "gzip, zstd", "gzip;q=1"])
def test_unknown_encoding_is_415(name: str) -> None:
    with pytest.raises(Unsupported) as refused:
        unpacker_of(name)
    assert refused.value.status == 415
