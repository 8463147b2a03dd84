"""Where the parts of uploaded files lie, and how an importer gets to read them.

Each part is sealed under its patient's key, bound to its upload and its number. An
importer takes a path, so the whole file is opened into a place without a name: memory for
small files, a nameless file on disk for large ones. The kernel gives it back when the
process ends, however it ends. See docs/adr/0007-uploads.md.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings

from clinicity.common.exceptions import NotFound
from clinicity.privacy import keyring
from clinicity.privacy.files import file_write, folder_lock
from clinicity.privacy.pseudonyms import pseudonym

PART_BYTES = 8 * 1024**2
IN_MEMORY_BYTES = 64 * 1024**2
FOLDER, OPEN = "imports", "imports-open"


def part_count(size: int) -> int:
    return -(-size // PART_BYTES)


def part_write(patient_id: UUID, upload_id: UUID, number: int, data: bytes) -> None:
    """Keep one part, whole or not at all; writing it again replaces it."""
    folder = _folder(patient_id, upload_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder_lock(folder):
        sealed = keyring.seal(patient_id, data, aad=_aad(upload_id, number))
        file_write(folder / f"{number}.sealed", sealed)


def parts(patient_id: UUID, upload_id: UUID, size: int) -> Iterator[bytes]:
    """The file's bytes, part by part; raises Unreadable when one was altered."""
    folder = _folder(patient_id, upload_id)
    for number in range(part_count(size)):
        try:
            sealed = (folder / f"{number}.sealed").read_bytes()
        except FileNotFoundError as error:
            raise NotFound("The uploaded file is no longer here. Upload it again.") from error
        yield keyring.unseal(patient_id, sealed, aad=_aad(upload_id, number))


def digests(patient_id: UUID, upload_id: UUID, size: int) -> tuple[str, str]:
    """SHA-256 of the file, and of its parts' SHA-256 one after the other, as hex."""
    whole, of_parts = hashlib.sha256(), hashlib.sha256()
    for data in parts(patient_id, upload_id, size):
        whole.update(data)
        of_parts.update(hashlib.sha256(data).digest())
    return whole.hexdigest(), of_parts.hexdigest()


@contextmanager
def opened(patient_id: UUID, upload_id: UUID, *, size: int, name: str) -> Iterator[Path]:
    """The whole file under its own name, readable by this process while the block runs.

    The name is a link to the nameless file: some formats are told by their files' names.
    """
    root = Path(settings.MEDIA_ROOT) / OPEN
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _nameless(size, root) as file, tempfile.TemporaryDirectory(dir=root) as folder:
        for data in parts(patient_id, upload_id, size):
            file.write(data)
        file.flush()
        path = Path(folder) / name
        path.symlink_to(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        yield path


def remove(patient_id: UUID, upload_id: UUID) -> None:
    folder = _folder(patient_id, upload_id)
    with suppress(FileNotFoundError), folder_lock(folder):
        shutil.rmtree(folder, ignore_errors=True)


def sealed_files(patient_id: UUID) -> Iterator[tuple[Path, bytes]]:
    """Every part that a patient's uploads have on disk, with its associated data."""
    for path in _folder_of(patient_id).glob("*/*.sealed"):
        yield path, _aad(UUID(path.parent.name), int(path.stem))


def remove_patient(patient_id: UUID) -> None:
    """Every part of every upload of a patient, with the folder that they lay in."""
    shutil.rmtree(_folder_of(patient_id), ignore_errors=True)


def count_of_patient(patient_id: UUID) -> int:
    return sum(path.is_file() for path in _folder_of(patient_id).rglob("*"))


def kept() -> Iterator[tuple[UUID, Path]]:
    """Every upload that has parts on disk, with its folder."""
    for folder in (Path(settings.MEDIA_ROOT) / FOLDER).glob("*/*"):
        yield UUID(folder.name), folder


def room_for(size: int) -> bool:
    """Whether the disk takes the parts, and once more the file while it is read."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return shutil.disk_usage(root).free > 2 * size + PART_BYTES


def links_sweep(*, older_than: float) -> None:
    """Remove what a killed process left of names; the bytes behind them are gone."""
    for folder in (Path(settings.MEDIA_ROOT) / OPEN).glob("*"):
        if folder.stat().st_mtime < older_than:
            shutil.rmtree(folder, ignore_errors=True)


def _nameless(size: int, root: Path) -> IO[bytes]:
    if size <= IN_MEMORY_BYTES:
        return os.fdopen(os.memfd_create("import"), "w+b")
    return tempfile.TemporaryFile(dir=root)


def _folder(patient_id: UUID, upload_id: UUID) -> Path:
    return _folder_of(patient_id) / str(upload_id)


def _folder_of(patient_id: UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / pseudonym(patient_id)


def _aad(upload_id: UUID, number: int) -> bytes:
    return f"clinicity|import_upload|{upload_id}|{number}".encode()
