"""Who looked at whom: the access log of a patient, and the picture for auditors."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from clinicity.audit.permissions import demand_reader
from clinicity.audit.services.recording import record_read
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from clinicity.common.pages import PAGE_SIZE, Page, page_of

LOOKS = """
SELECT actor_id, actor_role, day, acts, subjects, first_at, last_at, count, refused, newest
FROM (
    SELECT actor_id, actor_role, (created_at AT TIME ZONE %s)::date AS day,
        array_agg(act) AS acts,
        array_agg(DISTINCT subject ORDER BY subject) AS subjects,
        min(created_at) AS first_at, max(created_at) AS last_at, count(*) AS count,
        count(*) FILTER (WHERE outcome = 'refused') AS refused, max(position) AS newest
    FROM audit_auditevent
    WHERE patient_id = %s AND created_at >= %s AND created_at < %s AND actor_role <> 'service'
    GROUP BY 1, 2, 3
) looks WHERE newest < %s ORDER BY newest DESC LIMIT %s
"""
PAIRS = """
SELECT actor_id, patient_id, count(*) FROM audit_auditevent
WHERE created_at >= %s AND created_at < %s AND patient_id IS NOT NULL AND outcome = 'ok'
    AND actor_role NOT IN ('service', 'device')
GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 400
"""
DAYS = """
SELECT (created_at AT TIME ZONE 'UTC')::date, count(*), count(DISTINCT actor_id),
    count(*) FILTER (WHERE outcome = 'refused')
FROM audit_auditevent
WHERE created_at >= %s AND created_at < %s AND actor_role NOT IN ('service', 'device')
GROUP BY 1 ORDER BY 1
"""
NEWEST = 2**62


@dataclass(frozen=True)
class Look:
    """What one actor did with a patient's record on one day (of the zone that was asked)."""

    actor_id: UUID
    role: str
    day: date
    acts: tuple[str, ...]
    # How often each act.
    times: Mapping[str, int]
    subjects: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    count: int
    refused: int
    cursor: int


@dataclass(frozen=True)
class Day:
    day: date
    accesses: int
    actors: int
    refused: int


def accesses_of_patient(
    patient_id: UUID, *, since: datetime, until: datetime, cursor: str | None = None,
    size: int = PAGE_SIZE, zone: str = "UTC",
) -> Page[Look]:  # fmt: skip
    """Who looked, newest first: one line for each actor and day; services are left out.

    The caller has made sure that its actor may see this patient's access log.
    """
    if cursor and not cursor.isdecimal():
        raise Invalid("The cursor is not one that this list gave.")
    before = int(cursor) if cursor else NEWEST
    rows = _rows(LOOKS, [zone, patient_id, since, until, before, size + 1])
    looks = [_look(*row) for row in rows]
    return page_of(looks, size=size, key=lambda look: look.cursor)


def pairs(actor: Actor, *, since: datetime, until: datetime) -> list[tuple[UUID, UUID, int]]:
    """Who came to whom how often: the 400 most frequent pairs of actor and patient."""
    demand_reader(actor)
    record_read(by=actor, act="audit.picture", subject="trail")
    return _rows(PAIRS, [since, until])


def days(actor: Actor, *, since: datetime, until: datetime) -> list[Day]:
    """Accesses of people a day (UTC)."""
    demand_reader(actor)
    record_read(by=actor, act="audit.picture", subject="trail")
    return [Day(*row) for row in _rows(DAYS, [since, until])]


def _look(
    actor_id: UUID, role: str, day: date, acts: list[str], subjects: list[str], *rest: Any
) -> Look:
    times = dict(Counter(acts))
    return Look(actor_id, role, day, tuple(sorted(times)), times, tuple(subjects), *rest)


def _rows(sql: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
    return found
