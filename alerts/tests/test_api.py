"""Alerts and rules over the API, by the cast."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from alerts import services
from alerts.models import Alert, AlertRule
from biometrics import services as biometrics
from biometrics.samples import Sample
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import WORKER
from patients.models import Patient

pytestmark = pytest.mark.django_db
Api = Callable[[User], Client]
Make = Callable[..., AlertRule]
Measure = Callable[..., None]
RULE = {
    "name": "Fast heart",
    "kind": "threshold",
    "severity": "high",
    "params": {"metric": "heart_rate", "comparison": "above", "value": 120},
}


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    text = json.dumps(body or {})
    return client.post(
        f"/api/v1/{path}", text, content_type="application/json", headers=headers
    )


@pytest.fixture
def alert(patient: Patient, make_rule: Make, measure: Measure) -> Alert:
    make_rule()
    measure(patient, "heart_rate", [130, 140])
    [raised] = services.patient_evaluate(by=WORKER, patient_id=patient.id)
    return raised


def test_a_reading_becomes_an_alert_on_its_way(
    api: Api, alice: User, patient: Patient, drain_jobs: Callable[[], list[str]]
) -> None:
    """Door to alert with nothing replaced: rule, reading, event, job, alert."""
    client = api(alice)
    assert post(client, "alert-rules", RULE).status_code == 201
    sample = Sample("heart_rate", clock.now() - timedelta(minutes=1), 141)
    biometrics.readings_store(by=alice.actor, patient_id=patient.id, samples=[sample])
    assert drain_jobs() == ["alerts.tasks.evaluate_patient"]
    [found] = client.get("/api/v1/alerts").json()["items"]
    assert (found["title"], found["state"], found["evidence"]["worst"]) == (
        "Fast heart",
        "open",
        141,
    )


def test_rules_are_made_changed_and_retired(api: Api, alice: User) -> None:
    client = api(alice)
    made = post(client, "alert-rules/", RULE).json()
    assert made["params"]["for_at_least"] == {"count": 1}
    path = f"/api/v1/alert-rules/{made['id']}"
    changed = client.patch(
        path, json.dumps({"enabled": False}), content_type="application/json"
    )
    assert (changed.json()["enabled"], changed.json()["version"]) == (False, 2)
    assert len(client.get("/api/v1/alert-rules").json()) == 1
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    acts = set(AuditEvent.objects.filter(subject="alert_rule").values_list("act", flat=True))
    assert acts == {
        "alert_rule.create", "alert_rule.edit", "alert_rule.list", "alert_rule.retire",
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"params": {"metric": "aura", "comparison": "above", "value": 1}},
        {"params": {}},
        {"kind": "horoscope"},
        {"severity": "shrill"},
        {"name": ""},
        {"cooldown_minutes": -1},
        {"cooldown_minutes": 10**9},
    ],
)
def test_a_bad_rule_is_refused_in_words(api: Api, alice: User, change: dict[str, Any]) -> None:
    answer = post(api(alice), "alert-rules", RULE | change)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_a_dry_run_answers_without_a_trace(
    api: Api, alice: User, patient: Patient, measure: Measure
) -> None:
    measure(patient, "heart_rate", [80, 130])
    body = {"kind": "threshold", "params": RULE["params"]}
    answer = post(api(alice), "alert-rules/dry-run", body).json()
    assert (answer["alerts"], answer["patients"], answer["covered"]) == (1, 1, 1)
    assert api(alice).get("/api/v1/alerts").json()["items"] == []


def test_an_empty_list_says_what_it_was_checked_against(
    api: Api, alice: User, patient: Patient, make_rule: Make
) -> None:
    make_rule()
    checked = api(alice).get("/api/v1/alerts").json()["checked_against"]
    assert (checked["rules"], checked["patients"], checked["checked"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("act", "state"),
    [("acknowledge", "acknowledged"), ("escalate", "escalated"), ("resolve", "resolved")],
)
def test_each_act_moves_the_alert_once(
    api: Api, alice: User, alert: Alert, act: str, state: str
) -> None:
    client, path = api(alice), f"alerts/{alert.id}/{act}/"
    first = post(client, path, {"note": "Called."}, **{"Idempotency-Key": "k"})
    assert first.json()["state"] == state
    assert (
        post(client, path, {"note": "Called."}, **{"Idempotency-Key": "k"}).content
        == first.content
    )
    again = post(client, path)
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")
    events = client.get(f"/api/v1/alerts/{alert.id}").json()["events"]
    assert [event["act"] for event in events] == ["raise", act]
    assert AuditEvent.objects.filter(act=f"alert.{act}", actor_id=alice.id).count() == 1


def test_a_snooze_needs_an_end(api: Api, alice: User, alert: Alert) -> None:
    client, path = api(alice), f"alerts/{alert.id}/snooze"
    assert post(client, path).status_code == 400
    until = (clock.now() + timedelta(hours=4)).isoformat()
    assert post(client, path, {"until": until}).json()["state"] == "snoozed"


def test_nobody_and_strangers_get_nothing(
    client: Client, api: Api, charlie: User, auditor: User, alert: Alert
) -> None:
    path = f"alerts/{alert.id}"
    assert client.get(f"/api/v1/{path}").status_code == 401
    assert api(charlie).get(f"/api/v1/{path}").status_code == 404
    assert post(api(charlie), f"{path}/acknowledge").status_code == 404
    assert api(charlie).get("/api/v1/alerts").json()["items"] == []
    listed = api(charlie).get("/api/v1/alerts", {"patient_id": alert.patient_id}).json()
    assert listed["items"] == []
    assert api(auditor).get("/api/v1/alerts").status_code == 403
    assert post(api(auditor), "alert-rules", RULE).status_code == 403
    assert api(charlie).get(f"/api/v1/alerts/{uuid4()}").status_code == 404


def test_a_strangers_rule_for_a_patient_is_refused(
    api: Api, charlie: User, patient: Patient
) -> None:
    body = RULE | {"patient_id": str(patient.id)}
    assert post(api(charlie), "alert-rules", body).status_code == 404


def test_a_long_list_costs_few_queries(
    api: Api, alice: User, patient: Patient, make_rule: Make, measure: Measure,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for number in range(12):
        make_rule(name=f"Rule {number}")
    measure(patient, "heart_rate", [130])
    services.patient_evaluate(by=WORKER, patient_id=patient.id)
    client = api(alice)
    with django_assert_max_num_queries(25):
        assert len(client.get("/api/v1/alerts").json()["items"]) == 12
