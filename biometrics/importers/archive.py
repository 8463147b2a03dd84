"""The files of a folder or of a zip, opened one after the other."""

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from biometrics.importers.base import Unreadable
from biometrics.importers.damage import DAMAGE

# More than any month of any watch; larger ones are bombs or not what they say.
MAX_BYTES = 4 * 1024**3
COPY_BYTES = 1024**2
# A password is a RuntimeError.
LOCKED = (*DAMAGE, RuntimeError)


@dataclass(frozen=True)
class Entry:
    """One file: its path with slashes, its size in bytes, and how to open it."""

    path: str
    size: int
    _open: Callable[[], IO[bytes]]

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The file's bytes; raises Unreadable for one that is broken, locked or huge."""
        if self.size > MAX_BYTES:
            raise Unreadable(f"{self.name} is larger than {MAX_BYTES // 1024**3} GB.")
        try:
            file = self._open()
        except LOCKED as error:
            raise Unreadable(f"{self.name} can't be opened: {error}") from error
        try:
            with file:
                yield file
        except DAMAGE as error:
            raise Unreadable(f"{self.name} is damaged: {error}") from error


@contextmanager
def entries_of(source: Path) -> Iterator[list[Entry]]:
    """The files below a folder, in a zip, or the file itself, in natural order."""
    if source.is_dir():
        yield _natural([_entry(path, source) for path in source.rglob("*") if path.is_file()])
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            yield _natural(_members(archive))
    elif source.is_file():
        yield [_entry(source, source.parent)]
    else:
        raise Unreadable(f"There is no file or folder {source.name}.")


@contextmanager
def entries_inside(entry: Entry) -> Iterator[list[Entry]]:
    """The files of a zip that lies in a zip: copied to disk, for a zip is read from its end."""
    with entry.opened() as file, tempfile.TemporaryFile() as copy:
        while block := file.read(COPY_BYTES):
            copy.write(block)
        with zipfile.ZipFile(copy) as archive:
            yield _natural(_members(archive))


def names_of(source: Path) -> list[str]:
    """Paths of the source's files; empty where it can't be read at all."""
    try:
        with entries_of(source) as entries:
            return [entry.path for entry in entries]
    except (Unreadable, OSError, zipfile.BadZipFile):
        return []


def _members(archive: zipfile.ZipFile) -> list[Entry]:
    def opener(info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
        return lambda: archive.open(info)

    return [
        Entry(info.filename, info.file_size, opener(info))
        for info in archive.infolist()
        if not info.is_dir() and "__MACOSX/" not in info.filename
    ]


def _entry(path: Path, root: Path) -> Entry:
    return Entry(
        path.relative_to(root).as_posix(), path.stat().st_size, lambda: path.open("rb")
    )


def _natural(entries: list[Entry]) -> list[Entry]:
    """p2 before p10."""
    return sorted(
        entries,
        key=lambda entry: [
            (int(part), "") if part.isdecimal() else (-1, part)
            for part in re.split(r"(\d+)", entry.path)
            if part
        ],
    )
