"""The XML inside export.zip or export.xml, as a stream of blocks. Nothing is unpacked.

Apple names the file in the phone's language (`Exportieren.xml`), so that it is found by
what it begins with. The document type is read over, never interpreted: some versions of
iOS write a broken one, and a declared entity could unfold without end.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
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
BROKEN = (BadZipFile, EOFError, NotImplementedError, OSError, zlib.error)


@contextmanager
def opened(source: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The export's XML and its size in bytes; raises Unreadable where there is none."""
    try:
        if not is_zipfile(source):
            _demand_no_half_zip(source)
            with source.open("rb") as file:
                yield file, source.stat().st_size
            return
        with ZipFile(source) as archive:
            member = _member(archive)
            with archive.open(member) as file:
                yield file, member.file_size
    except BROKEN as error:
        raise Unreadable(f"{source.name} can't be opened: it is damaged or gone.") from error


def is_export(source: Path) -> bool:
    """Whether there is an export inside; never raises."""
    try:
        with opened(source) as (file, _):
            return ROOT.search(file.read(PROLOG)) is not None
    except Unreadable:
        return False


def beginning(file: IO[bytes]) -> bytes:
    """The first bytes after the root's start tag; raises Unreadable for other files."""
    head = b""
    while len(head) < PROLOG and (more := file.read(PROLOG)):
        head += more
    root = ROOT.search(head)
    if not root:
        raise Unreadable("This is no export of the Health app: it has no HealthData in it.")
    if b"<!ENTITY" in head[: root.start()]:
        raise Unreadable("The file declares XML entities. No export of the Health app does.")
    return head[root.end() :]


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
