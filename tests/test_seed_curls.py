"""The calls that clients of the two earlier systems make, as they stand in their curls.

Only the host and the token differ. The root paths are aliases of `/api/v1/…`. Rooms
that aren't built answer 501 with a problem detail.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.response import Response
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from conftest import DrainJobs

Api = Callable[[User | None], APIClient]

PATIENT = {"first_name": "Alice", "last_name": "Smith", "date_of_birth": "1985-07-20"}
EVENT = {
    "data_type": "heart_rate",
    "timestamp": "2025-04-17T14:23:00Z",
    "data": {"bpm": 72},
}
ENTRY = {"kind": "note", "title": "Seen", "occurred_at": "2025-04-17T14:23:00Z"}
PROBLEM = "application/problem+json"


@pytest.fixture
def client(api: Api, alice: User) -> APIClient:
    return api(alice)


@pytest.fixture
def patient_id(client: APIClient) -> str:
    answer = client.post("/api/v1/patients", PATIENT, format="json")
    assert answer.status_code == 201
    return str(answer.data["id"])


@pytest.fixture
def session_id(client: APIClient, patient_id: str) -> str:
    answer = client.post("/chat/session", {"patient_id": patient_id}, format="json")
    assert answer.status_code == 201
    return str(answer.json()["session_id"])


def test_patient_is_created(client: APIClient) -> None:
    answer = client.post("/api/v1/patients", PATIENT, format="json")
    assert answer.status_code == 201
    assert answer.data["first_name"] == "Alice"


def test_biometric_event_is_stored(client: APIClient, patient_id: str) -> None:
    sent = {"patient_id": patient_id} | EVENT
    answer = client.post("/api/v1/biometric-events", sent, format="json")
    assert answer.status_code == 201
    assert answer.json()["accepted"] == 1


def test_aggregated_analytics_know_the_event(client: APIClient, patient_id: str) -> None:
    client.post("/api/v1/biometric-events", {"patient_id": patient_id} | EVENT, format="json")
    answer = client.get(f"/api/v1/analytics/aggregated?patient_id={patient_id}&days=3660")
    assert answer.status_code == 200
    assert [metric["mean"] for metric in answer.json()["metrics"]] == [72.0]


def test_twin_is_asked_for_and_made(
    client: APIClient, patient_id: str, drain_jobs: DrainJobs
) -> None:
    sent = {"patient_id": patient_id}
    answer = client.post("/api/v1/digital-twins/generate", sent, format="json")
    assert answer.status_code == 202
    drain_jobs()
    assert client.get(answer.json()["status_url"]).json()["state"] == "done"
    assert client.get(f"/api/v1/digital-twins/{patient_id}").status_code == 200


@pytest.mark.parametrize("root", ["", "/api/v1"])
def test_document_is_uploaded_and_its_status_told(
    client: APIClient, patient_id: str, root: str
) -> None:
    file = SimpleUploadedFile("note.txt", b"Seen on 2 January 2026.", "text/plain")
    sent = {"patient_id": patient_id, "file": file}
    answer = client.post(f"{root}/upload/document", sent, format="multipart")
    assert answer.status_code == 202
    status = client.get(f"{root}/upload/status/{answer.json()['id']}")
    assert status.json()["state"] == "received"
    listed = client.get(f"{root}/upload/documents?patient_id={patient_id}").json()["items"]
    assert [document["filename"] for document in listed] == ["note.txt"]


@pytest.mark.parametrize("root", ["", "/api/v1"])
def test_chat_streams(client: APIClient, session_id: str, root: str) -> None:
    sent = {"session_id": session_id, "message": "What is the heart rate?"}
    answer = client.post(f"{root}/chat/stream", sent, format="json")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/event-stream")


@pytest.mark.parametrize("root", ["", "/api/v1"])
def test_chat_answers(client: APIClient, session_id: str, root: str) -> None:
    sent = {"session_id": session_id, "message": "What is the heart rate?"}
    answer = client.post(f"{root}/chat/", sent, format="json")
    assert answer.status_code == 200
    assert answer.json()["answer"]


def test_chat_history_holds_what_was_asked(client: APIClient, session_id: str) -> None:
    sent = {"session_id": session_id, "message": "What is the heart rate?"}
    client.post("/chat/", sent, format="json")
    answer = client.get(f"/chat/history?session_id={session_id}")
    assert [turn["question"] for turn in answer.json()["items"]] == [sent["message"]]


@pytest.mark.parametrize("root", ["", "/api/v1"])
def test_timeline_entry_lives_its_life(client: APIClient, patient_id: str, root: str) -> None:
    entry = {"patient_id": patient_id} | ENTRY
    made = client.post(f"{root}/timeline/event", entry, format="json")
    assert made.status_code == 201
    path = f"{root}/timeline/event/{made.data['id']}"
    assert client.put(path, {"title": "Seen again"}, format="json").status_code == 200
    assert client.get(f"{root}/timeline/?patient_id={patient_id}").status_code == 200
    assert client.get(f"{root}/timeline/summary?patient_id={patient_id}").status_code == 200
    assert client.delete(path).status_code == 204


@pytest.mark.parametrize("root", ["", "/api/v1"])
def test_events_are_the_timeline(client: APIClient, patient_id: str, root: str) -> None:
    made = client.post(f"{root}/events/", {"patient_id": patient_id} | ENTRY, format="json")
    assert made.status_code == 201
    listed = client.get(f"{root}/events/?patient_id={patient_id}").json()["items"]
    assert [entry["title"] for entry in listed] == ["Seen"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/expert_opinion/"), ("get", "/expert_opinion/history"), ("get", "/anatomy/"),
        ("post", "/api/v1/expert_opinion/"), ("get", "/api/v1/anatomy/"),
    ],
)  # fmt: skip
def test_rooms_that_are_not_built_say_so(client: APIClient, method: str, path: str) -> None:
    answer: Response = getattr(client, method)(path, {}, format="json")
    assert answer.status_code == 501
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["status"] == 501


@pytest.mark.parametrize(
    "path", ["/chat/", "/timeline/", "/upload/documents", "/expert_opinion/", "/anatomy/", "/events/"]
)  # fmt: skip
def test_root_paths_are_closed_to_nobody(api: Api, db: None, path: str) -> None:
    answer: Any = api(None).get(path)
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/patients", "/api/v1/patients/"])
def test_both_forms_of_a_path_keep_the_body(client: APIClient, path: str) -> None:
    assert client.post(path, PATIENT, format="json").status_code == 201
