"""Twins over the API, by the cast."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import WORKER
from clinicity.common.models import Job
from patients.models import Patient
from twins import services
from twins.tests.conftest import Record

pytestmark = pytest.mark.django_db
Api = Callable[[User], Client]


def generate(client: Client, patient_id: Any, **headers: str) -> Any:
    body = json.dumps({"patient_id": str(patient_id)})
    path = "/api/v1/digital-twins/generate"
    return client.post(path, body, content_type="application/json", headers=headers)


def test_generate_gives_a_job_that_ends_in_a_twin(
    api: Api, alice: User, patient: Patient, record: Record, drain_jobs: Callable[[], Any]
) -> None:
    record(8)
    client = api(alice)
    answer = generate(client, patient.id)
    assert answer.status_code == 202
    status_url = answer.json()["status_url"]
    assert answer["Location"] == status_url
    assert client.get(status_url).json()["state"] == "queued"
    drain_jobs()
    assert client.get(status_url).json()["state"] == "done"
    twin = client.get(f"/api/v1/digital-twins/{patient.id}").json()
    stability = next(one for one in twin["features"] if one["name"] == "circadian.IS")
    assert stability["low"] <= stability["value"] <= stability["high"]
    assert (stability["days"], stability["level"]) == (8, 80)
    assert twin["abstentions"]
    assert AuditEvent.objects.filter(act="twin.request", actor_id=alice.id).count() == 1
    assert AuditEvent.objects.filter(act="twin.read", patient_id=patient.id).exists()


def test_a_repeated_key_makes_one_job(api: Api, alice: User, patient: Patient) -> None:
    client = api(alice)
    answers = [generate(client, patient.id, **{"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Job.objects.filter(name="twins.tasks.generate").count() == 1


def test_nobody_and_strangers_get_nothing(
    client: Client, api: Api, charlie: User, patient: Patient
) -> None:
    twin = f"/api/v1/digital-twins/{patient.id}"
    for path in (twin, f"{twin}/history", f"{twin}/forecast", f"{twin}/predictions"):
        assert client.get(path).status_code == 401
        assert api(charlie).get(path).status_code == 404
    assert generate(client, patient.id).status_code == 401
    assert generate(api(charlie), patient.id).status_code == 404
    assert generate(api(charlie), uuid4()).status_code == 404


@pytest.mark.parametrize("body", ["{}", '{"patient_id": "x"}', "not json"])
def test_bad_input_is_a_problem(api: Api, alice: User, body: str) -> None:
    path = "/api/v1/digital-twins/generate"
    answer = api(alice).post(path, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_before_the_first_twin_there_is_none(api: Api, alice: User, patient: Patient) -> None:
    answer = api(alice).get(f"/api/v1/digital-twins/{patient.id}")
    assert answer.status_code == 404
    assert "no twin yet" in answer.json()["detail"]


@pytest.mark.parametrize("room", ["forecast", "predictions", "what-if"])
def test_unbuilt_rooms_say_so(api: Api, alice: User, patient: Patient, room: str) -> None:
    assert api(alice).get(f"/api/v1/digital-twins/{patient.id}/{room}").status_code == 501
    assert api(alice).get("/api/v1/models").status_code == 501


def test_history_pages_with_few_queries(
    api: Api, alice: User, patient: Patient, record: Record, django_assert_max_num_queries: Any
) -> None:
    for days in (1, 2, 3):
        record(days)
        services.twin_generate(by=WORKER, patient_id=patient.id)
    client = api(alice)
    with django_assert_max_num_queries(20):
        found = client.get(f"/api/v1/digital-twins/{patient.id}/history").json()["items"]
    assert [one["ledger_position"] for one in found] == [3, 2, 1]
