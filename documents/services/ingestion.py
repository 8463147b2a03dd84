"""Reading a document: a list of steps over one context, each safe to take again.

A page that was read stays read, a passage keeps its id, and the index takes a
passage twice as once. So a worker may die anywhere and the next one goes on.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid5

from clinicity.accounts.acting import acting_as
from clinicity.common import events
from clinicity.common.actors import Actor
from clinicity.common.jobs import LeaseLost
from documents import files
from documents.extraction import chunking, identity, sandbox
from documents.extraction.reading import OCR, TEXT_LAYER
from documents.extraction.shapes import PageSize, PageWords, Refused, words_as_rows, words_from
from documents.models import Chunk, Document, DocumentPage
from documents.services.facts import document_link
from documents.services.indexing import chunks_index
from documents.services.lifecycle import record, tell, transition
from patients import selectors as patients
from patients import services as charts

Step = Document.Step
# A page with fewer words in its text layer is a scan with a stamp on it.
FEWEST_WORDS = 4


class Misfiled(Exception):
    """The document names someone else: it waits for a person."""


@dataclass
class Ingestion:
    """One run. `progress(done, total, note)` also keeps the worker's claim."""

    by: Actor
    document: Document
    progress: Callable[[int, int | None, str], None]

    @property
    def patient_id(self) -> UUID:
        return self.document.patient_id

    @cached_property
    def content(self) -> bytes:
        return files.read(self.patient_id, self.document.id)

    def tell(self, done: int, total: int = 0) -> None:
        """Say how far the step is, of the document's pages unless `total` is given."""
        note = Step(self.document.step).label
        self.progress(done, total or self.document.page_count, str(note))

    def acting(self) -> AbstractContextManager[None]:
        return acting_as(self.by, self.patient_id)


def document_ingest(
    *,
    by: Actor,
    patient_id: UUID,
    document_id: UUID,
    progress: Callable[[int, int | None, str], None],
) -> None:
    """Take a document through every step until it is ready, held or failed."""
    document = _begin(by, patient_id, document_id)
    if document is None:
        return
    run = Ingestion(by, document, progress)
    try:
        for step, take in STEPS:
            _announce(run, step)
            take(run)
    except Misfiled:
        _settle(run, Document.State.HELD, "document.hold")
    except Refused as refusal:
        _settle(run, Document.State.FAILED, "document.fail", failure=refusal.reason)
    except LeaseLost:
        raise
    except Exception as error:
        # Shown as failed at once; the job row tries again, and may yet succeed.
        _settle(run, Document.State.FAILED, "document.fail", failure=type(error).__name__)
        raise
    else:
        _settle(run, Document.State.READY, "document.ingest")


def take_text_layer(run: Ingestion) -> None:
    """Keep every page whose text the file carries."""
    missing = _unread(run)
    if not missing:
        return
    sizes = sandbox.inspect(run.content).pages
    for number, words in enumerate(sandbox.text_layer(run.content), 1):
        if number in missing and len(words) >= FEWEST_WORDS:
            _keep_page(run, number, sizes[number - 1], PageWords(TEXT_LAYER, words))


def read_scans(run: Ingestion) -> None:
    """Read every page that has no text of its own from its picture."""
    missing = _unread(run)
    sizes = sandbox.inspect(run.content).pages if missing else []
    for number in missing:
        words = sandbox.read_picture(run.content, number)
        _keep_page(run, number, sizes[number - 1], PageWords(OCR, words))


def check_identity(run: Ingestion) -> None:
    """Compare the name and birth date on the pages with the chart."""
    if run.document.identity == Document.Identity.ACCEPTED:
        return
    text = "\n".join(page.text for page in _pages(run))
    person = patients.patient_get(run.by, run.patient_id)
    known = identity.ChartIdentity(
        (person.first_name, person.preferred_name), person.last_name, person.date_of_birth
    )
    run.document.identity = identity.check(text, known).value
    _save(run, "identity")
    if run.document.identity == Document.Identity.MISMATCH:
        raise Misfiled


def cut_chunks(run: Ingestion) -> None:
    """Cut each page into passages; a passage of the same place keeps its id."""
    for page in _pages(run):
        rows = [
            Chunk(
                id=uuid5(run.document.id, f"{page.number}.{position}"),
                patient_id=run.patient_id, document_id=run.document.id, page=page.number,
                position=position, text=stretch.text, boxes=stretch.boxes,
            )
            for position, stretch in enumerate(chunking.stretches(words_from(page.words)))
        ]  # fmt: skip
        with run.acting():
            Chunk.objects.bulk_create(rows, ignore_conflicts=True)


def index_vectors(run: Ingestion) -> None:
    """Put the passages into the index."""
    with run.acting():
        rows = Chunk.objects.filter(document_id=run.document.id).select_related("document")
        chunks = list(rows)
    chunks_index(
        by=run.by,
        patient_id=run.patient_id,
        chunks=chunks,
        progress=lambda done: run.tell(done, len(chunks)),
    )


def link_graph(run: Ingestion) -> None:
    """Link the document to those conditions and medications of the chart it names."""
    document_link(by=run.by, document=run.document, pages=_pages(run))


def add_to_timeline(run: Ingestion) -> None:
    charts.timeline_event_add(
        by=run.by, patient_id=run.patient_id, kind="document",
        title=run.document.title[:200], occurred_at=run.document.occurred_at,
        source_kind="document", source_id=run.document.id,
        visibility=run.document.visibility,
    )  # fmt: skip


STEPS: tuple[tuple[str, Callable[[Ingestion], None]], ...] = (
    (Step.TEXT_LAYER, take_text_layer),
    (Step.OCR, read_scans),
    (Step.IDENTITY, check_identity),
    (Step.CHUNKS, cut_chunks),
    (Step.VECTORS, index_vectors),
    (Step.GRAPH, link_graph),
    (Step.TIMELINE, add_to_timeline),
)


def _begin(by: Actor, patient_id: UUID, document_id: UUID) -> Document | None:
    """The document, now being read; None when there is nothing left to do."""
    with acting_as(by, patient_id):
        document = Document.objects.select_for_update().filter(id=document_id).first()
        if document is None or document.state not in (
            Document.State.RECEIVED, Document.State.READING, Document.State.FAILED,
        ):  # fmt: skip
            return None
        transition(document, Document.State.READING, failure="")
    return document


def _announce(run: Ingestion, step: str) -> None:
    run.document.step = step
    _save(run, "step")
    run.tell(run.document.page_count - len(_unread(run)))


def _save(run: Ingestion, field: str) -> None:
    """Write one field of a document that is still ours to read."""
    with run.acting():
        _demand_reading(run)
        run.document.save(update_fields=[field])
        tell(run.document)


def _demand_reading(run: Ingestion) -> None:
    reading = Document.objects.select_for_update().filter(
        id=run.document.id, state=Document.State.READING
    )
    if not reading.exists():
        raise Refused("deleted", "The document was deleted while it was read.")


def _settle(run: Ingestion, state: str, act: str, *, failure: str = "") -> None:
    with run.acting():
        document = Document.objects.select_for_update().get(id=run.document.id)
        if document.state != Document.State.READING:
            return
        document.identity = run.document.identity
        transition(document, state, failure=failure, step="")
        record(by=run.by, act=act, document=document, pages=document.page_count, reason=failure)
        if state == Document.State.READY:
            events.publish(
                "documents.ingested", patient_id=run.patient_id, document_id=str(document.id)
            )


def _unread(run: Ingestion) -> list[int]:
    with run.acting():
        read = set(
            DocumentPage.objects.filter(document_id=run.document.id).values_list(
                "number", flat=True
            )
        )
    return [at for at in range(1, run.document.page_count + 1) if at not in read]


def _pages(run: Ingestion) -> list[DocumentPage]:
    with run.acting():
        return list(DocumentPage.objects.filter(document_id=run.document.id).order_by("number"))


def _keep_page(run: Ingestion, number: int, size: PageSize, page: PageWords) -> None:
    with run.acting():
        _demand_reading(run)
        DocumentPage(
            patient_id=run.patient_id, document_id=run.document.id, number=number,
            width=size.width, height=size.height, source=page.source,
            confidence=page.confidence, text=page.text, words=words_as_rows(page.words),
        ).save(force_insert=True)  # fmt: skip
        tell(run.document)
    run.tell(number)
