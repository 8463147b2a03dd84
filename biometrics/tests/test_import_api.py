"""Imports over the API, by the cast."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from biometrics import services, uploads
from biometrics.models import ImportRun
from biometrics.services import ImportOptions
from biometrics.tests.import_lines import Upload, text_of
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from conftest import DrainJobs
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lines")]
Api = Callable[..., APIClient]
BASE = "/api/v1/imports/"
ACTS = ("pause", "resume", "cancel", "retry")


@pytest.fixture
def run(alice: User, patient: Patient, make_upload: Upload) -> ImportRun:
    upload = make_upload(text_of(10, extra="?"))
    return services.import_request(
        by=alice.actor, patient_id=patient.id, upload_id=upload.id, options=ImportOptions()
    )


def put(client: APIClient, upload_id: str, offset: int, data: bytes) -> Any:
    path = f"{BASE}uploads/{upload_id}/?offset={offset}"
    return client.put(path, data, content_type="application/octet-stream")


def test_whole_way_from_file_to_receipt(
    api: Api, alice: User, patient: Patient, drain_jobs: DrainJobs, monkeypatch: Any
) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 64)
    client, content = api(alice), text_of(5, extra="other Sodium\n?")
    about = {"patient_id": str(patient.id), "name": "a.txt", "size": len(content)}
    answer = client.post(f"{BASE}uploads/", about, format="json")
    assert answer.status_code == 201
    upload = answer.json()
    for offset in range(0, len(content), 64):
        assert (
            put(client, upload["id"], offset, content[offset : offset + 64]).status_code == 200
        )
    assert client.post(f"{BASE}uploads/", about, format="json").json()["id"] == upload["id"]
    finish = f"{BASE}uploads/{upload['id']}/finish/"
    whole = client.post(finish, {"digest": sha256(content).hexdigest()}, format="json").json()
    assert (whole["received"], whole["formats"]) == (len(content), ["lines"])
    asked = {"patient_id": str(patient.id), "upload_id": upload["id"], "zone": "Europe/Oslo"}
    answer = client.post(BASE, asked, format="json")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    drain_jobs()
    receipt = client.get(f"{BASE}{answer.json()['id']}/").json()
    assert (receipt["state"], receipt["accepted"], receipt["rejected"]) == ("done", 5, 1)
    assert receipt["found"] == [
        {
            "metric": "heart_rate",
            "samples": 5,
            "first_at": "2023-11-14T22:13:20+00:00",
            "last_at": "2023-11-14T22:17:20+00:00",
        }
    ]
    assert receipt["ignored"] == {"Sodium": 1}
    assert receipt["reasons"] == [{"record": 6, "reason": "It is no reading."}]
    assert receipt["digest"] == sha256(content).hexdigest()
    listed = client.get(BASE, {"patient_id": str(patient.id)}).json()
    assert [row["id"] for row in listed["items"]] == [receipt["id"]]


def test_formats_are_listed(api: Api, alice: User) -> None:
    items = api(alice).get(f"{BASE}formats/").json()["items"]
    assert {"code": "lines", "title": "Lines", "accepts": "a text file of lines"} in items


def test_anonymous_gets_nothing(api: Api, run: ImportRun) -> None:
    nobody, one = api(), f"{BASE}{run.id}/"
    upload = f"{BASE}uploads/{run.file_key}/"
    for path in (BASE, one, upload, f"{BASE}formats/"):
        assert nobody.get(path).status_code == 401
    for path in (BASE, f"{BASE}uploads/", f"{upload}finish/", *(f"{one}{a}/" for a in ACTS)):
        assert nobody.post(path).status_code == 401
    assert put(nobody, run.file_key, 0, b"x").status_code == 401
    assert nobody.delete(upload).status_code == 401


def test_stranger_finds_nothing(
    api: Api, charlie: User, patient: Patient, run: ImportRun
) -> None:
    client, one, upload = api(charlie), f"{BASE}{run.id}/", f"{BASE}uploads/{run.file_key}/"
    about = {"patient_id": str(patient.id)}
    assert client.get(BASE, about).status_code == 404
    assert client.get(one).status_code == 404
    assert client.get(upload).status_code == 404
    assert client.delete(upload).status_code == 404
    assert put(client, run.file_key, 0, b"x").status_code == 404
    for act in ACTS:
        assert client.post(f"{one}{act}/").status_code == 404
    bodies = {
        f"{BASE}uploads/": about | {"name": "a", "size": 1},
        f"{upload}finish/": {"digest": "0" * 64},
        BASE: about | {"upload_id": run.file_key},
    }
    for path, body in bodies.items():
        assert client.post(path, body, format="json").status_code == 404, path


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {}),
        ("", {"patient_id": "x", "upload_id": "y"}),
        ("uploads/", {"name": "a"}),
        ("uploads/", {"name": "a", "size": 0}),
    ],
)
def test_bad_input_is_a_problem_detail(
    api: Api, alice: User, patient: Patient, path: str, body: dict[str, Any]
) -> None:
    about = {"patient_id": str(patient.id)} | body
    answer = api(alice).post(f"{BASE}{path}", about, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_part_out_of_order_says_where_to_go_on(api: Api, alice: User, patient: Patient) -> None:
    about = {"patient_id": str(patient.id), "name": "a", "size": uploads.PART_BYTES + 5}
    upload = api(alice).post(f"{BASE}uploads/", about, format="json").json()
    answer = put(api(alice), upload["id"], uploads.PART_BYTES, b"12345")
    assert (answer.status_code, answer.json()["received"]) == (409, 0)
    assert put(api(alice), upload["id"], -1, b"").status_code == 400
    assert put(api(alice), str(uuid4()), 0, b"").status_code == 404
    early = api(alice).post(
        f"{BASE}uploads/{upload['id']}/finish/", {"digest": "0" * 64}, format="json"
    )
    assert early.status_code == 409


def test_wishes_are_carried_out_and_put_on_record(
    api: Api, alice: User, run: ImportRun, drain_jobs: DrainJobs
) -> None:
    client, one = api(alice), f"{BASE}{run.id}/"
    for act, state in (
        ("pause", "paused"), ("pause", "paused"), ("resume", "queued"), ("resume", "queued"),
        ("cancel", "cancelled"), ("cancel", "cancelled"),
    ):  # fmt: skip
        answer = client.post(f"{one}{act}/")
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert client.post(f"{one}retry/").status_code == 409
    for act in ("pause", "resume", "cancel"):
        assert AuditEvent.objects.filter(act=f"import.{act}", subject_id=run.id).count() == 1


def test_file_in_use_is_not_removed_or_imported_twice(
    api: Api, alice: User, patient: Patient, run: ImportRun
) -> None:
    client, upload = api(alice), f"{BASE}uploads/{run.file_key}/"
    assert client.delete(upload).status_code == 409
    again = {"patient_id": str(patient.id), "upload_id": run.file_key}
    answer = client.post(BASE, again, format="json")
    assert (answer.status_code, answer.json()["import_id"]) == (409, str(run.id))


def test_repeated_request_with_a_key_is_one_import(
    api: Api, alice: User, patient: Patient, make_upload: Upload
) -> None:
    asked = {"patient_id": str(patient.id), "upload_id": str(make_upload(text_of(1)).id)}
    headers = {"Idempotency-Key": "k"}
    first, again = (
        api(alice).post(BASE, asked, format="json", headers=headers) for _ in range(2)
    )
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"]


def test_upload_is_removed_once(api: Api, alice: User, make_upload: Upload) -> None:
    path = f"{BASE}uploads/{make_upload(text_of(1)).id}/"
    assert api(alice).get(path).status_code == 200
    assert api(alice).delete(path).status_code == 204
    assert api(alice).delete(path).status_code == 204
    assert api(alice).get(path).status_code == 404


def test_list_takes_as_many_queries_as_one_row(
    api: Api, alice: User, patient: Patient, make_upload: Upload, run: ImportRun
) -> None:
    client, query = api(alice), {"patient_id": str(patient.id)}

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(BASE, query).status_code == 200
        return len(queries)

    one = asked()
    for count in (2, 3, 4):
        services.import_request(
            by=alice.actor, patient_id=patient.id, upload_id=make_upload(text_of(count)).id,
            options=ImportOptions(),
        )  # fmt: skip
    assert len(client.get(BASE, query).json()["items"]) == 4
    assert asked() == one <= 25
