"""Acts on alerts and rules. Each is one transaction: change, audit, event."""

from alerts.services.evaluation import patient_evaluate
from alerts.services.forgetting import alerts_forget
from alerts.services.lifecycle import (
    alert_acknowledge,
    alert_escalate,
    alert_resolve,
    alert_snooze,
    snoozes_wake,
)
from alerts.services.rules import rule_create, rule_dry_run, rule_edit, rule_retire

__all__ = [
    "alert_acknowledge",
    "alert_escalate",
    "alert_resolve",
    "alert_snooze",
    "alerts_forget",
    "patient_evaluate",
    "rule_create",
    "rule_dry_run",
    "rule_edit",
    "rule_retire",
    "snoozes_wake",
]
