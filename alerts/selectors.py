"""Reading alerts and rules. Everything starts from an actor and is evaluated here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q

from alerts.models import Alert, AlertEvent, AlertRule, RuleCheck
from alerts.permissions import demand_reader
from alerts.rules.base import Severity
from alerts.rules.lifecycle import State
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid, NotFound
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from clinicity.privacy import keyring
from patients import selectors as patients
from patients.models import Purpose

INBOX_SIZE = 200
FEED_SIZE = 200
# A check older than this no longer says that all is well.
FRESH = timedelta(hours=24)
BURDEN_WINDOW = timedelta(days=90)


@dataclass(frozen=True)
class Coverage:
    """What a list of alerts was checked against, and what it does not cover."""

    rules: int
    patients: int
    checked: int
    oldest: datetime | None
    newest: datetime | None
    uncovered: Sequence[tuple[str, int]]
    # Patients whom no rule watches, because they withdrew care or monitoring.
    withdrawn: int


@dataclass(frozen=True)
class FeedItem:
    """One event of the live feed: numbers and ids only."""

    number: int
    alert_id: UUID
    act: str
    state: str
    severity: str


@dataclass(frozen=True)
class Burden:
    """What a rule asks of people: alerts raised, and those that someone acted on."""

    raised: int
    acted: int


def inbox(actor: Actor) -> list[Alert]:
    """Every unresolved alert of the actor's patients, loudest first, then newest."""
    demand_reader(actor)
    with acting_as(actor):
        rows = Alert.objects.exclude(state=State.RESOLVED).filter(
            patient__deleted_at__isnull=True
        )
        found = list(rows.select_related("patient", "rule").order_by("-id")[:INBOX_SIZE])
        keyring.preload(alert.patient_id for alert in found)
        audit.record_read(by=actor, act="alert.list", subject="alert", count=len(found))
    return sorted(found, key=lambda alert: -Severity(alert.severity).rank)


def alerts_page(
    actor: Actor,
    *,
    state: str = "",
    patient_id: UUID | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Alert]:
    """Alerts, newest first."""
    demand_reader(actor)
    if state and state not in list(State):
        raise Invalid("Choose a state.", errors={"state": f"One of {', '.join(State)}."})
    with acting_as(actor):
        rows = Alert.objects.filter(patient__deleted_at__isnull=True).select_related("rule")
        rows = rows.filter(state=state) if state else rows
        rows = rows.filter(patient__record_of=patient_id) if patient_id else rows
        if before := cursor_id(cursor):
            rows = rows.filter(id__lt=before)
        page = page_of(
            list(rows.order_by("-id")[: size + 1]),
            size=size,
            key=lambda alert: alert.id,
        )
        keyring.preload(alert.patient_id for alert in page.items)
        audit.record_read(
            by=actor, act="alert.list", subject="alert", patient_id=patient_id,
            count=len(page.items),
        )  # fmt: skip
    return page


def alert_get(actor: Actor, alert_id: UUID) -> Alert:
    """One alert with its events, newest first; a stranger's isn't there."""
    demand_reader(actor)
    with acting_as(actor):
        alert = (
            Alert.objects.select_related("patient", "rule")
            .filter(id=alert_id, patient__deleted_at__isnull=True)
            .first()
        )
        if alert is None:
            raise NotFound("There is no such alert.")
        audit.record_read(
            by=actor, act="alert.read", subject="alert", subject_id=alert.id,
            patient_id=alert.patient_id,
        )  # fmt: skip
    return alert


def alert_events(actor: Actor, alert_id: UUID) -> list[AlertEvent]:
    """Everything that happened to an alert, oldest first."""
    with acting_as(actor):
        return list(AlertEvent.objects.filter(alert_id=alert_id).order_by("number"))


def patient_alerts(actor: Actor, patient_id: UUID, *, size: int = 20) -> list[Alert]:
    """One patient's alerts: unresolved first, then the newest resolved."""
    with acting_as(actor):
        rows = Alert.objects.filter(patient__record_of=patient_id).select_related(
            "rule", "patient"
        )
        found = list(rows.order_by("-id")[:size])
    return sorted(found, key=lambda alert: alert.state == State.RESOLVED)


def unresolved_count(actor: Actor) -> int:
    """How many alerts wait for the actor, for the count in the rail."""
    with acting_as(actor):
        rows = Alert.objects.filter(patient__deleted_at__isnull=True)
        return rows.filter(state__in=(State.OPEN, State.ESCALATED)).count()


def feed_end(actor: Actor) -> int:
    """The newest number that the actor may see."""
    with acting_as(actor):
        return AlertEvent.objects.aggregate(end=Max("number"))["end"] or 0


def feed_after(actor: Actor, after: int) -> list[FeedItem]:
    """What came after a number, in order; at most 200, so ask again from the last."""
    with acting_as(actor):
        rows = AlertEvent.objects.filter(number__gt=after).order_by("number")
        return [_item(event) for event in rows[:FEED_SIZE]]


def feed_item(actor: Actor, number: int) -> FeedItem | None:
    """The event with this number, if the actor may (still) see it."""
    with acting_as(actor):
        event = AlertEvent.objects.filter(number=number).first()
    return _item(event) if event else None


def rules_for(actor: Actor, patient_id: UUID) -> list[AlertRule]:
    """The enabled rules that apply to a patient: everyone's and their own."""
    with acting_as(actor, patient_id):
        rows = AlertRule.objects.filter(enabled=True, retired_at=None)
        return list(rows.filter(Q(patient=None) | Q(patient_id=patient_id)).order_by("id"))


def rules(actor: Actor, *, patient_id: UUID | None = None) -> list[AlertRule]:
    """Every rule in use that the actor may see."""
    demand_reader(actor)
    with acting_as(actor):
        rows = AlertRule.objects.filter(retired_at=None)
        rows = rows.filter(patient_id=patient_id) if patient_id else rows
        found = list(rows.order_by("name", "id"))
    audit.record_read(
        by=actor, act="alert_rule.list", subject="alert_rule", patient_id=patient_id,
        count=len(found),
    )  # fmt: skip
    return found


def burdens(actor: Actor, *, now: datetime) -> dict[UUID, Burden]:
    """How often each rule rang in the last 90 days, and how much of it was acted on."""
    demand_reader(actor)
    with acting_as(actor):
        rows = Alert.objects.filter(created_at__gte=now - BURDEN_WINDOW).values("rule_id")
        counted = rows.annotate(
            raised=Count("id"), acted=Count("id", filter=~Q(state=State.OPEN))
        )
        return {row["rule_id"]: Burden(row["raised"], row["acted"]) for row in counted}


def rule_get(actor: Actor, rule_id: UUID) -> AlertRule:
    demand_reader(actor)
    with acting_as(actor):
        rule = AlertRule.objects.filter(id=rule_id, retired_at=None).first()
    if rule is None:
        raise NotFound("There is no such rule.")
    audit.record_read(
        by=actor, act="alert_rule.read", subject="alert_rule", subject_id=rule.id,
        patient_id=rule.patient_id,
    )  # fmt: skip
    return rule


def coverage(actor: Actor, *, patient_id: UUID | None = None) -> Coverage:
    """What the actor's list was checked against. An empty list never says more."""
    ids = [patient_id] if patient_id else patients.patient_ids(actor)
    with acting_as(actor):
        enabled = AlertRule.objects.filter(enabled=True, retired_at=None)
        names = dict(enabled.values_list("id", "name"))
        checks = list(RuleCheck.objects.filter(patient_id__in=ids))
    moments = [check.checked_at for check in checks]
    fresh = sum(moment > clock.now() - FRESH for moment in moments)
    return Coverage(
        rules=len(names),
        patients=len(ids),
        checked=fresh,
        oldest=min(moments, default=None),
        newest=max(moments, default=None),
        uncovered=_uncovered(checks, names),
        withdrawn=patients.withdrawn_count(actor, ids, Purpose.CARE, Purpose.MONITORING),
    )


def _uncovered(checks: Sequence[RuleCheck], names: dict[UUID, str]) -> list[tuple[str, int]]:
    """Rules without data to judge, with the number of patients that it concerns."""
    counts: dict[str, int] = {}
    for check in checks:
        for rule_id in check.uncovered:
            name = names.get(UUID(rule_id))
            if name:
                counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items())


def _item(event: AlertEvent) -> FeedItem:
    return FeedItem(event.number, event.alert_id, event.act, event.state, event.severity)
