"""Who looked at a patient's record, in lines that a patient can read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from clinicity.accounts.selectors import names_of
from clinicity.audit import selectors as audit_selectors
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import Actor
from patients.models import BreakGlass
from patients.selectors.people import patient_get
from patients.selectors.rows import rows_of

DAYS = 366


@dataclass(frozen=True)
class Access:
    """What one person did with the record on one day of the patient's own zone."""

    day: date
    name: str
    role: str
    acts: dict[str, int]
    first_at: datetime
    last_at: datetime
    emergency: bool


def access_log(actor: Actor, patient_id: UUID) -> list[Access]:
    """The last year, the newest day first. Services without a person are left out."""
    patient = patient_get(actor, patient_id)
    zone = ZoneInfo(patient.time_zone)
    events = audit_selectors.of_patient(patient_id, days=DAYS)
    names = names_of({event.actor_id for event in events})
    broken = rows_of(actor, patient_id, BreakGlass, "id")
    audit.record(
        by=actor, act="access_log.read", subject="patient", subject_id=patient_id,
        patient_id=patient_id, count=len(events),
    )  # fmt: skip
    return [
        _access(list(group), names.get(who, ""), day, broken)
        for (day, who), group in groupby(
            sorted(events, key=lambda event: _place(event, zone), reverse=True),
            key=lambda event: _place(event, zone),
        )
    ]


def _place(event: AuditEvent, zone: ZoneInfo) -> tuple[date, UUID]:
    return event.created_at.astimezone(zone).date(), event.actor_id


def _access(
    events: list[AuditEvent], name: str, day: date, broken: Iterable[BreakGlass]
) -> Access:
    moments = [event.created_at for event in events]
    who = events[0].actor_id
    return Access(
        day=day, name=name, role=events[0].actor_role,
        acts=dict(Counter(event.act for event in events)), first_at=min(moments),
        last_at=max(moments),
        emergency=any(
            glass.user_id == who and glass.starts_at <= moment <= glass.ends_at
            for glass in broken
            for moment in moments
        ),
    )  # fmt: skip
