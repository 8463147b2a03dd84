"""Pages of documents, by the cast."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clinicity.accounts.models import User
from conftest import DrainJobs
from documents import selectors, services
from documents.models import Document
from documents.tests.samples import LETTER, pdf
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_index")]
Pages = Callable[[User | None], Client]


@pytest.fixture
def document(alice: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs) -> Document:
    row = services.document_upload(
        by=alice.actor, patient_id=patient.id, title="Clinic letter", filename="letter.pdf",
        content=letter,
    )  # fmt: skip
    drain_jobs()
    return row


def pages_of(document: Document) -> list[str]:
    mine = {"document_id": document.id}
    return [
        reverse("documents:document", kwargs=mine),
        reverse("documents:standing", kwargs=mine),
        reverse("documents:page_image", kwargs=mine | {"number": 1}),
        reverse("documents:of_patient", kwargs={"patient_id": document.patient_id}),
        reverse("documents:panel", kwargs={"patient_id": document.patient_id}),
    ]


def test_pages_show(client_for: Pages, alice: User, document: Document) -> None:
    client = client_for(alice)
    for path in (*pages_of(document), reverse("documents:list")):
        assert client.get(path).status_code == 200


def test_anonymous_signs_in_and_stranger_sees_nothing(
    client_for: Pages, charlie: User, document: Document
) -> None:
    for path in pages_of(document):
        assert client_for(None).get(path).status_code == 302
        assert client_for(charlie).get(path).status_code == 404
    listed = client_for(charlie).get(reverse("documents:list"))
    assert "Clinic letter" not in listed.content.decode()


def test_cited_passage_is_lit_on_its_page(
    client_for: Pages, alice: User, patient: Patient, document: Document
) -> None:
    (passage, *_) = selectors.passages_search(alice.actor, patient.id, "lithium")
    path = reverse("documents:document", kwargs={"document_id": document.id})
    client = client_for(alice)
    lit = client.get(path, {"chunk": passage.chunk_id}).content.decode()
    assert lit.count('class="document-lit"') == len(LETTER)
    assert "style=" not in lit
    for chunk in (uuid4(), "nonsense", ""):
        assert "document-lit" not in client.get(path, {"chunk": chunk}).content.decode()


def test_page_that_isnt_there_is_a_404(
    client_for: Pages, alice: User, document: Document
) -> None:
    client, path = client_for(alice), pages_of(document)[0]
    assert client.get(path, {"page": 2}).status_code == 404
    assert client.get(path.rstrip("/") + "/pages/9.png").status_code == 404


def test_upload_through_the_page(
    client_for: Pages, alice: User, patient: Patient, letter: bytes
) -> None:
    path = reverse("documents:of_patient", kwargs={"patient_id": patient.id})
    file = SimpleUploadedFile("letter.pdf", letter)
    client = client_for(alice)
    answer = client.post(path, {"file": file, "title": "", "occurred_at": "2026-03-03"})
    assert answer.status_code == 302
    (row,) = selectors.documents_page(alice.actor, patient.id).items
    assert str(row.occurred_at.date()) == "2026-03-03"
    assert "data-unsettled" in client.get(path).content.decode()


def test_refused_file_says_why(client_for: Pages, alice: User, patient: Patient) -> None:
    path = reverse("documents:of_patient", kwargs={"patient_id": patient.id})
    bad = SimpleUploadedFile("letter.pdf", pdf(LETTER, password="x"))
    answer = client_for(alice).post(path, {"file": bad})
    assert answer.status_code == 422
    assert "protected by a password" in answer.content.decode()
    assert not selectors.documents_page(alice.actor, patient.id).items


def test_misfiled_document_warns_and_can_be_accepted(
    client_for: Pages, alice: User, patient: Patient, drain_jobs: DrainJobs
) -> None:
    lines = ("Patient: John Smith  DOB: 1 May 1970", "Lithium was 0.9 mmol/L.")
    row = services.document_upload(
        by=alice.actor, patient_id=patient.id, title="Letter", filename="a.pdf",
        content=pdf(lines),
    )  # fmt: skip
    drain_jobs()
    client, path = client_for(alice), pages_of(row)[0]
    assert "Possibly misfiled" in client.get(path).content.decode()
    client.post(reverse("documents:accept", kwargs={"document_id": row.id}))
    drain_jobs()
    assert "Accepted by a clinician" in client.get(path).content.decode()


def test_delete_from_the_page(client_for: Pages, alice: User, document: Document) -> None:
    client = client_for(alice)
    answer = client.post(reverse("documents:delete", kwargs={"document_id": document.id}))
    assert answer.status_code == 302
    assert client.get(pages_of(document)[0]).status_code == 404


def test_list_takes_a_fixed_number_of_queries(
    client_for: Pages,
    alice: User,
    patient: Patient,
    document: Document,
    django_assert_max_num_queries: Any,
) -> None:
    for at in range(4):
        services.document_upload(
            by=alice.actor, patient_id=patient.id, title="x", filename="x.pdf",
            content=pdf((*LETTER, str(at))),
        )  # fmt: skip
    client = client_for(alice)
    with django_assert_max_num_queries(16):
        client.get(reverse("documents:list"))
