"""The chart over the API, by the cast."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from patients import services
from patients.models import Patient

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
TODAY = clock.now().date()
NOW = clock.now().replace(microsecond=0)
ROWS: dict[str, dict[str, Any]] = {
    "conditions": {"code": "f321", "onset_on": "2020-05-01"},
    "allergies": {"substance": "Penicillin", "reaction": "Rash", "criticality": "high"},
    "medications": {
        "name": "Lithium carbonate", "dose": "400", "unit": "mg", "times_per_day": 2,
        "times": ["08:00", "20:00"], "started_on": str(TODAY - timedelta(days=40)),
    },
    "labs": {
        "loinc": "14334-7", "value": "0.46", "unit": "mmol/l", "low": "0.6", "high": "1.0",
        "specimen_at": str(NOW - timedelta(days=2)),
    },
    "genetics": {
        "gene": "CYP2C19", "diplotype": "*1/*2", "phenotype": "Intermediate Metabolizer",
        "laboratory": "St Elsewhere", "tested_on": "2025-03-01",
    },
    "encounters": {
        "starts_at": str(NOW - timedelta(days=1)), "kind": "Follow-up",
        "ends_at": str(NOW - timedelta(days=1) + timedelta(minutes=30)), "status": "finished",
    },
    "appointments": {
        "starts_at": str(NOW + timedelta(days=3)), "kind": "Follow-up", "reason": "Level",
        "ends_at": str(NOW + timedelta(days=3, minutes=30)), "status": "booked",
        "participants": [{"name": "A friend", "part": "relative"}],
    },
}  # fmt: skip
CHANGES: dict[str, dict[str, Any]] = {
    "conditions": {"clinical_status": "remission"},
    "allergies": {"reaction": "Anaphylaxis"},
    "medications": {"instructions": "With food"},
    "labs": {"value": "0.64"},
    "genetics": {"method": "Array"},
    "encounters": {"kind": "Home visit"},
    "appointments": {"place": "Room 4"},
}


def path_of(patient: Patient, tail: str) -> str:
    return f"/api/v1/patients/{patient.id}/{tail}"


def send(client: Client, path: str, body: Any, method: str = "post", **headers: str) -> Any:
    call = getattr(client, method)
    return call(path, json.dumps(body), content_type="application/json", headers=headers)


@pytest.mark.parametrize("room", ROWS)
def test_a_row_is_added_read_changed_marked_and_put_back(
    api: Api, alice: User, patient: Patient, room: str
) -> None:
    client, path = api(alice), path_of(patient, room)
    added = send(client, path, ROWS[room])
    assert added.status_code == 201, added.content
    row = added.json()
    one = f"{path}/{row['id']}"
    assert client.get(one).json()["version"] == 1
    changed = send(client, one, CHANGES[room] | {"version": 1}, "patch").json()
    name, value = next(iter(CHANGES[room].items()))
    assert str(changed[name]).startswith(value)
    assert changed["version"] == 2
    (before,) = client.get(f"{one}/history").json()["items"]
    assert (before["version"], before["act"]) == (1, "edit")
    assert not str(before["state"].get(name) or "").startswith(value)
    assert send(client, one, CHANGES[room] | {"version": 1}, "patch").status_code == 409
    marked = send(client, f"{one}/entered-in-error", {"reason": "Wrong person"}).json()
    assert marked["entered_in_error_at"]
    assert client.get(path).json()["items"] == []
    assert len(client.get(path, {"with_errors": "true"}).json()["items"]) == 1
    assert send(client, one, CHANGES[room], "patch").status_code == 409
    assert client.post(f"{one}/restore").json()["entered_in_error_at"] is None
    assert len(client.get(path).json()["items"]) == 1
    topic = (
        AuditEvent.objects.filter(act__endswith=".restore")
        .exclude(subject="timeline_event")
        .get()
        .subject
    )
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {f"{topic}.{act}" for act in ("add", "edit", "entered_in_error")} <= acts


@pytest.mark.parametrize("room", [*ROWS, "safety-plan"])
def test_nobody_and_strangers_get_nothing(
    api: Api, client: Client, charlie: User, patient: Patient, room: str
) -> None:
    path, body = path_of(patient, room), ROWS.get(room, {"steps": {"coping": [{"text": "x"}]}})
    assert client.get(path).status_code == 401
    assert send(client, path, body).status_code == 401
    assert api(charlie).get(path).status_code == 404
    assert send(api(charlie), path, body).status_code == 404
    assert api(charlie).get(f"{path}/{uuid4()}").status_code == 404


def test_a_row_of_another_patient_is_not_there(
    api: Api, alice: User, charlie: User, patient: Patient
) -> None:
    row = services.condition_add(by=alice.actor, patient_id=patient.id, code="F32.1")
    other = services.patient_create(
        by=charlie.actor, first_name="O", last_name="P", date_of_birth=patient.date_of_birth
    )
    for client, owner in ((api(charlie), other), (api(alice), other), (api(charlie), patient)):
        path = path_of(owner, f"conditions/{row.id}")
        assert client.get(path).status_code == 404
        assert send(client, path, {"note": "x"}, "patch").status_code == 404
        assert send(client, f"{path}/entered-in-error", {}).status_code == 404


@pytest.mark.parametrize(
    ("room", "change", "field"),
    [
        ("conditions", {"code": "banana"}, "code"),
        ("conditions", {"code": "F00.1"}, "code"),
        ("conditions", {"onset_on": "2999-01-01"}, "onset_on"),
        ("conditions", {"abated_on": "2019-01-01", "clinical_status": "resolved"}, "abated_on"),
        ("conditions", {"code": "Z99.89"}, "display"),
        ("allergies", {"substance": " "}, "substance"),
        ("medications", {"dose": "-1"}, "dose"),
        ("medications", {"rxnorm": "36437"}, "rxnorm"),
        ("medications", {"rxnorm": "abc"}, "rxnorm"),
        ("medications", {"ended_on": "2001-01-01"}, "ended_on"),
        ("medications", {"times": ["25:00", "08:00"]}, "times"),
        ("medications", {"times": ["08:00"]}, "times"),
        ("labs", {"loinc": "14334-8"}, "loinc"),
        ("labs", {"unit": "bananas"}, "unit"),
        ("labs", {"low": "2", "high": "1"}, "high"),
        ("labs", {"value": "NaN"}, "value"),
        ("labs", {"specimen_at": "2999-01-01T00:00:00Z"}, "specimen_at"),
        ("genetics", {"gene": "CYP9X9"}, "gene"),
        ("genetics", {"diplotype": "wild type"}, "diplotype"),
        ("genetics", {"phenotype": "fast"}, "phenotype"),
        ("encounters", {"ends_at": "2001-01-01T00:00:00Z"}, "ends_at"),
        ("encounters", {"status": "odd"}, "status"),
        ("appointments", {"participants": [{"name": ""}]}, "participants"),
    ],
)
def test_bad_input_names_its_field_and_stores_nothing(
    api: Api, alice: User, patient: Patient, room: str, change: dict[str, Any], field: str
) -> None:
    client, path = api(alice), path_of(patient, room)
    answer = send(client, path, ROWS[room] | change)
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["errors"]
    assert client.get(path).json()["items"] == []


def test_a_key_makes_a_row_once(api: Api, alice: User, patient: Patient) -> None:
    client, path = api(alice), path_of(patient, "conditions")
    first = send(client, path, ROWS["conditions"], **{"Idempotency-Key": "one"})
    again = send(client, path, ROWS["conditions"], **{"Idempotency-Key": "one"})
    assert first.json() == again.json()
    assert len(client.get(path).json()["items"]) == 1


def test_pages_follow_the_cursor_in_a_bounded_number_of_queries(
    api: Api, alice: User, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    client, path = api(alice), path_of(patient, "labs")
    for value in range(5):
        send(client, path, ROWS["labs"] | {"value": str(value)})
    with django_assert_max_num_queries(14):
        page = client.get(path, {"limit": 3}).json()
    rest = client.get(path, {"limit": 3, "cursor": page["next_cursor"]}).json()
    values = [float(row["value"]) for row in (*page["items"], *rest["items"])]
    assert values == [4, 3, 2, 1, 0]
    assert rest["next_cursor"] is None
    assert client.get(path, {"cursor": "x"}).status_code == 400


def test_codes_are_normalised_and_titled(api: Api, alice: User, patient: Patient) -> None:
    row = send(api(alice), path_of(patient, "conditions"), ROWS["conditions"]).json()
    assert row["code"] == "F32.1"
    assert row["display"] == "Major depressive disorder, single episode, moderate"
    assert row["chapter"].startswith("Mental")
    found = api(alice).get("/api/v1/codes/conditions", {"q": "bipolar ii"}).json()["items"]
    assert found[0]["code"] == "F31.81"
    found = api(alice).get("/api/v1/codes/drugs", {"q": "zolo"}).json()["items"]
    assert (found[0]["name"], found[0]["rxnorm"]) == ("sertraline", "36437")


def test_only_the_laboratory_flags(api: Api, alice: User, patient: Patient) -> None:
    client, path = api(alice), path_of(patient, "labs")
    for body, flag in (
        ({}, "L"),
        ({"value": "0.8"}, "N"),
        ({"low": None, "high": None}, ""),
        ({"value": "2.1", "critical_high": "2.0"}, "HH"),
        ({"value": "0.8", "interpretation": "A"}, "A"),
    ):
        assert send(client, path, ROWS["labs"] | body).json()["flag"] == flag


def test_trends_join_codes_and_units(api: Api, alice: User, patient: Patient) -> None:
    client, path = api(alice), path_of(patient, "labs")
    glucose = {"loinc": "14749-6", "value": "5.5", "unit": "mmol/L", "low": None, "high": None}
    send(client, path, ROWS["labs"] | glucose)
    older = {"loinc": "2345-7", "value": "90", "unit": "mg/dL"}
    at = {"specimen_at": str(NOW - timedelta(days=90))}
    send(client, path, ROWS["labs"] | glucose | older | at)
    (trend,) = client.get(path_of(patient, "labs/trends")).json()["items"]
    assert (trend["analyte"], trend["unit"]) == ("glucose", "mmol/L")
    assert [round(point["value"], 2) for point in trend["points"]] == [5.0, 5.5]
    assert trend["unconverted"] == []


def test_a_dose_changes_by_a_new_row_and_a_drug_stops_once(
    api: Api, alice: User, patient: Patient
) -> None:
    client, path = api(alice), path_of(patient, "medications")
    first = send(client, path, ROWS["medications"]).json()
    assert (first["rxnorm"], first["unchecked"], first["status"]) == ("6448", False, "active")
    change = {"dose": "600", "from_on": str(TODAY), "reason": "Level low", "version": 1}
    new = send(client, f"{path}/{first['id']}/dose-change", change).json()
    old = client.get(f"{path}/{first['id']}").json()
    assert (float(new["dose"]), new["replaces_id"]) == (600, first["id"])
    assert (old["status"], old["ended_on"]) == ("completed", str(TODAY - timedelta(days=1)))
    assert send(client, f"{path}/{first['id']}/dose-change", change).status_code == 409
    stopped = send(client, f"{path}/{new['id']}/stop", {"reason": "Tremor"}).json()
    assert (stopped["status"], stopped["stop_reason"]) == ("stopped", "Tremor")
    assert send(client, f"{path}/{new['id']}/stop", {}).status_code == 409
    assert AuditEvent.objects.filter(act="medication.stop").count() == 1


def test_doses_are_noted_once_corrected_and_summed_up(
    api: Api, alice: User, patient: Patient
) -> None:
    client, path = api(alice), path_of(patient, "medications")
    row = send(client, path, ROWS["medications"]).json()
    doses_path = f"{path}/{row['id']}/doses"
    doses = [
        {"due_at": str(NOW - timedelta(days=day)), "status": "taken" if day % 4 else "missed"}
        for day in range(1, 9)
    ]
    assert send(client, doses_path, {"doses": doses}).json() == {"noted": 8, "changed": 8}
    assert send(client, doses_path, {"doses": doses}).json()["changed"] == 0
    corrected = [doses[3] | {"status": "taken"}]
    assert send(client, doses_path, {"doses": corrected}).json()["changed"] == 1
    summary = client.get(f"{path}/{row['id']}/adherence", {"days": 10}).json()
    assert (summary["taken"], summary["missed"], summary["noted"]) == (7, 1, 8)
    assert (summary["expected"], summary["not_noted"], summary["share"]) == (20, 12, 0.875)
    assert summary["last"] == str(TODAY)
    ahead = [{"due_at": str(NOW + timedelta(days=9)), "status": "taken"}]
    assert send(client, doses_path, {"doses": ahead}).status_code == 400
    assert len(client.get(doses_path).json()["items"]) == 8


def test_interactions_say_what_was_and_was_not_checked(
    api: Api, alice: User, patient: Patient
) -> None:
    client, path = api(alice), path_of(patient, "medications")
    send(client, path_of(patient, "allergies"), ROWS["allergies"])
    for name in ("Lithium carbonate", "Naproxen", "Wibblex", "Co-amoxiclav"):
        row = send(client, path, ROWS["medications"] | {"name": name}).json()
        assert row["unchecked"] is (name == "Wibblex")
    check = client.get(f"{path}/interactions").json()
    (found,) = check["interactions"]["findings"]
    assert (found["names"], found["severity"]) == (["Lithium carbonate", "Naproxen"], "high")
    assert found["source"]
    assert check["interactions"]["unchecked"] == ["Wibblex"]
    assert any("Wibblex" in words for words in check["interactions"]["not_covered"])
    assert [table["name"] for table in check["interactions"]["tables"]] == [
        "ONC high-priority list", "Clinicity's psychotropic list",
    ]  # fmt: skip
    assert [one["severity"] for one in check["allergies"]["findings"]] == ["critical"]


def test_an_empty_list_reassures_nobody(api: Api, alice: User, patient: Patient) -> None:
    check = api(alice).get(path_of(patient, "medications/interactions")).json()
    assert check["interactions"]["findings"] == []
    assert len(check["interactions"]["not_covered"]) >= 3
    assert check["as_of"]


def test_monitoring_follows_the_medication(api: Api, alice: User, patient: Patient) -> None:
    client = api(alice)
    send(client, path_of(patient, "medications"), ROWS["medications"])
    send(client, path_of(patient, "labs"), ROWS["labs"])
    schedule = client.get(path_of(patient, "monitoring")).json()
    by_test = {item["rule"]: item for item in schedule["items"]}
    level = by_test["lithium-level"]
    assert level["due_on"] == str(NOW.date() - timedelta(days=2) + timedelta(days=91))
    assert (level["overdue_days"], float(level["last"]["value"])) == (0, 0.46)
    assert by_test["lithium-thyroid"]["overdue_days"] == 40
    assert "NICE CG185" in level["source"]


def test_guidance_marks_what_cpic_speaks_about(api: Api, alice: User, patient: Patient) -> None:
    client = api(alice)
    send(client, path_of(patient, "genetics"), ROWS["genetics"])
    send(client, path_of(patient, "medications"), ROWS["medications"] | {"name": "Lexapro"})
    guidance = client.get(path_of(patient, "genetics/guidance")).json()
    (mark,) = guidance["marks"]
    assert (mark["gene"], mark["level"], mark["diplotype"]) == ("CYP2C19", "A", "*1/*2")
    assert "cpicpgx.org" in mark["guideline"]
    assert mark["pubmed"]


def test_a_visit_moves_along_its_states_only(api: Api, alice: User, patient: Patient) -> None:
    client, path = api(alice), path_of(patient, "appointments")
    row = send(client, path, ROWS["appointments"]).json()
    assert (row["status"], row["appointment_status"]) == ("planned", "booked")
    one = f"{path}/{row['id']}/status"
    assert send(client, one, {"status": "finished"}).status_code == 409
    assert (
        send(client, one, {"status": "cancelled", "reason": "Ill"}).json()["status_reason"]
        == "Ill"
    )
    assert send(client, one, {"status": "cancelled"}).status_code == 200
    assert send(client, one, {"status": "arrived"}).status_code == 409
    assert send(client, one, {"status": "booked"}).json()["status"] == "planned"
    assert send(client, one, {"status": "arrived"}).json()["encounter_status"] == "arrived"
    assert len(client.get(path_of(patient, "encounters")).json()["items"]) == 1
    query = {"since": str(NOW + timedelta(days=10))}
    assert client.get(path, query).json()["items"] == []


def test_a_finished_visit_taken_back_leaves_the_timeline(
    api: Api, alice: User, patient: Patient
) -> None:
    client, path = api(alice), path_of(patient, "encounters")
    row = send(client, path, ROWS["encounters"]).json()
    timeline = {"patient_id": str(patient.id), "kind": "encounter"}
    assert len(client.get("/api/v1/timeline/", timeline).json()["items"]) == 1
    one = f"{path}/{row['id']}"
    send(client, f"{one}/entered-in-error", {})
    assert client.get("/api/v1/timeline/", timeline).json()["items"] == []
    client.post(f"{one}/restore")
    assert len(client.get("/api/v1/timeline/", timeline).json()["items"]) == 1
    send(client, f"{one}/status", {"status": "in-progress"})
    assert client.get("/api/v1/timeline/", timeline).json()["items"] == []
    send(client, f"{one}/status", {"status": "finished"})
    assert len(client.get("/api/v1/timeline/", timeline).json()["items"]) == 1


def test_the_safety_plan_is_kept_by_versions(api: Api, alice: User, patient: Patient) -> None:
    client, path = api(alice), path_of(patient, "safety-plan")
    assert client.get(path).json() == {"plan": None}
    plan = {"steps": {"warning_signs": [{"text": "Not sleeping"}]}, "version": 0}
    assert send(client, path, plan).json()["version"] == 1
    assert send(client, path, plan).status_code == 409
    more = {"people": [{"text": "Ana", "phone": "020 7946 0000"}]}
    newer = {"steps": plan["steps"] | more, "version": 1}  # type: ignore[operator]
    assert send(client, path, newer).json()["version"] == 2
    assert client.get(path).json()["plan"]["steps"]["people"][0]["phone"] == "020 7946 0000"
    assert [one["version"] for one in client.get(f"{path}/history").json()["items"]] == [2, 1]
    assert send(client, path, {"steps": {}}).status_code == 400
    assert {"safety_plan.save", "safety_plan.read"} <= set(
        AuditEvent.objects.values_list("act", flat=True)
    )
