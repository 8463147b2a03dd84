"""The numbered feed: every event of an alert, written and then pushed.

A client that was away asks for what came after the last number it has seen, so
numbers must become visible in their own order. A sequence alone does not give that
(a later number may commit first); one lock, held from the number to the commit, does.
Events are rare, so nobody waits.
"""

from django.db import connection

from alerts.models import Alert, AlertEvent
from alerts.rules.lifecycle import Act, State, transition
from clinicity.audit import services as audit
from clinicity.common import clock, live
from clinicity.common.actors import Actor
from patients import selectors as patients

LOCK = 0xA1E27


def alert_act(*, by: Actor, alert: Alert, act: Act, note: str = "") -> AlertEvent:
    """Carry out one act in the caller's transaction: state, event, audit, push.

    `alert` is locked by the caller, or new.
    """
    if act is not Act.RAISE:
        alert.state = transition(State(alert.state), act)
    alert.changed_at, alert.changed_by = clock.now(), by.id
    alert.save()
    event = _append(by, alert, act, note)
    Alert.objects.filter(id=alert.id).update(number=event.number)
    alert.number = event.number
    audit.record(
        by=by, act=f"alert.{act}", subject="alert", subject_id=alert.id,
        patient_id=alert.patient_id, number=event.number, severity=alert.severity,
    )  # fmt: skip
    _push(by, alert, event)
    return event


def _append(by: Actor, alert: Alert, act: Act, note: str) -> AlertEvent:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    event = AlertEvent(
        patient_id=alert.patient_id, alert=alert, act=act, state=alert.state,
        severity=alert.severity, actor_id=by.id, note=note,
    )  # fmt: skip
    event.save(force_insert=True)
    return event


def _push(by: Actor, alert: Alert, event: AlertEvent) -> None:
    """To each member of the team. The socket asks again whether they still may see it."""
    for member in patients.care_team(by, alert.patient_id):
        live.push_after_commit(
            live.user_group(member.user_id), "alert.changed", number=event.number
        )
