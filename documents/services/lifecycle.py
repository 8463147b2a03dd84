"""A document's life: taken in, read, kept or held, tried again, deleted."""

import hashlib
from datetime import datetime
from http import HTTPStatus
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events, live
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, DomainError, NotFound
from clinicity.common.ids import new_id
from clinicity.knowledge import vectors
from clinicity.privacy.pseudonyms import keyed_hash, pseudonym
from documents import files
from documents.extraction import sandbox
from documents.extraction.shapes import FileFacts, Refused
from documents.models import Chunk, Document, DocumentPage
from documents.permissions import demand_writer
from documents.services.facts import document_unlink
from patients import selectors as patients
from patients import services as charts

State = Document.State
MOVES: dict[str, frozenset[str]] = {
    State.RECEIVED: frozenset({State.READING, State.DELETED}),
    # Again from the start of a step, when a worker died in the middle of one.
    State.READING: frozenset(
        {State.READING, State.READY, State.HELD, State.FAILED, State.DELETED}
    ),
    State.READY: frozenset({State.DELETED}),
    State.HELD: frozenset({State.RECEIVED, State.DELETED}),
    State.FAILED: frozenset({State.READING, State.RECEIVED, State.DELETED}),
    State.DELETED: frozenset(),
}
LONGEST_NAME = 200


class FileTooLarge(DomainError):
    type = "file-too-large"
    title = "The file is too large."
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class FileRefused(DomainError):
    """`reason` in the answer is a code; the detail is the sentence for a person."""

    type = "file-refused"
    title = "The file can't be taken."
    status = HTTPStatus.UNPROCESSABLE_ENTITY


def document_upload(
    *,
    by: Actor,
    patient_id: UUID,
    title: str,
    filename: str,
    content: bytes,
    occurred_at: datetime | None = None,
) -> Document:
    """Take a file into a chart: whole, or not at all.

    The same bytes in the same chart give the document that is there already.
    """
    demand_writer(by)
    demand_size(len(content))
    patient = patients.patient_get(by, patient_id)
    digest = _digest(patient_id, content)
    known = _known(by, patient_id, digest)
    if known:
        return known
    facts = _inspected(content)
    name = _plain_name(filename)
    document = Document(
        id=new_id(), patient_id=patient_id, title=title.strip()[:LONGEST_NAME] or name,
        filename=name, digest=digest, media_type=facts.media_type, size=len(content),
        page_count=len(facts.pages), occurred_at=occurred_at or clock.now(),
        simulated=patient.simulated, uploaded_by=by.id,
    )  # fmt: skip
    return _stored(by, document, content)


def document_retry(*, by: Actor, document_id: UUID) -> Document:
    """Try again to read a document that failed."""
    demand_writer(by)
    with acting_as(by):
        document = _locked(document_id)
        if document.state != State.FAILED:
            raise Conflict("Only a document that could not be read is tried again.")
        _send_to_reading(by, document, act="document.retry")
    return document


def document_accept(*, by: Actor, document_id: UUID) -> Document:
    """Say that a document held as possibly misfiled belongs to this patient after all."""
    demand_writer(by)
    with acting_as(by):
        document = _locked(document_id)
        if document.state != State.HELD:
            raise Conflict("This document isn't held as possibly misfiled.")
        document.identity = Document.Identity.ACCEPTED
        document.identity_by = by.id
        _send_to_reading(by, document, act="document.accept")
    return document


def document_delete(*, by: Actor, document_id: UUID) -> None:
    """Take a document away at once; `document_purge` then removes what was made of it.

    The bare row stays as a trace, without a title. From the commit on nothing of the
    document is shown, found or cited, whatever still lies in the index.
    """
    demand_writer(by)
    with acting_as(by):
        document = _locked(document_id)
        charts.timeline_source_remove(
            by=by, patient_id=document.patient_id, source_kind="document", source_id=document.id
        )
        document.title = document.filename = ""
        transition(document, State.DELETED)
        record(by=by, act="document.delete", document=document)
        events.publish(
            "documents.deleted", patient_id=document.patient_id, document_id=str(document.id)
        )


def document_purge(*, by: Actor, patient_id: UUID, document_id: UUID) -> None:
    """Remove passages, links, file and text of a deleted document; safe to repeat.

    The rows go last: while one is left, it is known what still has to go.
    """
    with acting_as(by, patient_id):
        document = Document.objects.filter(id=document_id, state=State.DELETED).first()
        rows = Chunk.objects.filter(document_id=document_id)
        chunk_ids = list(rows.values_list("id", flat=True))
    if document is None:
        return
    vectors.passages().remove(pseudonym(patient_id), chunk_ids)
    document_unlink(by=by, document=document)
    files.remove(patient_id, document_id)
    with acting_as(by, patient_id):
        Chunk.objects.filter(document_id=document_id).delete()
        DocumentPage.objects.filter(document_id=document_id).delete()
        record(by=by, act="document.purge", document=document, chunks=len(chunk_ids))


def transition(document: Document, state: str, **changes: Any) -> None:
    """The one way from state to state, in the caller's transaction; tells open pages."""
    if state not in MOVES[document.state]:
        raise Conflict(f"A document that is {document.state} can't become {state}.")
    document.state = state
    for name, value in changes.items():
        setattr(document, name, value)
    document.version += 1
    document.save()
    tell(document)


def tell(document: Document) -> None:
    """Let open pages ask again how far the document is."""
    live.push_after_commit(
        live_group(document.id), "document.changed", document_id=str(document.id)
    )


def live_group(document_id: UUID) -> str:
    return f"document.{document_id}"


def record(*, by: Actor, act: str, document: Document, **details: Any) -> None:
    """Put an act on a document on the trail."""
    audit.record(
        by=by, act=act, subject="document", subject_id=document.id,
        patient_id=document.patient_id, **details,
    )  # fmt: skip


def demand_size(size: int) -> None:
    """Refuse a file by its announced or real size, before anything is done with it."""
    if size > settings.UPLOAD_MAX_BYTES:
        most = settings.UPLOAD_MAX_BYTES // 1024**2
        raise FileTooLarge(f"A file has at most {most} MB.", most_bytes=most * 1024**2)


def _inspected(content: bytes) -> FileFacts:
    try:
        return sandbox.inspect(content)
    except Refused as refusal:
        raise FileRefused(refusal.sentence, reason=refusal.reason) from refusal


def _stored(by: Actor, document: Document, content: bytes) -> Document:
    """File first, row second: a row never points to a file that isn't there."""
    files.write(document.patient_id, document.id, content)
    try:
        with acting_as(by, _scope(by, document.patient_id)):
            document.save(force_insert=True)
            record(by=by, act="document.upload", document=document, size=document.size)
            events.publish(
                "documents.uploaded",
                patient_id=document.patient_id,
                document_id=str(document.id),
            )
    except BaseException as error:
        files.remove(document.patient_id, document.id)
        # Somebody else sent the same file in the same moment.
        known = isinstance(error, IntegrityError) and _known(
            by, document.patient_id, document.digest
        )
        if known:
            return known
        raise
    return document


def _known(by: Actor, patient_id: UUID, digest: str) -> Document | None:
    with acting_as(by, _scope(by, patient_id)):
        return (
            Document.objects.filter(patient_id=patient_id, digest=digest)
            .exclude(state=State.DELETED)
            .first()
        )


def _send_to_reading(by: Actor, document: Document, *, act: str) -> None:
    transition(document, State.RECEIVED, failure="", step="")
    record(by=by, act=act, document=document)
    events.publish(
        "documents.uploaded", patient_id=document.patient_id, document_id=str(document.id)
    )


def _locked(document_id: UUID) -> Document:
    document = (
        Document.objects.select_for_update()
        .filter(id=document_id)
        .exclude(state=State.DELETED)
        .first()
    )
    if document is None:
        raise NotFound("There is no such document.")
    return document


def _digest(patient_id: UUID, content: bytes) -> str:
    """Keyed, so that nobody can look for a known file in the table."""
    plain = hashlib.sha256(content).hexdigest()
    return keyed_hash(plain, scope=f"document|{patient_id}")


def _plain_name(filename: str) -> str:
    """The last part of what the browser called the file, without control signs."""
    name = PurePath(filename.replace("\\", "/")).name
    kept = "".join(sign for sign in name if sign.isprintable()).strip()
    return kept[-LONGEST_NAME:] or "document"


def _scope(by: Actor, patient_id: UUID) -> UUID | None:
    return patient_id if by.role == Role.SERVICE else None
