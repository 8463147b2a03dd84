"""Patients and timeline over the API, by the cast."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients import services
from patients.models import Patient

pytestmark = pytest.mark.django_db
SMITH = {"first_name": "Alice", "last_name": "Smith", "date_of_birth": "1985-07-20"}
Api = Callable[[User], Client]


def post(client: Client, path: str, body: Any, **headers: str):  # type: ignore[no-untyped-def]
    return client.post(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
    )


@pytest.mark.parametrize("path", ["patients", "patients/"])
def test_create_works_with_and_without_last_slash(api: Api, alice: User, path: str) -> None:
    answer = post(api(alice), path, SMITH)
    assert answer.status_code == 201
    assert answer.json()["last_name"] == "Smith"
    assert answer.json()["simulated"] is True
    assert AuditEvent.objects.get(act="patient.create").actor_id == alice.id


def test_anonymous_is_refused(client: Client, patient: Patient) -> None:
    for path in ("patients", f"patients/{patient.id}", "timeline", "events"):
        assert client.get(f"/api/v1/{path}").status_code == 401


def test_strangers_patient_is_not_there(api: Api, charlie: User, patient: Patient) -> None:
    client = api(charlie)
    path = f"/api/v1/patients/{patient.id}"
    assert client.get(path).status_code == 404
    assert (
        client.patch(path, {"last_name": "X"}, content_type="application/json").status_code
        == 404
    )
    assert client.delete(path).status_code == 404
    assert client.get(f"/api/v1/timeline/?patient_id={patient.id}").status_code == 404
    event = {"patient_id": str(patient.id), "title": "x", "occurred_at": "2026-01-01T00:00:00Z"}
    assert post(client, "timeline/event", event).status_code == 404
    assert client.get("/api/v1/patients").json()["items"] == []
    refused = AuditEvent.objects.filter(outcome="refused", actor_id=charlie.id)
    assert refused.filter(act="patient.read", subject_id=patient.id).exists()


def test_cover_reads_and_the_read_is_on_record(api: Api, bob: User, patient: Patient) -> None:
    assert api(bob).get(f"/api/v1/patients/{patient.id}").json()["first_name"] == "Zoë"
    assert AuditEvent.objects.filter(act="patient.read", actor_id=bob.id).count() == 1


def test_ended_membership_is_a_404(api: Api, alice: User, bob: User, patient: Patient) -> None:
    services.care_team_member_end(by=alice.actor, patient_id=patient.id, user_id=bob.id)
    assert api(bob).get(f"/api/v1/patients/{patient.id}").status_code == 404


@pytest.mark.parametrize("query", ["zoë", "ZOE", "zoe tester", "Tester", "1985-07-20"])
def test_search_finds_by_whole_name_or_birth_date(
    api: Api, alice: User, patient: Patient, query: str
) -> None:
    found = api(alice).get("/api/v1/patients", {"search": query}).json()["items"]
    assert [item["id"] for item in found] == [str(patient.id)]


def test_search_for_part_of_a_name_finds_nothing(
    api: Api, alice: User, patient: Patient
) -> None:
    assert api(alice).get("/api/v1/patients", {"search": "Zo"}).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"date_of_birth": "2999-01-01"}, "date_of_birth"),
        ({"date_of_birth": "yesterday"}, "date_of_birth"),
        ({"first_name": ""}, "first_name"),
        ({"sex": "x"}, "sex"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_bad_input_names_the_field_and_stores_nothing(
    api: Api, alice: User, change: dict[str, str], field: str
) -> None:
    answer = post(api(alice), "patients", SMITH | change)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert answer["Content-Type"] == "application/problem+json"
    assert api(alice).get("/api/v1/patients").json()["items"] == []


def test_wrong_json_and_wrong_method_are_problem_details(api: Api, alice: User) -> None:
    client = api(alice)
    wrong = client.post("/api/v1/patients", "{", content_type="application/json")
    assert (wrong.status_code, wrong["Content-Type"]) == (400, "application/problem+json")
    assert (
        client.put("/api/v1/patients", {}, content_type="application/json").status_code == 405
    )
    assert client.get("/api/v1/no/such/path").json()["status"] == 404


def test_edit_conflict_is_told(api: Api, alice: User, patient: Patient) -> None:
    path = f"/api/v1/patients/{patient.id}"
    body = {"last_name": "Brown", "version": 1}
    assert api(alice).patch(path, body, content_type="application/json").json()["version"] == 2
    assert api(alice).patch(path, body, content_type="application/json").status_code == 409


def test_delete_and_restore(api: Api, alice: User, patient: Patient) -> None:
    client, path = api(alice), f"/api/v1/patients/{patient.id}"
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/restore").json()["first_name"] == "Zoë"
    acts = list(AuditEvent.objects.values_list("act", flat=True))
    assert {"patient.delete", "patient.restore"} <= set(acts)


def test_idempotency_key_replays_the_first_answer(api: Api, alice: User) -> None:
    client, key = api(alice), {"Idempotency-Key": "one"}
    first = post(client, "patients", SMITH, **key)
    again = post(client, "patients", SMITH, **key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = post(client, "patients", SMITH | {"last_name": "Other"}, **key)
    assert other.status_code == 422
    assert len(client.get("/api/v1/patients").json()["items"]) == 1


def test_idempotency_keys_of_two_users_do_not_meet(api: Api, alice: User, bob: User) -> None:
    first = post(api(alice), "patients", SMITH, **{"Idempotency-Key": "one"})
    second = post(api(bob), "patients", SMITH, **{"Idempotency-Key": "one"})
    assert first.json()["id"] != second.json()["id"]


def test_refused_write_leaves_its_key_free(api: Api, alice: User) -> None:
    client, key = api(alice), {"Idempotency-Key": "one"}
    assert post(client, "patients", SMITH | {"sex": "x"}, **key).status_code == 400
    assert post(client, "patients", SMITH, **key).status_code == 201


def test_list_takes_the_same_queries_for_many(
    api: Api, alice: User, django_assert_max_num_queries: Any
) -> None:
    client = api(alice)
    for number in range(5):
        post(client, "patients", SMITH | {"last_name": f"Smith{number}"})
    with django_assert_max_num_queries(12):
        assert len(client.get("/api/v1/patients").json()["items"]) == 5


def test_pages_follow_the_cursor(alice: User, patient: Patient) -> None:
    from patients.selectors import patients_page

    services.patient_create(
        by=alice.actor, first_name="B", last_name="B", date_of_birth=patient.date_of_birth
    )
    first = patients_page(alice.actor, size=1)
    second = patients_page(alice.actor, size=1, cursor=first.next_cursor)
    assert {first.items[0].first_name, second.items[0].first_name} == {"Zoë", "B"}
    assert second.next_cursor is None


def test_timeline_is_kept_edited_found_and_summed_up(
    api: Api, alice: User, patient: Patient
) -> None:
    client = api(alice)
    body = {
        "patient_id": str(patient.id), "title": "Fell from a ladder", "body": "Left wrist.",
        "occurred_at": "2026-11-01T09:00:00Z",
    }  # fmt: skip
    event = post(client, "timeline/event", body).json()
    path = f"/api/v1/timeline/event/{event['id']}"
    edited = client.put(
        path, {"title": "Fell from a chair"}, content_type="application/json"
    ).json()
    assert (edited["title"], edited["version"]) == ("Fell from a chair", 2)
    query = {"patient_id": str(patient.id)}
    assert len(client.get("/api/v1/timeline/", query).json()["items"]) == 1
    found = client.get("/api/v1/timeline/search", query | {"q": "WRIST"}).json()["items"]
    assert found[0]["id"] == event["id"]
    assert client.get("/api/v1/timeline/summary", query).json()["by_kind"] == {"note": 1}
    assert client.delete(path).status_code == 204
    assert client.get("/api/v1/timeline/", query).json()["items"] == []


def test_entry_of_another_row_is_changed_there(api: Api, alice: User, patient: Patient) -> None:
    event = services.timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="lab", title="Lithium",
        occurred_at=patient.created_at, source_kind="lab", source_id=uuid4(),
    )  # fmt: skip
    answer = api(alice).delete(f"/api/v1/timeline/event/{event.id}")
    assert answer.status_code == 409


def test_root_aliases_reach_the_same_views(api: Api, alice: User, patient: Patient) -> None:
    client = api(alice)
    for path in ("/timeline/", "/timeline", "/events/"):
        assert client.get(path, {"patient_id": str(patient.id)}).status_code == 200
    assert client.get("/timeline/summary", {"patient_id": str(patient.id)}).status_code == 200
