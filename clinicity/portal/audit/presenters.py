"""What the auditors' pages say of events, alerts and the chain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from clinicity.accounts.selectors import staff_names_of
from clinicity.audit import selectors as audit
from clinicity.audit.models import AuditEvent, SavedFilter, SecurityAlert
from clinicity.audit.purposes import WORDS, purpose_of
from clinicity.audit.services.exporting import Recorded, recorded
from clinicity.audit.unusual import RULES, THRESHOLDS
from clinicity.common.actors import Actor
from clinicity.common.clock import UTC
from clinicity.common.models import Job
from clinicity.portal.audit.history import field_changes
from clinicity.portal.audit.picture import bars_of, matrix_of
from clinicity.privacy.pseudonyms import pseudonym

PERIODS = (
    (1, lazy("today")),
    (7, lazy("7 days")),
    (30, lazy("30 days")),
    (90, lazy("90 days")),
)
PERIOD = 30
PAIRS_SHOWN = 25


@dataclass(frozen=True)
class Line:
    """An event of the list: who it was, its place in the chain, what was unusual."""

    event: AuditEvent
    name: str
    number: int | None
    unusual: Sequence["AlertLine"]


@dataclass(frozen=True)
class AlertLine:
    """A security alert in words."""

    alert: SecurityAlert
    title: str
    reason: str
    rule: str
    name: str
    taken_by: str
    reviewed_by: str
    events: str


@dataclass(frozen=True)
class PairLine:
    actor_id: UUID
    name: str
    patient_id: UUID
    count: int
    events: str


def lines_of(actor: Actor, events: Sequence[AuditEvent]) -> list[Line]:
    names = staff_names_of(event.actor_id for event in events)
    numbers = audit.seal_numbers(actor, events)
    marks = audit.unusual_among(actor, events)
    return [
        Line(
            event, names.get(event.actor_id, ""), numbers.get(event.id),
            [alert_line(alert, names) for alert in marks.get(event.id, ())],
        )
        for event in events
    ]  # fmt: skip


def alert_lines(alerts: Iterable[SecurityAlert]) -> list[AlertLine]:
    rows = list(alerts)
    people = {
        id for row in rows for id in (row.actor_id, row.acknowledged_by, row.reviewed_by) if id
    }
    names = staff_names_of(people)
    return [alert_line(row, names) for row in rows]


def alert_line(alert: SecurityAlert, names: Mapping[UUID, str]) -> AlertLine:
    rule = RULES.get(alert.rule)
    return AlertLine(
        alert,
        _(rule.title) if rule else alert.rule,
        _(rule.sentence).format(**alert.evidence) if rule else alert.reason,
        _(rule.rule).format(**THRESHOLDS) if rule else "",
        names.get(alert.actor_id, ""),
        names.get(alert.acknowledged_by, "") if alert.acknowledged_by else "",
        names.get(alert.reviewed_by, "") if alert.reviewed_by else "",
        _query(
            actor_id=alert.actor_id, patient_id=alert.patient_id, since=alert.window_start,
            until=alert.window_end,
        ),
    )  # fmt: skip


def event_page(actor: Actor, event: AuditEvent) -> dict[str, Any]:
    """Everything that is known of one event."""
    together = audit.events_of_request(actor, event)
    (line,) = lines_of(actor, [event])
    return {
        "line": line,
        "event": event,
        "standing": audit.standing_of(actor, event.id),
        "purpose": purpose_words(event.act, event.actor_role, event.details),
        "details": _details(event),
        "together": lines_of(actor, together),
        "changes": field_changes(actor, event.request_id),
        "proof": audit.last_proof(actor),
    }


def purpose_words(act: str, role: str, details: Mapping[str, Any]) -> str:
    return _(WORDS[purpose_of(act, role, details)])


def verdict(job: Job, event: AuditEvent | None) -> dict[str, Any]:
    """How far a proof is, or what it found."""
    return {
        "job": job,
        "found": event.details if event else None,
        "at": event.created_at if event else None,
        "running": job.state in (Job.State.QUEUED, Job.State.RUNNING),
    }


def picture(actor: Actor, *, days: int, today: date) -> dict[str, Any]:
    """Who looked at whom in the last days, and how much was looked a day."""
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time.min, UTC)
    until = datetime.combine(today, time.min, UTC) + timedelta(days=1)
    pairs = audit.pairs(actor, since=since, until=until)
    matrix = matrix_of(pairs)
    names = staff_names_of(actor_id for actor_id, _patient, _count in pairs)
    by_day = audit.days(actor, since=since, until=until)
    return {
        "days": days,
        "periods": PERIODS,
        "matrix": matrix,
        "names": {id: names.get(id, "") for id in {label.id for label in matrix.actors}},
        "bars": bars_of(by_day, first=first, last=today),
        "pairs": _pair_lines(pairs[:PAIRS_SHOWN], names, since, until),
        "pairs_left": max(0, len(pairs) - PAIRS_SHOWN),
        "accesses": sum(day.accesses for day in by_day),
        "refused": sum(day.refused for day in by_day),
    }


def period(text: str) -> int:
    """How many days were asked for: one of the periods on offer."""
    offered = {str(days): days for days, _words in PERIODS}
    return offered.get(text, PERIOD)


def filters(rows: Sequence[SavedFilter]) -> list[dict[str, Any]]:
    return [
        {"id": row.id, "name": row.name, "query": urlencode(row.wanted), "wanted": row.wanted}
        for row in rows
    ]


def _pair_lines(
    pairs: Sequence[tuple[UUID, UUID, int]], names: Mapping[UUID, str], since: datetime,
    until: datetime,
) -> list[PairLine]:  # fmt: skip
    last = until - timedelta(minutes=1)
    return [
        PairLine(
            actor_id, names.get(actor_id, ""), patient_id, count,
            _query(actor_id=actor_id, patient_id=patient_id, since=since, until=last),
        )
        for actor_id, patient_id, count in pairs
    ]  # fmt: skip


def _details(event: AuditEvent) -> list[tuple[str, str]]:
    """What else the event says, as it would leave the house."""
    told = recorded(event).details
    return [(name, _words(value)) for name, value in told.items()]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value) or _("none")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_words(each)}" for name, each in value.items())
    return str(value) if value not in ("", None) else "–"


def _query(**asked: Any) -> str:
    """A search that shows just these events."""
    told = {
        name: f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else str(value)
        for name, value in asked.items()
        if value
    }
    return urlencode(told)


def events_told(actor: Actor, events: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """Events for a program: patients by pseudonym, as in an export."""
    numbers = audit.seal_numbers(actor, events)
    marks = audit.unusual_among(actor, events)
    return [
        _told(recorded(event, numbers.get(event.id)))
        | {"unusual": [alert.rule for alert in marks.get(event.id, ())]}
        for event in events
    ]


def alert_told(alert: SecurityAlert) -> dict[str, Any]:
    line = alert_line(alert, {})
    plain = (
        "id", "created_at", "rule", "evidence", "actor_id", "actor_role", "window_start",
        "window_end", "state", "outcome", "note", "acknowledged_by", "acknowledged_at",
        "reviewed_by", "reviewed_at",
    )  # fmt: skip
    return {name: getattr(alert, name) for name in plain} | {
        "title": line.title, "reason": line.reason, "explanation": line.rule,
        "patient": pseudonym(alert.patient_id) if alert.patient_id else "",
    }  # fmt: skip


def proof_told(job: Job, event: AuditEvent | None) -> dict[str, Any]:
    return {
        "id": job.id, "state": job.state, "done": job.done_count, "total": job.total_count,
        "error": job.error, "found": event.details if event else None,
    }  # fmt: skip


def _told(event: Recorded) -> dict[str, Any]:
    told = {**vars(event), "seal": event.number}
    told["purpose"] = purpose_of(event.act, event.role, event.details)
    del told["number"]
    return told
