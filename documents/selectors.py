"""Reading documents. Everything starts from an actor and returns evaluated rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Invalid, NotFound
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from clinicity.knowledge import embeddings, tokens, vectors
from clinicity.privacy import keyring
from clinicity.privacy.pseudonyms import pseudonym
from clinicity.privacy.querysets import GuardedQuerySet
from documents import files
from documents.extraction import sandbox
from documents.extraction.shapes import Box, Refused
from documents.models import Chunk, Document, DocumentPage
from documents.permissions import demand_staff
from patients import selectors as patients
from patients.models import Purpose

LONGEST_QUESTION = 2000


@dataclass(frozen=True)
class Passage:
    """A stretch of a document's page that can be cited. Boxes are in page units."""

    chunk_id: UUID
    document_id: UUID
    patient_id: UUID
    title: str
    page: int
    text: str
    boxes: list[Box]
    occurred_at: datetime
    # Orders the passages of one search; 0 for a passage that was asked for by id.
    score: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far a document is. `pages_read` of `page_count` pages have their words."""

    document_id: UUID
    patient_id: UUID
    state: str
    state_label: str
    step: str
    step_label: str
    identity: str
    identity_label: str
    failure: str
    pages_read: int
    page_count: int
    settled: bool


def documents_page(
    actor: Actor,
    patient_id: UUID | None = None,
    *,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Document]:
    """A patient's documents, or those of all the actor's patients, newest first."""
    demand_staff(actor)
    if patient_id:
        patients.patient_get(actor, patient_id)
    with acting_as(actor, _scope(actor, patient_id)):
        rows = Document.objects.exclude(state=Document.State.DELETED).order_by("-id")
        rows = rows.filter(patient__deleted_at__isnull=True).select_related("patient")
        rows = rows.filter(patient__record_of=patient_id) if patient_id else rows
        if after := cursor_id(cursor):
            rows = rows.filter(id__lt=after)
        page = page_of(list(rows[: size + 1]), size=size, key=lambda row: row.id)
        keyring.preload(row.patient_id for row in page.items)
        audit.record_read(
            by=actor, act="document.list", subject="document", patient_id=patient_id,
            count=len(page.items),
        )  # fmt: skip
    return page


def document_get(actor: Actor, document_id: UUID) -> Document:
    """One document, with the read on record. A stranger's document isn't there."""
    demand_staff(actor)
    with acting_as(actor, _scope(actor, None)):
        document = _found(document_id)
        if document is not None:
            audit.record_read(
                by=actor, act="document.read", subject="document", subject_id=document.id,
                patient_id=document.patient_id,
            )  # fmt: skip
            return document
    audit.record_refusal(
        by=actor, act="document.read", subject="document", subject_id=document_id
    )
    raise NotFound("There is no such document.")


def document_progress(actor: Actor, document_id: UUID) -> Progress:
    """How far a document is. Asked often while it is read, so on record now and then."""
    demand_staff(actor)
    with acting_as(actor, _scope(actor, None)):
        document = _found(document_id)
        if document is None:
            raise NotFound("There is no such document.")
        read = DocumentPage.objects.filter(document_id=document.id).count()
    audit.record_following(
        by=actor, act="document.follow", subject="document", subject_id=document.id,
        patient_id=document.patient_id,
    )  # fmt: skip
    return Progress(
        document.id, document.patient_id, document.state, document.get_state_display(),
        document.step, document.get_step_display(), document.identity,
        document.get_identity_display(), document.failure, read, document.page_count,
        document.is_settled,
    )  # fmt: skip


def document_pages(actor: Actor, document_id: UUID) -> list[DocumentPage]:
    """The pages that have been read, in order."""
    document_get(actor, document_id)
    with acting_as(actor, _scope(actor, None)):
        return list(DocumentPage.objects.filter(document_id=document_id).order_by("number"))


def file_content(actor: Actor, document_id: UUID) -> tuple[Document, bytes]:
    """The document and its own bytes; a download, on record as one."""
    document = document_get(actor, document_id)
    with acting_as(actor, _scope(actor, None)):
        audit.record_read(
            by=actor, act="document.download", subject="document", subject_id=document.id,
            patient_id=document.patient_id, size=document.size,
        )  # fmt: skip
    return document, files.read(document.patient_id, document.id)


def page_image(actor: Actor, document_id: UUID, number: int) -> bytes:
    """Page `number` (from 1) as a PNG for the screen."""
    document = document_get(actor, document_id)
    if not 1 <= number <= document.page_count:
        raise NotFound("There is no such page.")
    try:
        return sandbox.draw(files.read(document.patient_id, document.id), number)
    except Refused as refusal:
        raise Invalid(refusal.sentence) from refusal


def chunk_get(actor: Actor, chunk_id: UUID) -> Passage:
    """One passage by its id; NotFound for strangers and for what is no evidence."""
    found = passages_get(actor, [chunk_id])
    if not found:
        raise NotFound("There is no such passage.")
    return found[0]


def passages_get(actor: Actor, chunk_ids: Sequence[UUID]) -> list[Passage]:
    """Those of the passages that the actor may see, in the order asked for."""
    demand_staff(actor)
    with acting_as(actor, _scope(actor, None)):
        rows = _evidence().filter(id__in=chunk_ids).select_related("document")
        found = {row.id: row for row in rows}
        keyring.preload({row.patient_id for row in found.values()})
    return [_passage(found[id], 0.0) for id in chunk_ids if id in found]


def passages_search(
    actor: Actor, patient_id: UUID, question: str, *, limit: int = 8
) -> list[Passage]:
    """The passages of one patient's documents that are nearest to a question.

    The model and the index are asked outside of any transaction; each hit is then
    looked up under row security, and what isn't found there isn't shown.
    """
    text = question.strip()[:LONGEST_QUESTION]
    patients.patient_get(actor, patient_id)
    patients.demand_consent(actor, patient_id, Purpose.CARE)
    if not text:
        return []
    scores = _nearest(actor, patient_id, text, limit)
    with acting_as(actor, _scope(actor, patient_id)):
        rows = _evidence().filter(id__in=scores, patient__record_of=patient_id)
        found = {row.id: row for row in rows.select_related("document")}
        audit.record_read(
            by=actor, act="passage.search", subject="document", patient_id=patient_id,
            count=len(found),
        )  # fmt: skip
    return [_passage(found[id], score) for id, score in scores.items() if id in found]


def _nearest(actor: Actor, patient_id: UUID, text: str, limit: int) -> dict[UUID, float]:
    """Scores of the nearest passages over the patient's records, the best first."""
    dense, words = embeddings.embed([text])[0], tokens.hashed(text)
    hits = [
        hit
        for record in patients.records_of(actor, patient_id)
        for hit in vectors.passages().search(
            vectors.PatientScope(pseudonym(record), _asker(actor, patient_id)),
            dense=dense, tokens=words, limit=limit,
        )
    ]  # fmt: skip
    best = sorted(hits, key=lambda hit: hit.score, reverse=True)[:limit]
    return {hit.id: hit.score for hit in best}


def _asker(actor: Actor, patient_id: UUID) -> Callable[[list[UUID]], set[UUID]]:
    def allowed(ids: list[UUID]) -> set[UUID]:
        with acting_as(actor, _scope(actor, patient_id)):
            rows = _evidence().filter(id__in=ids, patient__record_of=patient_id)
            return set(rows.values_list("id", flat=True))

    return allowed


def _evidence() -> GuardedQuerySet[Chunk]:
    """Passages that may be cited: of documents that are ready, of patients still here."""
    return Chunk.objects.filter(
        document__state=Document.State.READY, patient__deleted_at__isnull=True
    )


def _found(document_id: UUID) -> Document | None:
    rows = Document.objects.exclude(state=Document.State.DELETED)
    rows = rows.filter(id=document_id, patient__deleted_at__isnull=True)
    return rows.select_related("patient").first()


def _passage(chunk: Chunk, score: float) -> Passage:
    return Passage(
        chunk.id, chunk.document_id, chunk.patient_id, chunk.document.title, chunk.page,
        chunk.text, chunk.boxes, chunk.document.occurred_at, score,
    )  # fmt: skip


def _scope(actor: Actor, patient_id: UUID | None) -> UUID | Scope | None:
    if actor.role != Role.SERVICE:
        return None
    return patient_id or Scope.ALL_PATIENTS
