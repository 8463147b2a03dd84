"""The page of rules: sentences, burden, dry run, builder."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from alerts import selectors, services
from alerts.forms import GROUPS
from alerts.models import AlertRule
from biometrics.metrics import METRICS
from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from patients.models import Patient

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]
Make = Callable[..., AlertRule]
Measure = Callable[..., None]
FORM = {
    "name": "Fast heart", "metric": "heart_rate", "comparison": "above", "value": "120",
    "amount": "15", "lasting": "minutes", "look_back_hours": "24", "severity": "high",
    "cooldown_minutes": "60",
}  # fmt: skip


def test_the_builder_makes_a_rule_and_lists_it_as_a_sentence(
    client_for: Browser, alice: User
) -> None:
    client = client_for(alice)
    assert "No rule watches anyone" in client.get("/alerts/rules/").content.decode()
    assert client.post("/alerts/rules/", FORM).status_code == 302
    [rule] = selectors.rules(alice.actor)
    assert rule.params["for_at_least"] == {"minutes": 15}
    page = client.get("/alerts/rules/").content.decode()
    assert "Heart rate above 120 /min for at least 15 minutes" in page


def test_the_builder_offers_amounts_by_group(client_for: Browser, alice: User) -> None:
    page = client_for(alice).get("/alerts/rules/").content.decode()
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.DOTALL)
    offered = {name: re.findall(r'value="(\w+)"', options) for name, options in groups}
    assert list(offered) == [str(name) for name in GROUPS.values()]
    assert "heart_rate" in offered["Heart and circulation"]
    codes = [code for options in offered.values() for code in options]
    states = {metric.code for metric in METRICS.values() if metric.states}
    assert sorted([*codes, *states]) == sorted(METRICS)


def test_a_bad_rule_is_shown_beside_its_field(client_for: Browser, alice: User) -> None:
    page = client_for(alice).post("/alerts/rules/", FORM | {"look_back_hours": "9999"})
    assert "Give 1 to 672 whole hours." in page.content.decode()
    assert selectors.rules(alice.actor) == []


def test_a_rule_is_tried_before_it_rings(
    client_for: Browser, alice: User, patient: Patient, measure: Measure
) -> None:
    measure(patient, "heart_rate", [130] * 20)
    html = client_for(alice).post("/alerts/rules/dry-run/", FORM | {"name": ""})
    words = " ".join(html.content.decode().split())
    assert "It would have rung 1 time in the last 90 days" in words
    assert "1 of 1 patients have readings of it." in words
    assert selectors.rules(alice.actor) == []


def test_burden_is_shown_and_a_rule_is_switched_and_retired(
    client_for: Browser, alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    rule, client = make_rule(), client_for(alice)
    measure(patient, "heart_rate", [130])
    [alert] = services.patient_evaluate(by=WORKER, patient_id=patient.id)
    services.alert_acknowledge(by=alice.actor, alert_id=alert.id)
    assert "1 of 1" in client.get("/alerts/rules/").content.decode()
    client.post(f"/alerts/rules/{rule.id}/switch/", {"enabled": "off"})
    assert selectors.rule_get(alice.actor, rule.id).enabled is False
    client.post(f"/alerts/rules/{rule.id}/retire/")
    assert selectors.rules(alice.actor) == []
    assert client.post(f"/alerts/rules/{rule.id}/retire/").status_code == 404


def test_other_roles_are_refused(client_for: Browser, auditor: User, make_rule: Make) -> None:
    rule, client = make_rule(), client_for(auditor)
    assert client.get("/alerts/rules/").status_code == 403
    assert client.post("/alerts/rules/", FORM).status_code == 403
    assert client.post(f"/alerts/rules/{rule.id}/switch/").status_code == 403
