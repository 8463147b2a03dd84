"""A document's way from upload to a passage that can be found."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.exceptions import Conflict, NotFound, Unavailable
from clinicity.knowledge import graph, vectors
from clinicity.privacy.pseudonyms import pseudonym
from conftest import DrainJobs
from documents import selectors, services
from documents.extraction import sandbox
from documents.extraction.shapes import Refused
from documents.models import Document
from documents.tests.samples import LETTER, pdf, picture, saved, scanned_pdf
from patients import selectors as patients
from patients import services as charts
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_index")]
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="Install tesseract-ocr to read scans in this test.",
)
SOMEONE_ELSE = ("Patient: John Smith   DOB: 1 May 1970", "Lithium was 0.9 mmol/L today.")


def upload(by: User, patient: Patient, content: bytes, name: str = "letter.pdf") -> Document:
    return services.document_upload(
        by=by.actor,
        patient_id=patient.id,
        title="Clinic letter",
        filename=name,
        content=content,
    )


def state_of(by: User, document: Document) -> str:
    return selectors.document_progress(by.actor, document.id).state


def found_by(by: User, patient: Patient) -> list[selectors.Passage]:
    return selectors.passages_search(by.actor, patient.id, "What was the lithium level?")


def test_text_pdf_becomes_findable(
    alice: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs
) -> None:
    document = upload(alice, patient, letter)
    assert drain_jobs() == ["documents.tasks.ingest"]
    progress = selectors.document_progress(alice.actor, document.id)
    assert (progress.state, progress.identity) == ("ready", "match")
    (found, *_) = found_by(alice, patient)
    assert "0.4 mmol/L" in found.text
    assert (found.document_id, found.page, found.title) == (document.id, 1, "Clinic letter")
    assert len(found.boxes) == len(LETTER)
    (entry,) = patients.timeline_page(alice.actor, patient.id, kind="document").items
    assert (entry.source_id, entry.title) == (document.id, "Clinic letter")
    assert AuditEvent.objects.filter(act="document.ingest", subject_id=document.id).exists()


@needs_tesseract
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", lambda: scanned_pdf(LETTER)),
        ("photo.jpg", lambda: saved(picture(LETTER), "JPEG", quality=70)),
    ],
)
def test_scan_and_photo_are_read(
    alice: User, patient: Patient, drain_jobs: DrainJobs, name: str, content: Any
) -> None:
    document = upload(alice, patient, content(), name)
    drain_jobs()
    (page,) = selectors.document_pages(alice.actor, document.id)
    assert page.source == "ocr"
    assert page.confidence > 0.8
    assert "0.4 mmol/L" in found_by(alice, patient)[0].text


def test_the_same_file_is_one_document(
    alice: User, patient: Patient, letter: bytes, media: Path
) -> None:
    first, again = upload(alice, patient, letter), upload(alice, patient, letter)
    assert first.id == again.id
    assert len(list(media.rglob("*.sealed"))) == 1


def test_file_lies_sealed(alice: User, patient: Patient, letter: bytes, media: Path) -> None:
    document = upload(alice, patient, letter)
    (path,) = media.rglob("*.sealed")
    assert b"%PDF" not in path.read_bytes()
    assert str(patient.id) not in str(path)
    assert selectors.file_content(alice.actor, document.id)[1] == letter


def test_misfiled_document_waits_and_is_no_evidence(
    alice: User, patient: Patient, drain_jobs: DrainJobs
) -> None:
    document = upload(alice, patient, pdf(SOMEONE_ELSE))
    drain_jobs()
    assert state_of(alice, document) == "held"
    assert found_by(alice, patient) == []
    assert not patients.timeline_page(alice.actor, patient.id, kind="document").items
    services.document_accept(by=alice.actor, document_id=document.id)
    drain_jobs()
    assert state_of(alice, document) == "ready"
    assert found_by(alice, patient)


def test_hit_of_another_patient_is_never_shown(
    alice: User, charlie: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs
) -> None:
    upload(alice, patient, letter)
    drain_jobs()
    with pytest.raises(NotFound):
        found_by(charlie, patient)
    chunk_id = found_by(alice, patient)[0].chunk_id
    with pytest.raises(NotFound):
        selectors.chunk_get(charlie.actor, chunk_id)
    assert selectors.passages_get(charlie.actor, [chunk_id]) == []


def test_delete_takes_everything_along(
    alice: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs, media: Path
) -> None:
    document = upload(alice, patient, letter)
    drain_jobs()
    services.document_delete(by=alice.actor, document_id=document.id)
    assert found_by(alice, patient) == []
    assert drain_jobs() == ["documents.tasks.purge"]
    assert vectors.passages().ids(pseudonym(patient.id)) == set()
    assert not list(media.rglob("*.sealed"))
    assert not patients.timeline_page(alice.actor, patient.id, kind="document").items
    with pytest.raises(NotFound):
        selectors.document_get(alice.actor, document.id)
    assert upload(alice, patient, letter).id != document.id


def test_index_down_fails_visibly_and_goes_on_later(
    alice: User,
    patient: Patient,
    letter: bytes,
    drain_jobs: DrainJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def down() -> None:
        raise Unavailable("The passage index doesn't answer.")

    document = upload(alice, patient, letter)
    with monkeypatch.context() as broken:
        broken.setattr(vectors, "passages", down)
        drain_jobs(failing=True)
    progress = selectors.document_progress(alice.actor, document.id)
    assert (progress.state, progress.failure, progress.pages_read) == (
        "failed",
        "Unavailable",
        1,
    )
    services.document_retry(by=alice.actor, document_id=document.id)
    drain_jobs(failing=True)
    assert state_of(alice, document) == "ready"


def test_worker_that_dies_between_pages_goes_on_where_it_was(
    alice: User,
    patient: Patient,
    drain_jobs: DrainJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def reader(content: bytes, number: int) -> list[Any]:
        asked.append(number)
        if number == 2 and asked.count(2) == 1:
            raise Refused("too_hard", "The file needed too much time or memory.")
        return sandbox.text_layer(pdf(LETTER))[0]

    monkeypatch.setattr("documents.services.ingestion.sandbox.read_picture", reader)
    document = upload(alice, patient, pdf((), (), ()))
    drain_jobs()
    progress = selectors.document_progress(alice.actor, document.id)
    assert (progress.state, progress.failure, progress.pages_read) == ("failed", "too_hard", 1)
    services.document_retry(by=alice.actor, document_id=document.id)
    drain_jobs()
    assert asked == [1, 2, 2, 3]
    assert state_of(alice, document) == "ready"


@pytest.mark.parametrize("state", ["received", "ready"])
def test_only_a_failed_document_is_tried_again(
    alice: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs, state: str
) -> None:
    document = upload(alice, patient, letter)
    if state == "ready":
        drain_jobs()
    with pytest.raises(Conflict):
        services.document_retry(by=alice.actor, document_id=document.id)


def test_second_run_changes_nothing(
    alice: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs
) -> None:
    upload(alice, patient, letter)
    drain_jobs()
    before = [passage.chunk_id for passage in found_by(alice, patient)]
    services.document_ingest(
        by=alice.actor,
        patient_id=patient.id,
        document_id=found_by(alice, patient)[0].document_id,
        progress=lambda *_: None,
    )
    assert [passage.chunk_id for passage in found_by(alice, patient)] == before


def test_document_is_linked_to_what_the_chart_names(
    alice: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs
) -> None:
    charts.medication_add(
        by=alice.actor, patient_id=patient.id, name="Lithium carbonate", dose=Decimal(400),
        unit="mg", times_per_day=2, started_on=date(2026, 1, 5),
    )  # fmt: skip
    charts.condition_add(
        by=alice.actor, patient_id=patient.id, code="F31.9", display="Bipolar disorder"
    )
    document = upload(alice, patient, letter)
    drain_jobs()
    found = graph.store().read(alice.actor, patient.id)
    labels = {node.key: node.label for node in found.nodes}
    links = {(labels[e.source], e.kind, labels[e.target]): e for e in found.edges}
    assert set(links) == {
        ("patient", "has", "Bipolar disorder"),
        ("patient", "has", "Clinic letter"),
        ("patient", "takes", "Lithium carbonate"),
        ("Clinic letter", "mentions", "Lithium carbonate"),
    }
    mention = links["Clinic letter", "mentions", "Lithium carbonate"]
    assert (mention.origin.kind, mention.origin.id) == ("document", document.id)
    assert [place["page"] for place in mention.place] == [1, 1]
    services.document_delete(by=alice.actor, document_id=document.id)
    drain_jobs()
    left = graph.store().read(alice.actor, patient.id)
    assert {edge.kind for edge in left.edges} == {"has", "takes"}
    assert "Clinic letter" not in {node.label for node in left.nodes}


def test_graph_follows_the_chart(alice: User, patient: Patient, drain_jobs: DrainJobs) -> None:
    charts.condition_add(
        by=alice.actor, patient_id=patient.id, code="F31.9", display="Bipolar disorder"
    )
    assert drain_jobs() == ["documents.tasks.link_chart"]
    found = graph.store().read(alice.actor, patient.id)
    assert {node.label for node in found.nodes} == {"patient", "Bipolar disorder"}
    assert [edge.origin.kind for edge in found.edges] == ["condition"]
