"""Documents over the API, by the cast."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from conftest import DrainJobs
from documents.tests.samples import LETTER, pdf
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_index")]
Api = Callable[[User | None], APIClient]
Upload = Callable[..., Any]


@pytest.fixture
def upload(api: Api, patient: Patient, letter: bytes) -> Upload:
    def send(by: User | None, content: bytes = letter, path: str = "/api/v1/upload/document"):
        file = SimpleUploadedFile("letter.pdf", content, "application/pdf")
        body = {"patient_id": str(patient.id), "file": file, "title": "Clinic letter"}
        return api(by).post(path, body, format="multipart")

    return send


def each(document_id: object) -> list[str]:
    one = f"/api/v1/documents/{document_id}"
    return [one, f"{one}/pages", f"{one}/pages/1/image", f"{one}/file",
            f"/api/v1/upload/status/{document_id}"]  # fmt: skip


@pytest.mark.parametrize("path", ["/api/v1/upload/document", "/upload/document/"])
def test_upload_and_read(
    api: Api, upload: Upload, alice: User, drain_jobs: DrainJobs, letter: bytes, path: str
) -> None:
    answer = upload(alice, path=path)
    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    drain_jobs()
    one, pages, image, file, status = each(answer.json()["id"])
    client = api(alice)
    assert client.get(status).json()["state"] == "ready"
    assert client.get(one).json()["title"] == "Clinic letter"
    assert "0.4 mmol/L" in client.get(pages).json()["items"][0]["text"]
    assert client.get(image).content.startswith(b"\x89PNG")
    assert client.get(file).content == letter
    assert client.get(file)["Content-Disposition"].startswith("attachment")
    assert AuditEvent.objects.filter(act="document.download").count() == 2


def test_anonymous_is_refused(api: Api, upload: Upload) -> None:
    assert upload(None).status_code == 401
    for path in (*each(uuid4()), "/api/v1/upload/documents"):
        assert api(None).get(path).status_code == 401


def test_strangers_document_is_not_there(
    api: Api, upload: Upload, alice: User, charlie: User
) -> None:
    document_id = upload(alice).json()["id"]
    client = api(charlie)
    for path in each(document_id):
        assert client.get(path).status_code == 404
    assert client.delete(f"/api/v1/documents/{document_id}").status_code == 404
    assert client.post(f"/api/v1/documents/{document_id}/retry").status_code == 404
    assert client.get("/api/v1/upload/documents").json()["items"] == []
    assert upload(charlie).status_code == 404
    assert AuditEvent.objects.filter(outcome="refused", actor_id=charlie.id).exists()


def test_cover_reads(api: Api, upload: Upload, alice: User, bob: User) -> None:
    document_id = upload(alice).json()["id"]
    assert api(bob).get(f"/api/v1/documents/{document_id}").status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", 422, "empty"),
        (b"%PDF-1.7 nothing", 422, "broken"),
        (b"\x7fELF", 422, "unknown_type"),
        (pdf(LETTER, password="x"), 422, "encrypted"),
    ],
)
def test_bad_file_is_a_problem_and_leaves_nothing(
    upload: Upload, alice: User, media: Any, content: bytes, status: int, reason: str
) -> None:
    answer = upload(alice, content)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer["Content-Type"] == "application/problem+json"
    assert not list(media.rglob("*.sealed"))


def test_too_large_file_is_refused_by_its_announced_size(
    upload: Upload, alice: User, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 100_000
    answer = upload(alice, b"x" * 300_000)
    assert answer.status_code == 413
    assert answer.json()["type"].endswith("file-too-large")


def test_missing_file_and_json_are_problems(api: Api, alice: User, patient: Patient) -> None:
    client, path = api(alice), "/api/v1/upload/document"
    answer = client.post(path, {"patient_id": str(patient.id)}, format="multipart")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file"])
    assert client.post(path, {"patient_id": str(patient.id)}, format="json").status_code == 415


def test_repeat_gives_the_same_document(upload: Upload, alice: User) -> None:
    assert upload(alice).json()["id"] == upload(alice).json()["id"]


def test_delete(api: Api, upload: Upload, alice: User) -> None:
    path = f"/api/v1/documents/{upload(alice).json()['id']}"
    assert api(alice).delete(path).status_code == 204
    assert api(alice).get(path).status_code == 404


def test_list_takes_a_fixed_number_of_queries(
    api: Api,
    upload: Upload,
    alice: User,
    patient: Patient,
    django_assert_max_num_queries: Any,
) -> None:
    for at in range(3):
        upload(alice, pdf((*LETTER, str(at))))
    client = api(alice)
    with django_assert_max_num_queries(14):
        items = client.get(f"/api/v1/upload/documents?patient_id={patient.id}").json()["items"]
    assert len(items) == 3
