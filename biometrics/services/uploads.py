"""Files that arrive in parts: begun, received, found whole, removed.

A part is written before the row counts it, so that `received` never tells of bytes that
aren't there. A part that comes twice is answered like the first time.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path, PurePath
from uuid import UUID

from django.conf import settings
from django.db import transaction

from biometrics import uploads
from biometrics.importers import IMPORTERS
from biometrics.importers.base import Importer, Unreadable
from biometrics.models import ImportRun, ImportUpload
from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, DomainError, Invalid, NotFound, Unavailable
from patients import selectors as patients
from patients.models import Purpose
from patients.permissions import demand_writer

KEPT_FOR = timedelta(days=7)
LONGEST_NAME = 100


class FileTooLarge(DomainError):
    type = "file-too-large"
    title = "The file is too large."
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class PartMissing(Conflict):
    """`received` in the answer says where to go on."""

    type = "part-missing"
    title = "The parts of a file come one after the other."


def upload_begin(*, by: Actor, patient_id: UUID, name: str, size: int) -> ImportUpload:
    """Take in a file of `size` bytes; one that was begun before goes on where it stopped."""
    demand_writer(by)
    _demand_size(size)
    patients.patient_get(by, patient_id)
    patients.demand_consent(by, patient_id, Purpose.CARE, Purpose.MONITORING)
    plain = plain_name(name)
    with acting_as(by, _scope(by, patient_id)):
        for begun in _unfinished(by, patient_id, size):
            if begun.name == plain:
                return begun
        if not uploads.room_for(size):
            raise Unavailable("The server has no room for a file of this size.")
        upload = ImportUpload(patient_id=patient_id, name=plain, size=size, uploaded_by=by.id)
        upload.save(force_insert=True)
        _record(by, "import.upload", upload)
    return upload


def upload_receive(*, by: Actor, upload_id: UUID, offset: int, data: bytes) -> ImportUpload:
    """Keep the part that begins at byte `offset`."""
    demand_writer(by)
    with acting_as(by):
        upload = _locked(upload_id)
        _record_seen(by, upload)
        if upload.finished_at is not None or offset < upload.received:
            return upload
        if offset > upload.received:
            raise PartMissing(
                f"The part at byte {upload.received} comes first.", received=upload.received
            )
        due = min(uploads.PART_BYTES, upload.size - offset)
        if len(data) != due:
            raise Invalid(f"The part at byte {offset} has {due} bytes, not {len(data)}.")
        number = offset // uploads.PART_BYTES
        uploads.part_write(upload.patient_id, upload.id, number, data)
        upload.received = offset + len(data)
        upload.save(update_fields=["received"])
    return upload


def upload_finish(*, by: Actor, upload_id: UUID, digest: str) -> ImportUpload:
    """Prove that the file is whole, and look what it is.

    `digest` is the SHA-256 of the file, or of its parts' SHA-256 one after the other, which
    a browser can compute without holding the file in memory.
    """
    demand_writer(by)
    with acting_as(by):
        upload = _locked(upload_id)
    if upload.finished_at is not None:
        _record_seen(by, upload)
        return upload
    if upload.received < upload.size:
        raise PartMissing("The file isn't whole yet.", received=upload.received)
    whole, of_parts = uploads.digests(upload.patient_id, upload.id, upload.size)
    if digest.lower() not in (whole, of_parts):
        upload_remove(by=by, upload_id=upload_id)
        raise Invalid("What arrived isn't the file that was sent. Upload it again.")
    with uploads.opened(
        upload.patient_id, upload.id, size=upload.size, name=upload.name
    ) as path:
        formats, people = recognised(path)
    return _finished(by, upload_id, whole, formats, people)


def upload_remove(*, by: Actor, upload_id: UUID) -> None:
    """Take an upload away that nobody is importing. Again is harmless."""
    demand_writer(by)
    with acting_as(by):
        upload = ImportUpload.objects.select_for_update().filter(id=upload_id).first()
        if upload is None:
            raise NotFound("There is no such upload.")
        if _imported(upload.id):
            raise Conflict("This file is being imported. Cancel the import first.")
        upload_discard(by=by, upload=upload)


def upload_discard(*, by: Actor, upload: ImportUpload) -> None:
    """Remove the parts with the caller's transaction; the row stays as a trace."""
    if upload.removed_at is not None:
        return
    upload.removed_at = clock.now()
    upload.save(update_fields=["removed_at"])
    _record(by, "import.upload_remove", upload)
    transaction.on_commit(lambda: uploads.remove(upload.patient_id, upload.id), robust=True)


def uploads_sweep(*, by: Actor, now: datetime) -> int:
    """Remove what nobody needs any more. Returns how many uploads were removed."""
    before, removed = now - KEPT_FOR, 0
    uploads.links_sweep(older_than=(now - timedelta(days=1)).timestamp())
    for upload_id, _folder in list(uploads.kept()):
        with acting_as(by, Scope.ALL_PATIENTS):
            upload = ImportUpload.objects.filter(id=upload_id).first()
            if upload is None:  # not committed yet, or of another installation
                continue
            if upload.removed_at is not None:  # a crash came between commit and removal
                uploads.remove(upload.patient_id, upload.id)
            elif upload.created_at < before and not _imported(upload.id, working=True):
                upload_discard(by=by, upload=upload)
                removed += 1
    return removed


def recognised(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    """Codes of the formats that the content looks like, and the people each names."""
    found = [code for code, importer in IMPORTERS.items() if importer.matches(path)]
    return found, {code: people_in(IMPORTERS[code], path) for code in found}


def people_in(importer: Importer, path: Path) -> list[str]:
    """Names of the people in a source; what can't be read is told when it is imported."""
    try:
        return importer.people(path)
    except Unreadable:
        return []


def plain_name(name: str) -> str:
    """The last part of what the browser called the file, without control signs."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(sign for sign in last if sign.isprintable()).strip()
    return kept.lstrip(".")[-LONGEST_NAME:] or "file"


def _finished(
    by: Actor, upload_id: UUID, digest: str, formats: list[str], people: dict[str, list[str]]
) -> ImportUpload:
    with acting_as(by):
        upload = _locked(upload_id)
        upload.digest, upload.formats, upload.people = digest, formats, people
        upload.finished_at = clock.now()
        upload.save(update_fields=["digest", "formats", "people", "finished_at"])
        _record(by, "import.upload_finish", upload)
    return upload


def _unfinished(by: Actor, patient_id: UUID, size: int) -> list[ImportUpload]:
    rows = ImportUpload.objects.filter(
        patient_id=patient_id, uploaded_by=by.id, size=size, removed_at=None, finished_at=None
    )
    return list(rows.order_by("-created_at"))


def _imported(upload_id: UUID, *, working: bool = False) -> bool:
    """Whether a run still needs the file; `working`: whether one reads it right now."""
    open_states = {ImportRun.State.QUEUED, ImportRun.State.RUNNING}
    if not working:
        open_states |= {ImportRun.State.PAUSED, ImportRun.State.FAILED}
    return ImportRun.objects.filter(file_key=str(upload_id), state__in=open_states).exists()


def _locked(upload_id: UUID) -> ImportUpload:
    upload = (
        ImportUpload.objects.select_for_update()
        .filter(id=upload_id, removed_at__isnull=True)
        .first()
    )
    if upload is None:
        raise NotFound("There is no such upload.")
    return upload


def _demand_size(size: int) -> None:
    if size < 1:
        raise Invalid("The file is empty.")
    if size > settings.IMPORT_MAX_BYTES:
        most = settings.IMPORT_MAX_BYTES
        raise FileTooLarge(f"A file has at most {most // 1024**3} GB.", most_bytes=most)


def _record_seen(by: Actor, upload: ImportUpload) -> None:
    """Parts come by the hundred, and each answer says how far the file is."""
    audit.record_following(
        by=by, act="import.follow", subject="import_upload", subject_id=upload.id,
        patient_id=upload.patient_id,
    )  # fmt: skip


def _record(by: Actor, act: str, upload: ImportUpload) -> None:
    audit.record(
        by=by, act=act, subject="import_upload", subject_id=upload.id,
        patient_id=upload.patient_id, size=upload.size,
    )  # fmt: skip


def _scope(by: Actor, patient_id: UUID) -> UUID | None:
    return patient_id if by.role == Role.SERVICE else None
