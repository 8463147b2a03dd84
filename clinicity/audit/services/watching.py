"""Looking for unusual access: tallies out of the trail, alerts that are raised once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from clinicity.audit import unusual
from clinicity.audit.models import AuditEvent, SecurityAlert
from clinicity.audit.services.recording import record
from clinicity.audit.unusual import Facts, Finding, Meeting, Tally
from clinicity.common import clock
from clinicity.common.actors import SYSTEM
from clinicity.common.ids import new_id

ACT = "audit.watch"
# A transaction may commit this long after its events' time; a night is longer than a day's end.
OVERLAP = timedelta(hours=30)
# After a long standstill, what is older stays unwatched, and the record says so.
FARTHEST = timedelta(days=30)
TALLIES = """
SELECT actor_id, max(actor_role), date_trunc('hour', created_at, 'UTC'),
    count(DISTINCT patient_id) FILTER (WHERE outcome = 'ok'),
    count(*) FILTER (WHERE outcome = 'ok' AND patient_id IS NOT NULL),
    count(*) FILTER (WHERE outcome = 'refused'),
    count(*) FILTER (WHERE outcome = 'ok' AND act ~ '(\\.|^)(export|download)$')
FROM audit_auditevent
WHERE created_at >= %s AND created_at < %s AND act <> 'job.run' {whose}
GROUP BY 1, 3
"""
# The first time in the span that someone came to a patient, and the last time before it.
MEETINGS = """
SELECT met.actor_id, met.actor_role, met.patient_id, met.at, before.at, FALSE
FROM (
    SELECT actor_id, max(actor_role) AS actor_role, patient_id, min(created_at) AS at
    FROM audit_auditevent
    WHERE created_at >= %s AND created_at < %s AND outcome = 'ok'
        AND patient_id IS NOT NULL AND actor_role NOT IN ('service', 'device')
    GROUP BY actor_id, patient_id
) met LEFT JOIN LATERAL (
    SELECT max(e.created_at) AS at FROM audit_auditevent e
    WHERE e.actor_id = met.actor_id AND e.patient_id = met.patient_id
        AND e.created_at < met.at AND e.actor_role NOT IN ('service', 'device')
) before ON TRUE
"""
# Reviewing emergency access, or ending it, is not opening it.
EMERGENCIES = """
SELECT actor_id, actor_role, patient_id, created_at, NULL::timestamptz, TRUE
FROM audit_auditevent
WHERE created_at >= %s AND created_at < %s AND outcome = 'ok' AND patient_id IS NOT NULL
    AND act LIKE 'break\\_glass.%%' AND act !~ '\\.(review|end|expire|list|read|notify)$'
"""
# Which patient an actor is, where an app above knows: it adds itself here.
OWN_RECORDS: list[Callable[[], Mapping[UUID, UUID]]] = []


def access_watch(*, now: datetime | None = None) -> int:
    """Judge what was recorded since the last watch. Returns how many alerts are new."""
    now = now or clock.now()
    since = _since(now)
    found = unusual.findings(_facts(since - OVERLAP, now), now=now)
    with transaction.atomic():
        raised = [finding for finding in found if _raise(finding)]
        record(
            by=SYSTEM, act=ACT, subject="trail", since=since.isoformat(),
            until=now.isoformat(), rules=len(unusual.RULES), raised=len(raised),
        )  # fmt: skip
    return len(raised)


def _since(now: datetime) -> datetime:
    latest = AuditEvent.objects.filter(act=ACT).order_by("-position").first()
    until = datetime.fromisoformat(latest.details["until"]) if latest else now - FARTHEST
    return max(until, now - FARTHEST)


def _facts(since: datetime, now: datetime) -> Facts:
    since = since.replace(minute=0, second=0, microsecond=0)
    tallies = _tallies(since, now)
    own = {actor: patient for known in OWN_RECORDS for actor, patient in known().items()}
    return Facts(
        tallies=tallies,
        meetings=[Meeting(*row) for sql in (MEETINGS, EMERGENCIES) for row in _rows(sql, [since, now])],
        habits=_tallies(since - unusual.HABIT, since, sorted(unusual.suspects(tallies))),
        own=own,
        zone=ZoneInfo(settings.TIME_ZONE),
    )  # fmt: skip


def _tallies(
    since: datetime, until: datetime, whose: Sequence[UUID] | None = None
) -> list[Tally]:
    """Of everyone, or of some: nobody's cost nothing."""
    if whose is None:
        return [Tally(*row) for row in _rows(TALLIES.format(whose=""), [since, until])]
    if not whose:
        return []
    some = TALLIES.format(whose="AND actor_id = ANY(%s)")
    return [Tally(*row) for row in _rows(some, [since, until, list(whose)])]


def _rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _raise(finding: Finding) -> bool:
    """False when this was raised before: PostgreSQL decides, whoever else watches."""
    alert = SecurityAlert(
        id=new_id(), rule=finding.rule, actor_id=finding.actor_id, actor_role=finding.role,
        patient_id=finding.patient_id, window_start=finding.start, window_end=finding.end,
        evidence=dict(finding.evidence), reason=finding.reason,
    )  # fmt: skip
    SecurityAlert.objects.bulk_create([alert], ignore_conflicts=True)
    if not SecurityAlert.objects.filter(id=alert.id).exists():
        return False
    record(
        by=SYSTEM, act="security_alert.raise", subject="security_alert", subject_id=alert.id,
        patient_id=alert.patient_id, rule=alert.rule, actor_id=alert.actor_id,
    )  # fmt: skip
    return True
