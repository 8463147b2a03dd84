"""Looking into what was unusual: taking it on, and saying what came of it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinicity.audit.models import SecurityAlert
from clinicity.audit.permissions import demand_reader
from clinicity.audit.services.recording import record, record_refusal
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused

State = SecurityAlert.State


class OwnAccess(Refused):
    """Somebody else has to judge it."""


def security_alert_acknowledge(*, by: Actor, alert_id: UUID) -> SecurityAlert:
    """Say that one looks into it. Asking again changes nothing."""
    demand_reader(by)
    _demand_not_own(by, alert_id, "security_alert.acknowledge")
    with transaction.atomic():
        alert = _locked(alert_id)
        if alert.state == State.REVIEWED:
            raise Conflict(_("Someone has reviewed this already. What they found is kept."))
        if alert.state == State.OPEN:
            alert.state = State.ACKNOWLEDGED
            alert.acknowledged_by, alert.acknowledged_at = by.id, clock.now()
            alert.save(update_fields=["state", "acknowledged_by", "acknowledged_at"])
            _record(by, "security_alert.acknowledge", alert)
    return alert


def security_alert_review(
    *, by: Actor, alert_id: UUID, outcome: str, note: str
) -> SecurityAlert:
    """Close an alert with what came of it. Nobody reviews their own access."""
    demand_reader(by)
    _demand_said(outcome, note)
    _demand_not_own(by, alert_id, "security_alert.review")
    with transaction.atomic():
        alert = _locked(alert_id)
        if alert.state == State.REVIEWED:
            raise Conflict(_("Someone has reviewed this already. What they found is kept."))
        alert.state, alert.outcome = State.REVIEWED, outcome
        alert.note, alert.reviewed_by, alert.reviewed_at = note.strip(), by.id, clock.now()
        alert.save(update_fields=["state", "outcome", "note", "reviewed_by", "reviewed_at"])
        _record(by, "security_alert.review", alert, found=outcome)
    return alert


def _record(by: Actor, act: str, alert: SecurityAlert, **details: str) -> None:
    record(
        by=by, act=act, subject="security_alert", subject_id=alert.id,
        patient_id=alert.patient_id, rule=alert.rule, actor_id=alert.actor_id, **details,
    )  # fmt: skip


def _locked(alert_id: UUID) -> SecurityAlert:
    alert: SecurityAlert | None = (
        SecurityAlert.objects.select_for_update().filter(id=alert_id).first()
    )
    if alert is None:
        raise NotFound(_("There is no such alert."))
    return alert


def _demand_said(outcome: str, note: str) -> None:
    if outcome not in SecurityAlert.Outcome.values:
        raise Invalid(_("Say what the review found."), errors={"outcome": ["unknown"]})
    if not note.strip():
        raise Invalid(_("Say in a note how you know."), errors={"note": ["required"]})


def _demand_not_own(by: Actor, alert_id: UUID, act: str) -> None:
    if SecurityAlert.objects.filter(id=alert_id, actor_id=by.id).exists():
        record_refusal(by=by, act=act, subject="security_alert", subject_id=alert_id)
        raise OwnAccess(_("Nobody reviews their own access: ask another auditor."))
