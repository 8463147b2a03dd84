"""Readings over Django's route, by the cast."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
BEAT = {"data_type": "heart_rate", "timestamp": "2025-04-17T14:23:00Z", "data": {"bpm": 72}}


def post(client: APIClient, body: Any, **headers: str) -> Any:
    return client.post(
        "/api/v1/biometric-events", json.dumps(body), content_type="application/json",
        headers=headers,
    )  # fmt: skip


def test_seeds_single_event(api: Api, alice: User, patient: Patient) -> None:
    answer = post(api(alice), BEAT | {"patient_id": str(patient.id)})
    assert answer.status_code == 201
    receipt = answer.json()
    assert (receipt["accepted"], receipt["rejected"], receipt["position"]) == (1, 0, 1)
    assert receipt["digest"].startswith("sha256:")
    again = api(alice).get(f"/api/v1/biometric-events/receipts/{receipt['id']}")
    assert again.json() == receipt


def test_batch_keeps_the_good_and_names_the_bad(
    api: Api, alice: User, patient: Patient
) -> None:
    events = [
        BEAT,
        BEAT | {"timestamp": "2025-04-17T14:24:00"},
        BEAT | {"data_type": "aura"},
        BEAT | {"data": {}},
        BEAT | {"timestamp": "2025-04-17T14:25:00Z"},
        {"nonsense": 1},
    ]
    answer = post(api(alice), {"patient_id": str(patient.id), "events": events})
    receipt = answer.json()
    assert (receipt["accepted"], receipt["rejected"]) == (2, 4)
    assert [reason["index"] for reason in receipt["reasons"]] == [1, 2, 3, 5]


def test_list_of_events_of_one_patient(api: Api, alice: User, patient: Patient) -> None:
    mine = BEAT | {"patient_id": str(patient.id)}
    answer = post(api(alice), [mine, mine | {"patient_id": str(alice.id)}])
    assert answer.json()["accepted"] == 1
    (reason,) = answer.json()["reasons"]
    assert (reason["index"], reason["field"]) == (1, "patient_id")


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", "3", '{"patient_id": 1}', "{}",
        '{"patient_id": "x", "events": []}',
    ],
)  # fmt: skip
def test_unreadable_body_is_a_problem_detail(api: Api, alice: User, body: str) -> None:
    answer = api(alice).post("/api/v1/biometric-events", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "change",
    [
        {"data_type": "aura"},
        {"unit": "furlong"},
        {"timestamp": "2025-04-17T14:23:00"},
        {"timestamp": "2999-01-01T00:00:00Z"},
        {"data": {"bpm": "fast"}},
    ],
)
def test_bad_event_stores_nothing(
    api: Api, alice: User, patient: Patient, change: dict[str, Any]
) -> None:
    body = BEAT | {"patient_id": str(patient.id)} | change
    assert post(api(alice), body).status_code == 400
    listed = api(alice).get("/api/v1/biometric-events", {"patient_id": str(patient.id)})
    assert listed.json()["items"] == []


def test_strangers_and_anonymous_are_refused(api: Api, charlie: User, patient: Patient) -> None:
    body = BEAT | {"patient_id": str(patient.id)}
    assert post(api(charlie), body).status_code == 404
    assert post(api(), body).status_code == 401
    window = {"start": "2025-04-17T00:00:00Z", "end": "2025-04-18T00:00:00Z"}
    query = {"patient_id": str(patient.id), "metric": "heart_rate"} | window
    for path in ("biometric-events", "biometrics/series", "analytics/aggregated", "devices"):
        assert api(charlie).get(f"/api/v1/{path}", query).status_code == 404
        assert api().get(f"/api/v1/{path}", query).status_code == 401


def test_receipt_of_a_strangers_patient_is_not_there(
    api: Api, alice: User, charlie: User, patient: Patient
) -> None:
    receipt = post(api(alice), BEAT | {"patient_id": str(patient.id)}).json()
    path = f"/api/v1/biometric-events/receipts/{receipt['id']}"
    assert api(charlie).get(path).status_code == 404


def test_idempotency_key_replays_the_receipt(api: Api, alice: User, patient: Patient) -> None:
    body, key = BEAT | {"patient_id": str(patient.id)}, {"Idempotency-Key": "k"}
    first, again = post(api(alice), body, **key), post(api(alice), body, **key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert post(api(alice), body | {"data": {"bpm": 73}}, **key).status_code == 422


def test_series_and_aggregated(api: Api, alice: User, patient: Patient) -> None:
    post(api(alice), BEAT | {"patient_id": str(patient.id)})
    window = {"start": "2025-04-17T00:00:00Z", "end": "2025-04-18T00:00:00Z"}
    query = {"patient_id": str(patient.id), "metric": "heart_rate"} | window
    series = api(alice).get("/api/v1/biometrics/series", query).json()
    assert (series["unit"], series["v"], series["total"]) == ("/min", [72.0], 1)
    summary = api(alice).get(
        "/api/v1/analytics/aggregated", {"patient_id": str(patient.id), "days": 3650}
    )
    (heart,) = summary.json()["metrics"]
    assert (heart["mean"], heart["days_with_data"], heart["loinc"]) == (72.0, 1, "8867-4")
    assert AuditEvent.objects.filter(act="reading.read", actor_id=alice.id).exists()


def test_devices_are_registered_and_listed(api: Api, alice: User, patient: Patient) -> None:
    body = {"patient_id": str(patient.id), "name": "Watch", "model": "GT9X"}
    assert api(alice).post("/api/v1/devices/", body, format="json").status_code == 201
    listed = api(alice).get("/api/v1/devices/", {"patient_id": str(patient.id)}).json()
    assert [device["name"] for device in listed["items"]] == ["Watch"]
