"""Judging a patient's newest readings against every rule that applies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from alerts.models import Alert, AlertRule, RuleCheck
from alerts.rules import kinds
from alerts.rules.base import Breach, Finding, Rule, Samples, Severity, to_ms
from alerts.rules.lifecycle import Act, Standing, State, on_breach
from alerts.selectors import rules_for
from alerts.services.feed import alert_act
from biometrics import selectors as biometrics
from clinicity.accounts.acting import acting_as
from clinicity.common import clock, events
from clinicity.common.actors import Actor
from patients import selectors as patient_selectors
from patients import services as patients
from patients.models import Purpose

# As many values as the small chart of an alert can show.
EVIDENCE_POINTS = 120
# What a patient agrees to who is watched by rules.
WATCHED_WITH = (Purpose.CARE, Purpose.MONITORING)
EVIDENCE_BEFORE = timedelta(hours=2)


@dataclass(frozen=True)
class Judged:
    """A stored rule, the rule that it says, and what was found."""

    row: AlertRule
    rule: Rule
    samples: Samples
    finding: Finding


def patient_evaluate(*, by: Actor, patient_id: UUID) -> list[Alert]:
    """Judge every rule; raise, ring again or keep quiet. Safe to run twice.

    Alert, timeline entry, audit and the note of what was checked are one transaction. Nobody
    is watched who withdrew care or monitoring: the list of alerts says so.
    """
    now = clock.now()
    if not patient_selectors.agrees(by, patient_id, *WATCHED_WITH):
        return []
    with acting_as(by, patient_id):
        check = _check_locked(patient_id, now)
        judged = _judge(by, patient_id, now)
        breached = [one for one in judged if one.finding.breach]
        newest = _newest_locked(patient_id, [one.row for one in breached])
        changed = [_apply(by, patient_id, one, newest.get(one.row.id), now) for one in breached]
        check.checked_at, check.rules = now, len(judged)
        check.uncovered = [str(one.row.id) for one in judged if not one.finding.covered]
        check.save()
    return [alert for alert in changed if alert]


def _check_locked(patient_id: UUID, now: datetime) -> RuleCheck:
    """The patient's check, locked: two evaluations of one patient never overlap."""
    blank = RuleCheck(patient_id=patient_id, checked_at=now, rules=0)
    RuleCheck.objects.bulk_create([blank], ignore_conflicts=True)
    return RuleCheck.objects.select_for_update().get(patient_id=patient_id)


def _judge(by: Actor, patient_id: UUID, now: datetime) -> list[Judged]:
    rows = rules_for(by, patient_id)
    rules = [(row, kinds.parse(row.kind, row.params, metrics=_metric_of(row))) for row in rows]
    samples = _samples(by, patient_id, [rule for _, rule in rules], now)
    return [
        Judged(
            row,
            rule,
            samples[rule.metric],
            rule.evaluate(samples[rule.metric], now=now),
        )
        for row, rule in rules
    ]


def _metric_of(row: AlertRule) -> frozenset[str]:
    """What was valid when it was saved is still judged, should a metric be renamed."""
    return frozenset({row.params["metric"]})


def _samples(
    by: Actor, patient_id: UUID, rules: Sequence[Rule], now: datetime
) -> dict[str, Samples]:
    """Each metric once, as far back as its most patient rule looks."""
    longest: dict[str, timedelta] = {}
    for rule in rules:
        longest[rule.metric] = max(rule.look_back, longest.get(rule.metric, timedelta(0)))
    return {
        metric: readings(
            by=by,
            patient_id=patient_id,
            metric=metric,
            start=now - back - EVIDENCE_BEFORE,
            end=now,
        )
        for metric, back in longest.items()
    }


def readings(
    *, by: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime
) -> Samples:
    """One metric's readings as rules want them."""
    found = biometrics.readings_array(by, patient_id, metric, start, end)
    return Samples(np.asarray(found.times_ms), np.asarray(found.values, dtype=np.float64))


def _apply(
    by: Actor, patient_id: UUID, one: Judged, newest: Alert | None, now: datetime
) -> Alert | None:
    breach = one.finding.breach
    assert breach  # noqa: S101  (the caller picks the findings that have one)
    act = on_breach(
        _standing(newest),
        severity=Severity(one.row.severity),
        until=breach.end,
        cooldown=timedelta(minutes=one.row.cooldown_minutes),
        now=now,
    )
    if act is Act.RAISE:
        return _raise(by, patient_id, one, breach)
    if act is None or newest is None:
        _prolong(newest, breach)
        return None
    return _change(by, newest, act, one, breach)


def _newest_locked(patient_id: UUID, rows: Sequence[AlertRule]) -> dict[UUID, Alert]:
    """Each rule's newest alert, all locked before the first event takes its number.

    Whoever holds an alert may wait for a number, so nobody who holds the numbers may
    wait for an alert.
    """
    of_these = Alert.objects.filter(patient_id=patient_id, rule__in=rows)
    ids = list(
        of_these.order_by("rule_id", "-id").distinct("rule_id").values_list("id", flat=True)
    )
    locked = Alert.objects.select_for_update().filter(id__in=ids).order_by("id")
    return {alert.rule_id: alert for alert in locked}


def _standing(alert: Alert | None) -> Standing | None:
    if alert is None:
        return None
    return Standing(
        State(alert.state),
        Severity(alert.severity),
        alert.evidence_until,
        alert.resolved_at,
        alert.suppressed,
    )


def _raise(by: Actor, patient_id: UUID, one: Judged, breach: Breach) -> Alert:
    alert = Alert(
        patient_id=patient_id, rule=one.row, rule_version=one.row.version, state=State.OPEN,
        severity=one.row.severity, evidence=_evidence(one, breach), evidence_until=breach.end,
    )  # fmt: skip
    alert_act(by=by, alert=alert, act=Act.RAISE)
    patients.timeline_event_add(
        by=by, patient_id=patient_id, kind="alert", title=one.row.name,
        occurred_at=breach.start, source_kind="alert", source_id=alert.id,
    )  # fmt: skip
    events.publish("alerts.raised", patient_id=patient_id, alert_id=str(alert.id))
    return alert


def _change(by: Actor, alert: Alert, act: Act, one: Judged, breach: Breach) -> Alert:
    """Ring again with what is worse now, or note once that a breach is kept quiet."""
    if act is Act.SUPPRESS:
        alert.suppressed = True
    else:
        alert.severity, alert.rule_version = one.row.severity, one.row.version
        alert.evidence, alert.evidence_until = _evidence(one, breach), breach.end
        alert.snoozed_until = None
    alert_act(by=by, alert=alert, act=act)
    return alert


def _prolong(alert: Alert | None, breach: Breach) -> None:
    """The same breach goes on: remember until when, and ring nobody."""
    if alert and alert.state != State.RESOLVED and breach.end > alert.evidence_until:
        Alert.objects.filter(id=alert.id).update(evidence_until=breach.end)


def _evidence(one: Judged, breach: Breach) -> dict[str, Any]:
    shown = one.samples.between(breach.start - EVIDENCE_BEFORE, breach.end)
    kept = _thinned(len(shown), int(np.argmax(shown.values == breach.worst)))
    points = zip(shown.times_ms[kept].tolist(), shown.values[kept].tolist(), strict=True)
    return {
        "params": one.rule.to_params(),
        "start_ms": to_ms(breach.start),
        "end_ms": to_ms(breach.end),
        "count": breach.count,
        "worst": breach.worst,
        "points": [list(point) for point in points],
    }


def _thinned(count: int, worst: int) -> list[int]:
    """Evenly spread indices, the worst value's always among them."""
    if count <= EVIDENCE_POINTS:
        return list(range(count))
    spread: Iterable[int] = np.linspace(0, count - 1, EVIDENCE_POINTS - 1).astype(int)
    return sorted({int(index) for index in spread} | {worst})
