"""Sealed files on disk, and how one is sealed anew while others write and remove them.

Whoever writes, removes or seals anew in a folder holds its lock, so that nobody puts an
older content back. The lock ends with the process that holds it.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from clinicity.privacy import keyring
from clinicity.privacy.resealing import Pass, Store


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Nobody else who asks for it changes what is in the folder."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def file_write(path: Path, sealed: bytes) -> None:
    """Whole or not at all, readable by this account only."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


Files = Iterable[tuple[Path, bytes]]


def files_store(files_of: Callable[[UUID], Files]) -> Store:
    """What a rotation does with one app's files: `files_of` a subject, each with its
    associated data."""
    return Store(
        reseal=lambda subject_id: files_reseal(subject_id, files_of(subject_id)),
        stale=lambda subject_id: files_stale(subject_id, files_of(subject_id)),
    )


def files_reseal(subject_id: UUID, files: Files) -> Pass:
    """Seal each file anew that an older key sealed."""
    done = Pass()
    for path, aad in files:
        try:
            with folder_lock(path.parent):
                done += Pass(resealed=_reseal(subject_id, path, aad))
        except FileNotFoundError:  # removed meanwhile
            continue
        except keyring.CantOpen:
            done += Pass(unreadable={subject_id: 1})
    return done


def files_stale(subject_id: UUID, files: Files) -> int:
    return sum(not keyring.is_newest(subject_id, _head(path)) for path, _ in files)


def _reseal(subject_id: UUID, path: Path, aad: bytes) -> int:
    if keyring.is_newest(subject_id, _head(path)):
        return 0
    opened = keyring.unseal(subject_id, path.read_bytes(), aad=aad)
    file_write(path, keyring.seal(subject_id, opened, aad=aad))
    return 1


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(keyring.HEAD)
