"""The timeline: one list of everything that happened. Upper apps write to it here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients.models import Patient, TimelineEvent
from patients.permissions import demand_writer

EDITABLE = ("title", "body", "kind", "occurred_at")
LONGEST_TITLE = 200


def timeline_event_add(
    *,
    by: Actor,
    patient_id: UUID,
    kind: str,
    title: str,
    occurred_at: datetime,
    body: str = "",
    source_kind: str = "",
    source_id: UUID | None = None,
) -> TimelineEvent:
    """Add an entry, in the caller's transaction when there is one.

    An entry that tells of a source row is made once, however often it is asked for.
    """
    demand_writer(by)
    _demand_title(title)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        _demand_patient(patient_id)
        known = source_id and _of_source(patient_id, source_kind, source_id)
        if known:
            return known
        event = TimelineEvent(
            patient_id=patient_id, kind=kind, title=title.strip(), body=body,
            occurred_at=occurred_at, source_kind=source_kind, source_id=source_id,
            created_by=by.id,
        )  # fmt: skip
        event.save(force_insert=True)
        _record(by, "timeline.add", event)
    return event


def timeline_event_edit(
    *, by: Actor, event_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> TimelineEvent:
    """Change an entry that a person wrote; entries of other rows follow those rows."""
    demand_writer(by)
    unknown = sorted(set(changes) - set(EDITABLE))
    if unknown:
        raise Invalid(f"These can't be changed: {', '.join(unknown)}.")
    with acting_as(by):
        event = _own_event_locked(event_id)
        if version is not None and version != event.version:
            raise Conflict("Someone else changed this entry meanwhile. Load it again.")
        for name, value in changes.items():
            setattr(event, name, value)
        event.version += 1
        event.save()
        _record(by, "timeline.edit", event, fields=sorted(changes))
    return event


def timeline_event_delete(*, by: Actor, event_id: UUID) -> None:
    """Take an entry off the list; the row stays."""
    demand_writer(by)
    with acting_as(by):
        event = _own_event_locked(event_id)
        event.deleted_at = clock.now()
        event.save(update_fields=["deleted_at"])
        _record(by, "timeline.delete", event)


def timeline_source_remove(
    *, by: Actor, patient_id: UUID, source_kind: str, source_id: UUID
) -> None:
    """Take the entry that tells of a row off the list, with that row's own removal."""
    demand_writer(by)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        event = _of_source(patient_id, source_kind, source_id)
        if event and event.deleted_at is None:
            event.deleted_at = clock.now()
            event.save(update_fields=["deleted_at"])
            _record(by, "timeline.delete", event)


def _demand_title(title: str) -> None:
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise Invalid(f"A title of 1 to {LONGEST_TITLE} characters is needed.")


def _demand_patient(patient_id: UUID) -> None:
    if not Patient.objects.filter(id=patient_id, deleted_at__isnull=True).exists():
        raise NotFound("There is no such patient.")


def _of_source(patient_id: UUID, kind: str, source_id: UUID) -> TimelineEvent | None:
    return TimelineEvent.objects.filter(
        patient_id=patient_id, source_kind=kind, source_id=source_id
    ).first()


def _own_event_locked(event_id: UUID) -> TimelineEvent:
    event = (
        TimelineEvent.objects.select_for_update()
        .filter(id=event_id, deleted_at__isnull=True)
        .first()
    )
    if event is None:
        raise NotFound("There is no such entry.")
    if event.source_id:
        raise Conflict("This entry tells of another row. Change it there.")
    return event


def _record(by: Actor, act: str, event: TimelineEvent, **details: Any) -> None:
    audit.record(
        by=by, act=act, subject="timeline_event", subject_id=event.id,
        patient_id=event.patient_id, **details,
    )  # fmt: skip
