"""The inbox and its fragments, in a browser's client."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from alerts import selectors, services
from alerts.models import Alert, AlertRule
from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from patients.models import Patient

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]
Make = Callable[..., AlertRule]
Measure = Callable[..., None]


@pytest.fixture
def alert(patient: Patient, make_rule: Make, measure: Measure) -> Alert:
    make_rule(severity="high")
    measure(patient, "heart_rate", [90, 95, 130, 140])
    [raised] = services.patient_evaluate(by=WORKER, patient_id=patient.id)
    return raised


def test_the_inbox_says_who_what_and_why(
    client_for: Browser, alice: User, patient: Patient, alert: Alert
) -> None:
    page = client_for(alice).get("/alerts/").content.decode()
    assert "Fast heart" in page
    assert patient.full_name in page
    assert "Heart rate was above 120 /min in 2 readings" in page
    assert "at its furthest 140 /min" in page
    assert "High" in page
    assert '<path class="alert-beyond"' in page
    assert 'style="' not in page


def test_an_empty_inbox_never_reassures(
    client_for: Browser, alice: User, patient: Patient, make_rule: Make
) -> None:
    make_rule()
    services.patient_evaluate(by=WORKER, patient_id=patient.id)
    page = " ".join(client_for(alice).get("/alerts/").content.decode().split())
    assert "No unresolved alert" in page
    assert "Checked against 1 rule" in page
    assert "1 of 1 patients in the last 24 hours" in page
    assert "Not covered, for want of readings: Fast heart" in page


def test_acknowledging_gives_the_inbox_as_it_is_now(
    client_for: Browser, alice: User, alert: Alert
) -> None:
    client, path = client_for(alice), f"/alerts/{alert.id}/acknowledge/"
    fragment = client.post(path, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "acknowledged" in fragment
    twice = client.post(path, headers={"HX-Request": "true"}).content.decode()
    assert "can’t take" in twice or "can&#x27;t take" in twice
    assert client.post(f"/alerts/{alert.id}/resolve/")["Location"] == "/alerts/"
    assert selectors.alert_get(alice.actor, alert.id).state == "resolved"


def test_a_snooze_of_four_hours(client_for: Browser, alice: User, alert: Alert) -> None:
    client_for(alice).post(f"/alerts/{alert.id}/snooze/", {"hours": "4"})
    kept = selectors.alert_get(alice.actor, alert.id)
    assert kept.snoozed_until is not None
    assert round((kept.snoozed_until - kept.changed_at).total_seconds() / 3600) == 4


def test_the_page_of_one_alert_has_picture_table_and_history(
    client_for: Browser, alice: User, alert: Alert
) -> None:
    services.alert_acknowledge(by=alice.actor, alert_id=alert.id, note="Rang them.")
    page = client_for(alice).get(f"/alerts/{alert.id}/").content.decode()
    for words in (
        "Rang them.",
        "Alice",
        "Heart rate above 120 /min once",
        "beyond 120",
        "within",
    ):
        assert words in page


def test_count_toast_and_panel(client_for: Browser, alice: User, alert: Alert) -> None:
    client = client_for(alice)
    assert client.get("/alerts/count/").content == b"1"
    assert "Fast heart" in client.get(f"/alerts/{alert.id}/toast/").content.decode()
    panel = client.get(f"/alerts/patients/{alert.patient_id}/panel/").content.decode()
    assert "Fast heart" in panel
    assert "Checked against" in panel


def test_strangers_and_bad_acts_are_not_found(
    client_for: Browser, charlie: User, alice: User, alert: Alert
) -> None:
    stranger = client_for(charlie)
    for path in ("", "toast/"):
        assert stranger.get(f"/alerts/{alert.id}/{path}").status_code == 404
    assert stranger.post(f"/alerts/{alert.id}/resolve/").status_code == 404
    assert stranger.get(f"/alerts/patients/{alert.patient_id}/panel/").status_code == 404
    assert client_for(alice).post(f"/alerts/{alert.id}/explode/").status_code == 404
    assert stranger.get("/alerts/count/").content == b"0"


def test_the_inbox_costs_few_queries(
    client_for: Browser, alice: User, patient: Patient, make_rule: Make, measure: Measure,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for number in range(10):
        make_rule(name=f"Rule {number}")
    measure(patient, "heart_rate", [130])
    services.patient_evaluate(by=WORKER, patient_id=patient.id)
    client = client_for(alice)
    with django_assert_max_num_queries(30):
        assert client.get("/alerts/").status_code == 200
