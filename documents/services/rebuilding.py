"""Index and graph can be lost: here they are made again from PostgreSQL."""

from dataclasses import dataclass
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.knowledge import graph, vectors
from clinicity.privacy.pseudonyms import pseudonym
from documents.models import Chunk, Document, DocumentPage
from documents.services.facts import chart_link, document_link
from documents.services.indexing import chunks_index
from patients import selectors as patients
from patients.models import Purpose


@dataclass(frozen=True)
class Rebuilt:
    """What was put back for one patient, and what was taken out that nothing explains."""

    documents: int
    passages: int
    strays: int


def patient_rebuild(*, by: Actor, patient_id: UUID) -> Rebuilt:
    """Make one patient's passages and graph again; safe to stop and to repeat."""
    with acting_as(by, patient_id):
        ready = Document.objects.filter(patient_id=patient_id, state=Document.State.READY)
        documents = list(ready.order_by("id"))
        chunks = list(Chunk.objects.filter(document__in=documents).select_related("document"))
    strays = vectors.passages().ids(pseudonym(patient_id)) - {chunk.id for chunk in chunks}
    vectors.passages().remove(pseudonym(patient_id), sorted(strays))
    chunks_index(by=by, patient_id=patient_id, chunks=chunks)
    graph.store().remove_patient(by=by, patient_id=patient_id)
    chart_link(by=by, patient_id=patient_id)
    for document in documents:
        with acting_as(by, patient_id):
            pages = list(DocumentPage.objects.filter(document_id=document.id))
        document_link(by=by, document=document, pages=pages)
    rebuilt = Rebuilt(len(documents), len(chunks), len(strays))
    with acting_as(by, patient_id):
        audit.record(
            by=by, act="passage.rebuild", subject="patient", subject_id=patient_id,
            patient_id=patient_id, passages=rebuilt.passages, strays=rebuilt.strays,
        )  # fmt: skip
    return rebuilt


def care_resume(*, by: Actor, patient_id: UUID, purpose: str) -> None:
    """After care was agreed to again; other purposes left index and graph alone."""
    if purpose == Purpose.CARE and patients.agrees(by, patient_id, Purpose.CARE):
        patient_rebuild(by=by, patient_id=patient_id)
