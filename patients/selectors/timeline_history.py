"""How an entry came to read as it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from patients.models import TimelineEvent, TimelineEventVersion
from patients.permissions import demand_reader
from patients.selectors.people import patient_get

FIELDS = ("title", "body", "kind", "occurred_at", "visibility")


@dataclass(frozen=True)
class FieldChange:
    field: str
    before: str | datetime
    after: str | datetime


@dataclass(frozen=True)
class TimelineChange:
    """One act on an entry: who, when, and what reads otherwise since. `version` is its result."""

    version: int
    act: str
    by: UUID
    at: datetime
    changes: Sequence[FieldChange] = ()


@dataclass(frozen=True)
class TimelineHistory:
    """An entry as it reads now, and its changes, the newest first; the last is its making."""

    event: TimelineEvent
    changes: Sequence[TimelineChange]


def timeline_history(actor: Actor, event_id: UUID) -> TimelineHistory:
    """Also of an entry that was removed, so that it can be found and put back."""
    demand_reader(actor)
    with acting_as(actor):
        event = TimelineEvent.objects.filter(id=event_id).first()
    if event is None:
        raise NotFound("There is no such entry.")
    patient_get(actor, event.patient_id)
    with acting_as(actor, event.patient_id):
        rows = TimelineEventVersion.objects.filter(event_id=event_id).order_by("version")
        versions = list(rows)
        audit.record_read(
            by=actor, act="timeline.history", subject="timeline_event", subject_id=event_id,
            patient_id=event.patient_id, count=len(versions),
        )  # fmt: skip
    return TimelineHistory(event, _changes(event, versions))


def _changes(
    event: TimelineEvent, versions: Sequence[TimelineEventVersion]
) -> list[TimelineChange]:
    """Between two versions one of which is hidden from this reader, nothing is compared."""
    states: list[TimelineEventVersion | TimelineEvent] = [*versions, event]
    made = TimelineChange(1, "add", event.created_by, event.created_at)
    later = [
        TimelineChange(
            before.version + 1, before.act, before.changed_by, before.created_at,
            [
                FieldChange(name, getattr(before, name), getattr(after, name))
                for name in FIELDS
                if after.version == before.version + 1
                and getattr(before, name) != getattr(after, name)
            ],
        )
        for before, after in zip(versions, states[1:], strict=True)
    ]  # fmt: skip
    return [*reversed(later), made]
