"""Writing rules: validated on save, every version kept, tried before they ring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from alerts.models import RULE, AlertRule, AlertRuleVersion
from alerts.permissions import demand_reader, demand_rule_writer
from alerts.rules import kinds
from alerts.rules.base import Breach, Rule, Severity
from alerts.services.evaluation import readings
from biometrics.metrics import METRICS
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid, NotFound
from patients import selectors as patients

EDITABLE = frozenset(RULE)
LONGEST_COOLDOWN = 7 * 24 * 60
DRY_RUN_DAYS = 90


@dataclass(frozen=True)
class DryRun:
    """What a rule would have done: alerts by patient over the last 90 days."""

    days: int
    patients: int
    covered: int
    alerts: int
    per_patient_week: float


def rule_create(
    *,
    by: Actor,
    name: str,
    kind: str,
    params: Mapping[str, Any],
    severity: str,
    cooldown_minutes: int = 240,
    enabled: bool = True,
    patient_id: UUID | None = None,
) -> AlertRule:
    """Make a rule for everyone, or for one of the actor's patients."""
    demand_rule_writer(by)
    if patient_id:
        patients.patient_get(by, patient_id)
    rule = AlertRule(
        name=name, kind=kind, params=dict(params), severity=severity, enabled=enabled,
        cooldown_minutes=cooldown_minutes, patient_id=patient_id, created_by=by.id,
    )  # fmt: skip
    _validate(rule)
    with acting_as(by, patient_id):
        rule.save(force_insert=True)
        _keep_version(by, rule, "alert_rule.create")
    return rule


def rule_edit(*, by: Actor, rule_id: UUID, changes: Mapping[str, Any]) -> AlertRule:
    """Change a rule: the next version. Alerts that it raised keep theirs."""
    demand_rule_writer(by)
    unknown = sorted(set(changes) - EDITABLE)
    if unknown:
        raise Invalid(f"These can't be changed: {', '.join(unknown)}.")
    with acting_as(by):
        rule = _locked(rule_id)
        for name, value in changes.items():
            setattr(rule, name, value)
        _validate(rule)
        rule.version += 1
        rule.save()
        _keep_version(by, rule, "alert_rule.edit", fields=sorted(changes))
    return rule


def rule_retire(*, by: Actor, rule_id: UUID) -> None:
    """Take a rule out of use for good. Its alerts and versions stay."""
    demand_rule_writer(by)
    with acting_as(by):
        rule = _locked(rule_id)
        rule.retired_at, rule.enabled = clock.now(), False
        rule.version += 1
        rule.save()
        _keep_version(by, rule, "alert_rule.retire")


def rule_dry_run(
    *,
    by: Actor,
    kind: str,
    params: Mapping[str, Any],
    cooldown_minutes: int = 240,
    patient_id: UUID | None = None,
) -> DryRun:
    """Replay the last 90 days of the actor's patients. Writes nothing but the audit."""
    demand_reader(by)
    rule = kinds.parse(kind, params, metrics=frozenset(METRICS))
    if patient_id:
        patients.patient_get(by, patient_id)
    chosen = [patient_id] if patient_id else patients.patient_ids(by)
    runs = [_replay(by, one, rule, timedelta(minutes=cooldown_minutes)) for one in chosen]
    covered, alerts = (
        sum(run is not None for run in runs),
        sum(run or 0 for run in runs),
    )
    weeks = covered * DRY_RUN_DAYS / 7
    audit.record(
        by=by, act="alert_rule.dry_run", subject="alert_rule", patient_id=patient_id,
        patients=len(chosen), alerts=alerts,
    )  # fmt: skip
    return DryRun(DRY_RUN_DAYS, len(chosen), covered, alerts, alerts / weeks if weeks else 0.0)


def _replay(by: Actor, patient_id: UUID, rule: Rule, cooldown: timedelta) -> int | None:
    """How often it would have rung; None without any reading."""
    now = clock.now()
    samples = readings(
        by=by,
        patient_id=patient_id,
        metric=rule.metric,
        start=now - timedelta(days=DRY_RUN_DAYS),
        end=now,
    )
    if not len(samples):
        return None
    return _rings(rule.breaches(samples), cooldown)


def _rings(breaches: list[Breach], cooldown: timedelta) -> int:
    """Breaches that are not within `cooldown` of the end of the one before."""
    rings, quiet_until = 0, None
    for breach in breaches:
        if quiet_until is None or breach.start > quiet_until:
            rings += 1
        quiet_until = breach.end + cooldown
    return rings


def _validate(rule: AlertRule) -> None:
    errors: dict[str, str] = {}
    if not rule.name.strip() or len(rule.name) > 120:
        errors["name"] = "Give a name of 1 to 120 characters."
    if rule.severity not in list(Severity):
        errors["severity"] = f"Choose one of {', '.join(Severity)}."
    if not 0 <= rule.cooldown_minutes <= LONGEST_COOLDOWN:
        errors["cooldown_minutes"] = f"Give 0 to {LONGEST_COOLDOWN} minutes."
    if errors:
        raise Invalid("The rule is not valid.", errors=errors)
    parsed = kinds.parse(rule.kind, rule.params, metrics=frozenset(METRICS))
    rule.params = parsed.to_params()


def _locked(rule_id: UUID) -> AlertRule:
    rule = AlertRule.objects.select_for_update().filter(id=rule_id, retired_at=None).first()
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule


def _keep_version(by: Actor, rule: AlertRule, act: str, **details: Any) -> None:
    values = {name: getattr(rule, name) for name in RULE}
    AlertRuleVersion.objects.create(rule=rule, version=rule.version, changed_by=by.id, **values)
    audit.record(
        by=by, act=act, subject="alert_rule", subject_id=rule.id, patient_id=rule.patient_id,
        version=rule.version, **details,
    )  # fmt: skip
