"""The XML inside export.zip or export.xml, as a stream of blocks. Nothing is unpacked.

Apple names the file in the phone's language (`Exportieren.xml`), so that it is found by
what it begins with. The document type is read over, never interpreted: some versions of
iOS write a broken one, and a declared entity could unfold without end.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from biometrics.importers.base import Unreadable

BLOCK = 2 * 1024**2
# Health's XML packs to a twentieth. What packs to less than this was made to burst.
MOST_RATIO = 200
# Apple's document type takes 10 kB. The root element stands within this.
PROLOG = 256 * 1024
ROOT = re.compile(rb"<HealthData(?:\s[^<>]*)?>")
# What zipfile and the disk raise for damaged files; ValueError for names that are no text.
BROKEN = (BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error)


@contextmanager
def opened(source: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The export's XML and its size in bytes; raises Unreadable where there is none."""
    with ExitStack() as open_files:
        try:
            found = _opened(source, open_files)
        except BROKEN as error:
            raise Unreadable(
                f"{source.name} can't be opened: it is damaged or gone."
            ) from error
        yield found


def read_from(file: IO[bytes], size: int) -> bytes:
    """The next bytes; raises Unreadable where the disk or the zip is damaged."""
    try:
        return file.read(size)
    except BROKEN as error:
        raise Unreadable("The file is damaged and can't be read to its end.") from error


def is_export(source: Path) -> bool:
    """Whether there is an export inside; never raises."""
    try:
        with opened(source) as (file, _):
            return ROOT.search(read_from(file, PROLOG)) is not None
    except Unreadable:
        return False


def beginning(file: IO[bytes]) -> bytes:
    """The first bytes after the root's start tag; raises Unreadable for other files."""
    head = b""
    while len(head) < PROLOG and (more := read_from(file, PROLOG)):
        head += more
    root = ROOT.search(head)
    if not root:
        raise Unreadable("This is no export of the Health app: it has no HealthData in it.")
    if b"<!ENTITY" in head[: root.start()]:
        raise Unreadable("The file declares XML entities. No export of the Health app does.")
    return head[root.end() :]


def _opened(source: Path, open_files: ExitStack) -> tuple[IO[bytes], int]:
    if is_zipfile(source):
        archive = open_files.enter_context(ZipFile(source))
        member = _member(archive)
        return open_files.enter_context(archive.open(member)), member.file_size
    _demand_no_half_zip(source)
    return open_files.enter_context(source.open("rb")), source.stat().st_size


def _member(archive: ZipFile) -> ZipInfo:
    for member in archive.infolist():
        if member.filename.lower().endswith(".xml") and not member.flag_bits & 1:
            with archive.open(member) as file:
                found = ROOT.search(file.read(PROLOG)) is not None
            if found:
                _demand_no_bomb(member)
                return member
    raise Unreadable("There is no export.xml of the Health app in this zip.")


def _demand_no_bomb(member: ZipInfo) -> None:
    if member.file_size > MOST_RATIO * max(1, member.compress_size):
        raise Unreadable(
            f"{member.filename} unpacks to more than {MOST_RATIO} times its size."
            " No export of the Health app does: it is not opened."
        )


def _demand_no_half_zip(source: Path) -> None:
    with source.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise Unreadable(f"{source.name} breaks off: the end of the zip is missing.")
