"""Questionnaires over the API, by the cast."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
ONES = {"instrument": "phq9", "answers": [1] * 8 + [0]}


def send(client: Client, path: str, body: Any = None, method: str = "post", **headers: str):  # type: ignore[no-untyped-def]
    return getattr(client, method)(
        f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json",
        headers=headers,
    )  # fmt: skip


def of(patient: Patient, rest: str = "questionnaires/") -> str:
    return f"patients/{patient.id}/{rest}"


def test_definitions_say_structure_sources_and_languages(api: Api, alice: User) -> None:
    items = {
        one["code"]: one for one in api(alice).get("/api/v1/questionnaires/").json()["items"]
    }
    assert len(items) == 11
    assert items["phq9"]["languages"] == ["en"]
    assert items["phq9"]["items"][8]["loinc"] == "44260-8"
    assert items["isi"]["languages"] == []
    assert items["panss"]["minimum"] == 30
    assert all(one["paper"]["text"] and one["missing_rule"] for one in items.values())


def test_answers_are_added_read_corrected_and_taken_out(
    api: Api, alice: User, patient: Patient
) -> None:
    client = api(alice)
    made = send(client, of(patient), ONES)
    assert made.status_code == 201
    body = made.json()
    assert (body["score"], body["assessment"]["band"], body["mode"]) == (8, "mild", "staff")
    one = of(patient, f"questionnaires/{body['id']}/")
    assert client.get(f"/api/v1/{one}").json()["answers"] == [1] * 8 + [0, None]
    newer = send(
        client, f"{one}amend/", {"by_link": {"phq9-1": 3, "phq9-2": 3}, "reason": "Misread"}
    ).json()
    assert (newer["version"], newer["score"], newer["corrects"]) == (2, None, body["id"])
    assert "3, 4, 5" in newer["no_score_reason"]
    path = of(patient, f"questionnaires/{newer['id']}/entered-in-error/")
    assert send(client, path, {"reason": "Wrong person"}).json()["error_at"]
    assert send(client, path, {"reason": "again"}).status_code == 409
    assert send(client, path, method="delete").json()["error_at"] is None
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {"questionnaire.add", "questionnaire.amend", "questionnaire.read"} <= acts


def test_the_list_has_each_instruments_change(api: Api, alice: User, patient: Patient) -> None:
    client = api(alice)
    for day, value in ((1, 2), (20, 0)):
        send(client, of(patient), {
            "instrument": "phq9", "answers": [value] * 9,
            "answered_at": f"2026-01-{day:02}T09:00:00Z",
        })  # fmt: skip
    found = client.get(f"/api/v1/{of(patient)}").json()
    (course,) = found["courses"]
    assert course["change"]["verdict"] == "improved"
    assert course["change"]["rci"] == pytest.approx(-6.29, abs=0.01)
    assert course["change"]["n"] == 2
    assert course["change"]["sources"][0]["doi"] == "10.1037/0022-006X.59.1.12"
    only = client.get(f"/api/v1/{of(patient)}", {"instrument": "gad7"}).json()
    assert only == {"items": [], "courses": []}


@pytest.mark.parametrize(
    "bad",
    [
        {"instrument": "phq9", "answers": [1] * 8},
        {"instrument": "phq9", "answers": [9] * 9},
        {"instrument": "phq9", "by_link": {"phq9-77": 1}},
        {"instrument": "phq9"},
        {"instrument": "phq9", "answers": [1] * 9, "by_link": {"phq9-1": 1}},
        {"instrument": "nothing", "answers": [1]},
        {"instrument": "phq9", "answers": [1] * 9, "answered_at": "2999-01-01T00:00:00Z"},
        {"instrument": "phq9", "answers": "x"},
    ],
)
def test_bad_answers_are_refused(
    api: Api, alice: User, patient: Patient, bad: dict[str, Any]
) -> None:
    answer = send(api(alice), of(patient), bad)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_strangers_and_nobody_get_nothing(
    api: Api, client: Client, alice: User, charlie: User, patient: Patient
) -> None:
    made = send(api(alice), of(patient), ONES).json()
    send(api(alice), of(patient, "questionnaire-requests/"), {"instrument": "phq9"})
    listed = api(alice).get(f"/api/v1/{of(patient, 'questionnaire-requests/')}").json()
    asked = of(patient, f"questionnaire-requests/{listed['items'][0]['id']}/")
    for stranger, wanted in ((api(charlie), 404), (client, 401)):
        for path in (of(patient), of(patient, f"questionnaires/{made['id']}/")):
            assert stranger.get(f"/api/v1/{path}").status_code == wanted
        assert send(stranger, of(patient), ONES).status_code == wanted
        assert send(stranger, f"{asked}link/").status_code == wanted
        assert send(stranger, asked, method="delete").status_code == wanted
    unknown = of(patient, f"questionnaires/{uuid4()}/")
    assert api(alice).get(f"/api/v1/{unknown}").status_code == 404


def test_a_repeated_call_is_carried_out_once(api: Api, alice: User, patient: Patient) -> None:
    client, key = api(alice), {"Idempotency-Key": "one"}
    first, again = (send(client, of(patient), ONES, **key) for _ in range(2))
    assert first.content == again.content
    assert len(client.get(f"/api/v1/{of(patient)}").json()["items"]) == 1


def test_the_list_takes_the_same_queries_for_many(
    api: Api, alice: User, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    client = api(alice)
    for _ in range(5):
        send(client, of(patient), ONES)
    with django_assert_max_num_queries(24):
        assert len(client.get(f"/api/v1/{of(patient)}").json()["items"]) == 5


def test_ask_send_a_link_and_answer_by_it(
    api: Api, client: Client, alice: User, patient: Patient
) -> None:
    staff = api(alice)
    path = of(patient, "questionnaire-requests/")
    assert send(staff, path, {"instrument": "phq9", "every_days": 7}).status_code == 201
    listed = staff.get(f"/api/v1/{path}").json()
    (asked,), (schedule,) = listed["items"], listed["schedules"]
    made = send(staff, f"{path}{asked['id']}/link/")
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    who = {"token": made.json()["token"], "date_of_birth": "1985-07-20"}
    wrong = who | {"date_of_birth": "1990-01-01"}
    assert send(client, "questionnaire-links/open/", wrong).status_code == 403
    assert send(client, "questionnaire-links/open/", who | {"token": "x"}).status_code == 404
    form = send(client, "questionnaire-links/open/", who).json()
    assert (form["language"], len(form["questions"])) == ("en", 10)
    assert patient.first_name not in json.dumps(form)
    draft = send(client, "questionnaire-links/draft/", who | {"by_link": {"phq9-1": 2}})
    assert draft.json()["kept"] == "draft"
    assert send(client, "questionnaire-links/open/", who).json()["answers"][0] == 2
    sent = send(client, "questionnaire-links/answer/", who | {"answers": [2] * 9})
    assert (sent.status_code, sent.json()["urgent"]) == (201, True)
    again = send(client, "questionnaire-links/answer/", who | {"answers": [2] * 9})
    assert again.status_code == 404
    assert staff.get(f"/api/v1/{path}").json()["items"][0]["state"] == "answered"
    ended = of(patient, f"questionnaire-schedules/{schedule['id']}/")
    assert send(staff, ended, method="delete").status_code == 204
    assert staff.get(f"/api/v1/{path}").json()["schedules"] == []


def test_staff_answer_a_request_that_waits(api: Api, alice: User, patient: Patient) -> None:
    staff, path = api(alice), of(patient, "questionnaire-requests/")
    send(staff, path, {"instrument": "phq9"})
    (asked,) = staff.get(f"/api/v1/{path}").json()["items"]
    other = {"instrument": "gad7", "answers": [1] * 7, "request": asked["id"]}
    assert send(staff, of(patient), other).status_code == 400
    made = send(staff, of(patient), ONES | {"request": asked["id"]}).json()
    (closed,) = staff.get(f"/api/v1/{path}").json()["items"]
    assert (closed["state"], closed["response"]) == ("answered", made["id"])
    missing = ONES | {"request": str(uuid4())}
    assert send(staff, of(patient), missing).status_code == 404


def test_links_end_and_requests_are_taken_back(
    api: Api, client: Client, alice: User, patient: Patient
) -> None:
    staff, path = api(alice), of(patient, "questionnaire-requests/")
    send(staff, path, {"instrument": "gad7"})
    (asked,) = staff.get(f"/api/v1/{path}").json()["items"]
    token = send(staff, f"{path}{asked['id']}/link/").json()["token"]
    assert send(staff, f"{path}{asked['id']}/link/", method="delete").status_code == 204
    who = {"token": token, "date_of_birth": "1985-07-20"}
    assert send(client, "questionnaire-links/open/", who).status_code == 404
    revoked = send(staff, f"{path}{asked['id']}/", method="delete")
    assert revoked.json()["state"] == "revoked"
    assert send(staff, f"{path}{asked['id']}/link/").status_code == 409
    assert send(client, "questionnaire-links/open/", {}).status_code == 400
