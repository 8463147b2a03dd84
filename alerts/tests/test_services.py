"""Raising, deduplicating, responding: by the tables, in one transaction each."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from alerts import selectors, services
from alerts.models import Alert, AlertEvent, AlertRule, AlertRuleVersion, RuleCheck
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from patients.models import Patient, TimelineEvent

pytestmark = pytest.mark.usefixtures("database")
Make = Callable[..., AlertRule]
Measure = Callable[..., None]
FAST = [130.0, 135.0]


def evaluate(patient: Patient) -> list[Alert]:
    return services.patient_evaluate(by=WORKER, patient_id=patient.id)


def events_of(user: User, alert: Alert) -> list[str]:
    return [event.act for event in selectors.alert_events(user.actor, alert.id)]


def timeline(user: User, patient: Patient) -> list[TimelineEvent]:
    with acting_as(user.actor):
        return list(TimelineEvent.objects.filter(patient=patient, kind="alert"))


def test_a_breach_raises_alert_event_timeline_and_audit(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", [80, *FAST])
    [alert] = evaluate(patient)
    assert (alert.state, alert.severity, alert.rule_version) == ("open", "medium", 1)
    assert alert.evidence["worst"] == 135
    assert len(alert.evidence["points"]) == 3
    assert events_of(alice, alert) == ["raise"]
    [entry] = timeline(alice, patient)
    assert (entry.title, entry.source_id) == ("Fast heart", alert.id)
    assert AuditEvent.objects.get(act="alert.raise").patient_id == patient.id


def test_that_it_was_resolved_stands_on_the_timeline_too(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", [80, *FAST])
    [alert] = evaluate(patient)
    services.alert_acknowledge(by=alice.actor, alert_id=alert.id)
    assert len(timeline(alice, patient)) == 1
    services.alert_resolve(by=alice.actor, alert_id=alert.id, note="Ran for the bus")
    told = {entry.source_kind: entry for entry in timeline(alice, patient)}
    assert told["alert_resolved"].title == "Resolved: Fast heart"
    assert told["alert_resolved"].body == "Ran for the bus"
    assert told["alert_resolved"].created_by == alice.id


def test_no_breach_raises_nothing_and_says_what_was_checked(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    make_rule(
        name="Short sleep",
        params={"metric": "sleep_duration", "comparison": "below", "value": 240},
    )
    measure(patient, "heart_rate", [80])
    assert evaluate(patient) == []
    coverage = selectors.coverage(alice.actor)
    assert (coverage.rules, coverage.patients, coverage.checked) == (2, 1, 1)
    assert coverage.uncovered == [("Short sleep", 1)]


def test_an_unresolved_alert_is_not_doubled(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", FAST)
    [alert] = evaluate(patient)
    measure(patient, "heart_rate", [150])
    assert evaluate(patient) == []
    assert [one.id for one in selectors.inbox(alice.actor)] == [alert.id]
    assert events_of(alice, alert) == ["raise"]


def test_the_database_refuses_a_second_unresolved_alert(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", FAST)
    [alert] = evaluate(patient)
    twin = Alert(
        patient=patient, rule_id=alert.rule_id, rule_version=1, severity="medium",
        evidence={}, evidence_until=clock.now(), changed_at=clock.now(), changed_by=alice.id,
    )  # fmt: skip
    with acting_as(alice.actor), pytest.raises(DatabaseError), transaction.atomic():
        twin.save(force_insert=True)


def test_a_resolved_breach_stays_resolved_and_a_new_one_is_a_new_alert(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule(cooldown_minutes=0)
    measure(patient, "heart_rate", FAST, until=clock.now() - timedelta(minutes=5))
    [first] = evaluate(patient)
    services.alert_resolve(by=alice.actor, alert_id=first.id)
    assert evaluate(patient) == []
    measure(patient, "heart_rate", [140])
    [second] = evaluate(patient)
    assert second.id != first.id


def test_a_cooling_alert_keeps_quiet_once_and_visibly(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", FAST, until=clock.now() - timedelta(minutes=5))
    [alert] = evaluate(patient)
    services.alert_resolve(by=alice.actor, alert_id=alert.id)
    measure(patient, "heart_rate", [140])
    evaluate(patient)
    evaluate(patient)
    assert selectors.inbox(alice.actor) == []
    assert events_of(alice, alert) == ["raise", "resolve", "suppress"]


@pytest.mark.parametrize("quieten", ["acknowledge", "snooze"])
def test_a_higher_severity_rings_again(
    alice: User, patient: Patient, make_rule: Make, measure: Measure, quieten: str
) -> None:
    rule = make_rule()
    measure(patient, "heart_rate", FAST)
    [alert] = evaluate(patient)
    extra: dict[str, Any] = (
        {"until": clock.now() + timedelta(hours=1)} if quieten == "snooze" else {}
    )
    getattr(services, f"alert_{quieten}")(by=alice.actor, alert_id=alert.id, **extra)
    services.rule_edit(by=alice.actor, rule_id=rule.id, changes={"severity": "high"})
    [again] = evaluate(patient)
    assert (again.id, again.state, again.severity) == (alert.id, "open", "high")
    assert events_of(alice, alert)[-1] == "ring_again"


def test_responding_walks_the_table_and_records_who(
    alice: User, bob: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", FAST)
    [alert] = evaluate(patient)
    services.alert_acknowledge(by=bob.actor, alert_id=alert.id, note="Ringing them now.")
    services.alert_escalate(by=bob.actor, alert_id=alert.id)
    services.alert_resolve(by=alice.actor, alert_id=alert.id)
    events = selectors.alert_events(alice.actor, alert.id)
    assert [event.act for event in events] == ["raise", "acknowledge", "escalate", "resolve"]
    assert [event.actor_id for event in events] == [WORKER.id, bob.id, bob.id, alice.id]
    assert events[1].note == "Ringing them now."
    numbers = [event.number for event in events]
    assert numbers == sorted(set(numbers))
    with pytest.raises(Conflict):
        services.alert_acknowledge(by=alice.actor, alert_id=alert.id)


def test_a_snooze_ends_by_itself(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", FAST)
    [alert] = evaluate(patient)
    until = clock.now() + timedelta(seconds=0.2)
    services.alert_snooze(by=alice.actor, alert_id=alert.id, until=until)
    assert services.snoozes_wake(by=WORKER) == 0
    while clock.now() < until:
        pass
    assert services.snoozes_wake(by=WORKER) == 1
    assert selectors.alert_get(alice.actor, alert.id).state == "open"


@pytest.mark.parametrize("days", [-1, 8])
def test_a_snooze_has_bounds(alice: User, patient: Patient, days: int) -> None:
    with pytest.raises(Invalid):
        services.alert_snooze(
            by=alice.actor, alert_id=patient.id, until=clock.now() + timedelta(days=days)
        )


def test_strangers_and_other_roles_are_refused(
    charlie: User, auditor: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", FAST)
    [alert] = evaluate(patient)
    with pytest.raises(NotFound):
        services.alert_resolve(by=charlie.actor, alert_id=alert.id)
    with pytest.raises(Refused):
        services.alert_resolve(by=auditor.actor, alert_id=alert.id)
    assert selectors.inbox(charlie.actor) == []
    assert selectors.feed_after(charlie.actor, 0) == []


def test_a_failed_audit_rolls_everything_back(
    alice: User, patient: Patient, make_rule: Make, measure: Measure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    make_rule()
    measure(patient, "heart_rate", FAST)

    def fail(**_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("alerts.services.feed.audit.record", fail)
        with pytest.raises(RuntimeError):
            evaluate(patient)
    with acting_as(alice.actor):
        assert not Alert.objects.exists()
        assert not AlertEvent.objects.exists()
        assert not RuleCheck.objects.exists()
    assert timeline(alice, patient) == []
    assert len(evaluate(patient)) == 1


def test_events_are_append_only(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule()
    measure(patient, "heart_rate", FAST)
    evaluate(patient)
    rows = AlertEvent.objects.all()
    with acting_as(alice.actor), pytest.raises(DatabaseError), transaction.atomic():
        rows.update(state="resolved")
    with acting_as(alice.actor), pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_a_rule_keeps_every_version(alice: User, make_rule: Make) -> None:
    rule = make_rule()
    services.rule_edit(by=alice.actor, rule_id=rule.id, changes={"name": "Very fast heart"})
    services.rule_retire(by=alice.actor, rule_id=rule.id)
    with acting_as(alice.actor):
        versions = AlertRuleVersion.objects.filter(rule=rule).order_by("version")
        kept = [(one.version, one.name, one.enabled) for one in versions]
    assert kept == [
        (1, "Fast heart", True), (2, "Very fast heart", True), (3, "Very fast heart", False),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        selectors.rule_get(alice.actor, rule.id)


def test_a_patients_own_rule_is_nobody_elses(
    alice: User, charlie: User, patient: Patient, make_rule: Make
) -> None:
    rule = make_rule(patient_id=patient.id)
    assert [one.id for one in selectors.rules(alice.actor)] == [rule.id]
    assert selectors.rules(charlie.actor) == []
    with pytest.raises(NotFound):
        services.rule_edit(by=charlie.actor, rule_id=rule.id, changes={"enabled": False})
    with acting_as(charlie.actor):
        assert not AlertRuleVersion.objects.exists()


def test_a_disabled_rule_does_not_ring(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    make_rule(enabled=False)
    measure(patient, "heart_rate", FAST)
    assert evaluate(patient) == []


def test_a_dry_run_counts_and_writes_nothing(
    alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    for hours in (1, 30, 60):
        measure(
            patient, "heart_rate", [80, *FAST, 80], until=clock.now() - timedelta(hours=hours)
        )
    run = services.rule_dry_run(
        by=alice.actor,
        kind="threshold",
        params={"metric": "heart_rate", "comparison": "above", "value": 120},
    )
    assert (run.patients, run.covered, run.alerts) == (1, 1, 3)
    assert run.per_patient_week == pytest.approx(3 / (90 / 7))
    with acting_as(alice.actor):
        assert not Alert.objects.exists()


def test_evaluating_and_responding_at_once_never_lock_each_other_out(
    real_transactions: None, alice: User, patient: Patient, make_rule: Make, measure: Measure
) -> None:
    """A clinician holds one alert while a worker rings for another: neither dies."""
    first, second = make_rule(name="A"), make_rule(name="B", severity="low")
    measure(patient, "heart_rate", FAST)
    alerts = {alert.rule_id: alert for alert in evaluate(patient)}
    for rule in (first, second):
        services.rule_edit(by=alice.actor, rule_id=rule.id, changes={"severity": "critical"})
    failures: list[Exception] = []

    def attempt(act: Callable[[], Any]) -> None:
        try:
            act()
        except Conflict:  # the other was faster: a refusal in words, not a deadlock
            pass
        except Exception as error:  # noqa: BLE001  (whatever it is, the test shows it)
            failures.append(error)
        finally:
            connection.close()

    acts: list[Callable[[], Any]] = [lambda: evaluate(patient)]
    acts += [
        lambda rule=rule: services.alert_acknowledge(by=alice.actor, alert_id=alerts[rule.id].id)
        for rule in (first, second)
    ]  # fmt: skip
    for _ in range(5):
        threads = [Thread(target=attempt, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert {alert.severity for alert in selectors.inbox(alice.actor)} == {"critical"}
