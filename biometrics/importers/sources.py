"""The files inside a source: one file, a folder, or a ZIP. Nothing is unpacked to disk."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from biometrics.importers.base import Unreadable
from biometrics.importers.damage import readable

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

    Raises Unreadable for a source that isn't there, a locked ZIP, and damage on the way.
    """
    with readable(source.name), ExitStack() as kept:
        yield _members(source, endings, kept)


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
