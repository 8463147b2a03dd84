"""The files inside a source: one file, a folder, or a ZIP. Nothing is unpacked to disk."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from biometrics.importers.base import Unreadable

ENCRYPTED = 1


@dataclass(frozen=True)
class Member:
    """One file of a source and how to open it."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


@contextmanager
def members(source: Path, endings: Sequence[str]) -> Iterator[list[Member]]:
    """The files of a source by name; of a folder or ZIP those with one of the endings.

    Raises Unreadable for a source that isn't there and, while it is read, for a ZIP that
    is damaged or locked.
    """
    try:
        with ExitStack() as kept:
            yield _members(source, endings, kept)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Unreadable(f"The ZIP {source.name} is damaged: {error}.") from error


def _members(source: Path, endings: Sequence[str], kept: ExitStack) -> list[Member]:
    if source.is_dir():
        return [_file(path) for path in sorted(source.rglob("*")) if _fits(path, endings)]
    if not source.is_file():
        raise Unreadable(f"There is no file {source.name!r}.")
    if not zipfile.is_zipfile(source):
        return [_file(source)]
    return _packed(kept.enter_context(zipfile.ZipFile(source)), endings)


def _packed(archive: zipfile.ZipFile, endings: Sequence[str]) -> list[Member]:
    if any(info.flag_bits & ENCRYPTED for info in archive.infolist()):
        raise Unreadable("The ZIP is locked by a password: unlock it first.")
    return [
        Member(info.filename, info.file_size, partial(archive.open, info))
        for info in sorted(archive.infolist(), key=lambda info: info.filename)
        if not info.is_dir() and info.filename.lower().endswith(tuple(endings))
    ]


def _file(path: Path) -> Member:
    def opened() -> IO[bytes]:
        return path.open("rb")

    return Member(path.name, path.stat().st_size, opened)


def _fits(path: Path, endings: Sequence[str]) -> bool:
    return path.is_file() and path.name.lower().endswith(tuple(endings))
