"""What people do with an alert."""

from datetime import datetime, timedelta
from uuid import UUID

from alerts.models import Alert
from alerts.permissions import demand_responder
from alerts.rules.lifecycle import Act, State
from alerts.services.feed import alert_act
from clinicity.accounts.acting import Scope, acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid, NotFound
from patients import services as patients

LONGEST_SNOOZE = timedelta(days=7)


def alert_acknowledge(*, by: Actor, alert_id: UUID, note: str = "") -> Alert:
    """Take note of an alert: someone has it in hand."""
    return _respond(by, alert_id, Act.ACKNOWLEDGE, note)


def alert_snooze(*, by: Actor, alert_id: UUID, until: datetime, note: str = "") -> Alert:
    """Keep it quiet until a moment, seven days away at most. Worse still rings."""
    now = clock.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise Invalid("An alert is snoozed for at most seven days from now.")
    return _respond(by, alert_id, Act.SNOOZE, note, until=until)


def alert_escalate(*, by: Actor, alert_id: UUID, note: str = "") -> Alert:
    """Ask the rest of the team to take over."""
    return _respond(by, alert_id, Act.ESCALATE, note)


def alert_resolve(*, by: Actor, alert_id: UUID, note: str = "") -> Alert:
    """Close it. A new breach makes a new alert."""
    return _respond(by, alert_id, Act.RESOLVE, note)


def snoozes_wake(*, by: Actor) -> int:
    """Open every alert whose snooze has ended. Returns how many."""
    with acting_as(by, Scope.ALL_PATIENTS):
        due = Alert.objects.select_for_update(skip_locked=True).filter(
            state=State.SNOOZED, snoozed_until__lte=clock.now()
        )
        alerts = list(due[:500])
        for alert in alerts:
            alert.snoozed_until = None
            alert_act(by=by, alert=alert, act=Act.WAKE)
    return len(alerts)


def _respond(
    by: Actor, alert_id: UUID, act: Act, note: str, *, until: datetime | None = None
) -> Alert:
    demand_responder(by)
    with acting_as(by):
        rows = Alert.objects.select_for_update(of=("self",)).select_related("rule")
        alert = rows.filter(id=alert_id).first()
        if alert is None:
            raise NotFound("There is no such alert.")
        alert.snoozed_until = until
        alert.resolved_at = clock.now() if act is Act.RESOLVE else None
        alert_act(by=by, alert=alert, act=act, note=note)
        if act is Act.RESOLVE:
            _tell(by, alert, note)
    return alert


def _tell(by: Actor, alert: Alert, note: str) -> None:
    patients.timeline_event_add(
        by=by, patient_id=alert.patient_id, kind="alert", title=f"Resolved: {alert.rule.name}"[:200],
        body=note, occurred_at=clock.now(), source_kind="alert_resolved", source_id=alert.id,
    )  # fmt: skip
