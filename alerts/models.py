"""Rules, the alerts they raise, and everything that ever happened to an alert."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.rules.base import Severity
from alerts.rules.lifecycle import Act, State
from clinicity.common.models import BaseModel
from clinicity.privacy.fields import EncryptedJSONField, EncryptedTextField
from patients.models import BASE, PatientRecord

SEVERITIES = [
    (Severity.LOW.value, _("low")),
    (Severity.MEDIUM.value, _("medium")),
    (Severity.HIGH.value, _("high")),
    (Severity.CRITICAL.value, _("critical")),
]
STATES = [
    (State.OPEN.value, _("open")),
    (State.ACKNOWLEDGED.value, _("acknowledged")),
    (State.SNOOZED.value, _("snoozed")),
    (State.ESCALATED.value, _("escalated")),
    (State.RESOLVED.value, _("resolved")),
]
ACTS = [
    (Act.RAISE.value, _("raised")),
    (Act.RING_AGAIN.value, _("rang again")),
    (Act.SUPPRESS.value, _("kept quiet while cooling")),
    (Act.ACKNOWLEDGE.value, _("acknowledged")),
    (Act.SNOOZE.value, _("snoozed")),
    (Act.WAKE.value, _("woke from its snooze")),
    (Act.ESCALATE.value, _("escalated")),
    (Act.RESOLVE.value, _("resolved")),
]


class NextNumber(models.Func):
    """The next number of the live feed, taken by the database on insert."""

    template = "nextval('alerts_number')"
    arity = 0
    output_field = models.BigIntegerField()


class RuleFields(BaseModel):
    """What a rule says. The name tells what it watches, never whom."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    params = models.JSONField()
    severity = models.CharField(max_length=10, choices=SEVERITIES)
    cooldown_minutes = models.PositiveIntegerField(default=240)
    enabled = models.BooleanField(default=True)

    class Meta:
        abstract = True


RULE = ("name", "kind", "params", "severity", "cooldown_minutes", "enabled")


class AlertRule(RuleFields):
    """A rule as it stands, for everyone or for one patient."""

    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    created_by = models.UUIDField()
    retired_at = models.DateTimeField(null=True)

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = (
            "id", "created_at", *RULE, "patient", "version", "created_by", "retired_at",
        )  # fmt: skip


class AlertRuleVersion(RuleFields):
    """A rule as it stood from one change until the next. Append-only."""

    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    changed_by = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "version"], name="rule_version_once")
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("id", "created_at", *RULE, "rule", "version", "changed_by")


class Alert(PatientRecord):
    """That a rule was breached. `state` is where its newest event has left it."""

    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="+")
    rule_version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=STATES, default=State.OPEN.value)
    severity = models.CharField(max_length=10, choices=SEVERITIES)
    # What rang: the threshold and the values around the breach.
    evidence = EncryptedJSONField()
    evidence_until = models.DateTimeField()
    # The newest event's number in the live feed.
    number = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField()
    snoozed_until = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    suppressed = models.BooleanField(default=False)

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(
                fields=["patient", "severity"],
                name="alert_unresolved",
                condition=~models.Q(state="resolved"),
            ),
            models.Index(
                fields=["snoozed_until"],
                name="alert_snoozed",
                condition=models.Q(state="snoozed"),
            ),
        ]
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["patient", "rule"],
                name="alert_one_unresolved",
                condition=~models.Q(state="resolved"),
            ),
            models.CheckConstraint(
                name="alert_snoozed_has_end",
                condition=models.Q(state="snoozed", snoozed_until__isnull=False)
                | (~models.Q(state="snoozed") & models.Q(snoozed_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="alert_resolved_has_time",
                condition=models.Q(state="resolved", resolved_at__isnull=False)
                | (~models.Q(state="resolved") & models.Q(resolved_at__isnull=True)),
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("evidence",)
        plain: ClassVar = (
            *BASE, "rule", "rule_version", "state", "severity", "evidence_until", "number",
            "changed_at", "changed_by", "snoozed_until", "resolved_at", "suppressed",
        )  # fmt: skip


class AlertEvent(PatientRecord):
    """One thing that happened to an alert, under a number that grows. Append-only."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="events")
    number = models.BigIntegerField(unique=True, editable=False, db_default=NextNumber())
    act = models.CharField(max_length=12, choices=ACTS)
    state = models.CharField(max_length=12, choices=STATES)
    severity = models.CharField(max_length=10, choices=SEVERITIES)
    actor_id = models.UUIDField()
    note = EncryptedTextField(blank=True, default="")

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("note",)
        plain: ClassVar = (
            *BASE,
            "alert",
            "number",
            "act",
            "state",
            "severity",
            "actor_id",
        )


class RuleCheck(PatientRecord):
    """When a patient was last checked, and which rules had no data to judge.

    What lets an empty list say what it covers.
    """

    checked_at = models.DateTimeField()
    rules = models.PositiveIntegerField()
    uncovered = models.JSONField(default=list)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(fields=["patient"], name="one_check_a_patient"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "checked_at", "rules", "uncovered")
