"""Where the bytes of documents lie, sealed under their patient's key.

One interface and one dictionary of places. A place never sees a plain byte, and its
names are pseudonyms and ids.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings

from clinicity.common.exceptions import NotFound
from clinicity.privacy import keyring
from clinicity.privacy.files import file_write, folder_lock
from clinicity.privacy.pseudonyms import pseudonym


class Place(Protocol):
    """Somewhere to keep sealed bytes by name. Writing is whole or not at all."""

    def write(self, name: str, data: bytes) -> None: ...
    def read(self, name: str) -> bytes: ...
    def remove(self, name: str) -> None: ...
    def remove_under(self, prefix: str) -> None: ...
    def count_under(self, prefix: str) -> int: ...


class LocalFolder:
    """Files under MEDIA_ROOT, readable by this account only."""

    def write(self, name: str, data: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with folder_lock(path.parent):
            file_write(path, data)

    def read(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("The file of this document is gone.") from error

    def remove(self, name: str) -> None:
        path = self._path(name)
        with suppress(FileNotFoundError), folder_lock(path.parent):
            path.unlink()

    def remove_under(self, prefix: str) -> None:
        shutil.rmtree(self._path(prefix), ignore_errors=True)

    def count_under(self, prefix: str) -> int:
        return sum(path.is_file() for path in self._path(prefix).rglob("*"))

    def _path(self, name: str) -> Path:
        return Path(settings.MEDIA_ROOT) / name


PLACES: dict[str, type[Place]] = {"local": LocalFolder}


def write(patient_id: UUID, document_id: UUID, content: bytes) -> None:
    sealed = keyring.seal(patient_id, content, aad=_aad(document_id))
    _place().write(_name(patient_id, document_id), sealed)


def read(patient_id: UUID, document_id: UUID) -> bytes:
    """The document's own bytes; raises Unreadable when they were altered."""
    sealed = _place().read(_name(patient_id, document_id))
    return keyring.unseal(patient_id, sealed, aad=_aad(document_id))


def remove(patient_id: UUID, document_id: UUID) -> None:
    _place().remove(_name(patient_id, document_id))


def sealed_files(patient_id: UUID) -> Iterator[tuple[Path, bytes]]:
    """Every document of a patient that lies in the local folder, with its associated data."""
    folder = Path(settings.MEDIA_ROOT) / _folder(patient_id)
    for path in folder.glob("*.sealed"):
        yield path, _aad(UUID(path.stem))


def remove_patient(patient_id: UUID) -> None:
    """Every file of a patient, also such as no row tells of."""
    _place().remove_under(_folder(patient_id))


def count_of_patient(patient_id: UUID) -> int:
    return _place().count_under(_folder(patient_id))


def _place() -> Place:
    return PLACES["local"]()


def _name(patient_id: UUID, document_id: UUID) -> str:
    return f"{_folder(patient_id)}/{document_id}.sealed"


def _folder(patient_id: UUID) -> str:
    return f"documents/{pseudonym(patient_id)}"


def _aad(document_id: UUID) -> bytes:
    return f"clinicity|documents_file|{document_id}".encode()
