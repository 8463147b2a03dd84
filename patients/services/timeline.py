"""The timeline: one list of everything that happened. Upper apps write to it here.

Every change keeps how the entry read before (`TimelineEventVersion`), and the words by
which it is found go with it.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from clinicity.privacy import fulltext
from patients.models import Patient, TimelineEvent, TimelineEventVersion, Visibility
from patients.permissions import demand_writer
from patients.services.seeing import still_seen

EDITABLE = ("title", "body", "kind", "occurred_at", "visibility")
LONGEST_TITLE, LONGEST_BODY = 200, 20_000
KIND = re.compile(r"[a-z][a-z0-9_.]{0,39}")
FIRST_YEAR, LAST_YEAR = 1900, 2200
Act = TimelineEventVersion.Act


def timeline_event_add(
    *, by: Actor, patient_id: UUID, kind: str, title: str, occurred_at: datetime,
    body: str = "", source_kind: str = "", source_id: UUID | None = None,
    visibility: str = Visibility.TEAM,
) -> TimelineEvent:  # fmt: skip
    """Add an entry, in the caller's transaction when there is one.

    An entry that tells of a source row is made once, however often it is asked for.
    """
    demand_writer(by)
    event = TimelineEvent(
        patient_id=patient_id, kind=_kind(kind), title=title.strip(), body=body,
        occurred_at=occurred_at, source_kind=source_kind, source_id=source_id, created_by=by.id,
        visibility=visibility,
    )  # fmt: skip
    _demand_plausible(event)
    with acting_as(by, _scope(by, patient_id)):
        _demand_patient(patient_id)
        known = source_id and _of_source(patient_id, source_kind, source_id)
        if known:
            return known
        index(event)
        _stored(event)
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
        event = _own_event_locked(event_id, version)
        _change(by, event, changes, Act.EDIT)
    return event


def timeline_event_undo(
    *, by: Actor, event_id: UUID, version: int | None = None
) -> TimelineEvent:
    """Take the last edit back: the entry reads as before it. Asked again, it is made again."""
    demand_writer(by)
    with acting_as(by):
        event = _own_event_locked(event_id, version)
        before = _before_last_edit(event)
        _change(by, event, {name: getattr(before, name) for name in EDITABLE}, Act.UNDO)
    return event


def timeline_event_delete(*, by: Actor, event_id: UUID, version: int | None = None) -> None:
    """Take an entry off the list; the row stays, and `timeline_event_restore` undoes it."""
    demand_writer(by)
    with acting_as(by):
        _remove(by, _own_event_locked(event_id, version))


def timeline_event_restore(*, by: Actor, event_id: UUID) -> TimelineEvent:
    """Put an entry that was taken off the list back on it, as it was."""
    demand_writer(by)
    with acting_as(by):
        event = _own_event_locked(event_id, None, removed=True)
        _put_back(by, event)
    return event


def timeline_source_follow(
    *, by: Actor, patient_id: UUID, source_kind: str, source_id: UUID, kind: str, title: str,
    occurred_at: datetime, body: str = "", visibility: str = Visibility.TEAM,
) -> TimelineEvent:  # fmt: skip
    """Say what a source row tells now: adds its entry, changes it or puts it back."""
    demand_writer(by)
    told: dict[str, Any] = {
        "kind": kind, "title": title, "occurred_at": occurred_at, "body": body,
        "visibility": visibility,
    }  # fmt: skip
    with acting_as(by, _scope(by, patient_id)):
        event = _of_source(patient_id, source_kind, source_id)
        if event is None:
            return timeline_event_add(
                by=by,
                patient_id=patient_id,
                source_kind=source_kind,
                source_id=source_id,
                **told,
            )
        if event.deleted_at:
            _put_back(by, event)
        _change(by, event, told, Act.FOLLOW)
    return event


def timeline_source_remove(
    *, by: Actor, patient_id: UUID, source_kind: str, source_id: UUID
) -> None:
    """Take the entry that tells of a row off the list, with that row's own removal."""
    demand_writer(by)
    with acting_as(by, _scope(by, patient_id)):
        event = _of_source(patient_id, source_kind, source_id)
        if event and event.deleted_at is None:
            _remove(by, event)


def timeline_source_restore(
    *, by: Actor, patient_id: UUID, source_kind: str, source_id: UUID, since: datetime
) -> None:
    """Put the entry of a row back that left with it, or after it."""
    demand_writer(by)
    with acting_as(by, _scope(by, patient_id)):
        event = _of_source(patient_id, source_kind, source_id)
        if event and event.deleted_at and event.deleted_at >= since:
            _put_back(by, event)


def timeline_source_show(
    *, by: Actor, patient_id: UUID, source_kinds: Iterable[str], source_id: UUID,
    visibility: str,
) -> None:  # fmt: skip
    """Show what tells of a row to those who see the row, also where it was taken off."""
    demand_writer(by)
    with acting_as(by, _scope(by, patient_id)):
        for kind in source_kinds:
            event = _of_source(patient_id, kind, source_id)
            if event:
                _change(by, event, {"visibility": visibility}, Act.FOLLOW)


def index(event: TimelineEvent) -> None:
    """Give the entry the tokens by which it is found. One that was removed has none."""
    texts = () if event.deleted_at else (event.title, event.body)
    event.search_tokens = fulltext.tokens_of(event.patient_id, *texts)
    event.search_scheme = fulltext.scheme()


def _change(by: Actor, event: TimelineEvent, changes: Mapping[str, Any], act: str) -> None:
    """Nothing is kept and nobody told when all stays as it is."""
    changes = {name: _trimmed(name, value) for name, value in changes.items()}
    changed = sorted(name for name in changes if getattr(event, name) != changes[name])
    if not changed:
        return
    _keep(by, event, act)
    for name in changed:
        setattr(event, name, changes[name])
    _demand_plausible(event)
    _save(event)
    _record(by, f"timeline.{act}", event, fields=changed)


def _before_last_edit(event: TimelineEvent) -> TimelineEventVersion:
    """Versions that the actor may not see are missing, and an edit among them isn't theirs."""
    versions = list(TimelineEventVersion.objects.filter(event=event).order_by("-version"))
    for number, version in zip(range(event.version - 1, 0, -1), versions, strict=False):
        if version.version != number:
            break
        if version.act in (Act.EDIT, Act.UNDO):
            return version
    raise Conflict("There is no edit of this entry that you could take back.")


def _trimmed(name: str, value: Any) -> Any:
    if name == "kind":
        return _kind(value)
    return value.strip() if name == "title" else value


def _kind(words: str) -> str:
    """Follow-up visit reads follow_up_visit: kinds are plain words, never sentences."""
    return re.sub(r"[\s-]+", "_", words.strip().lower())


def _remove(by: Actor, event: TimelineEvent) -> None:
    _keep(by, event, Act.DELETE)
    event.deleted_at = clock.now()
    _save(event)
    _record(by, "timeline.delete", event)


def _put_back(by: Actor, event: TimelineEvent) -> None:
    _keep(by, event, Act.RESTORE)
    event.deleted_at = None
    _save(event)
    _record(by, "timeline.restore", event)


def _keep(by: Actor, event: TimelineEvent, act: str) -> None:
    """Keep how the entry reads until now."""
    TimelineEventVersion(
        patient_id=event.patient_id, event=event, version=event.version, act=act,
        changed_by=by.id, created_by=event.created_by, visibility=event.visibility,
        kind=event.kind, occurred_at=event.occurred_at, title=event.title, body=event.body,
    ).save(force_insert=True)  # fmt: skip


def _save(event: TimelineEvent) -> None:
    event.version += 1
    index(event)
    _stored(event)


def _stored(event: TimelineEvent) -> None:
    with still_seen():
        event.save(force_insert=event._state.adding, force_update=not event._state.adding)


def _scope(by: Actor, patient_id: UUID) -> UUID | None:
    return patient_id if by.role == Role.SERVICE else None


def _demand_plausible(event: TimelineEvent) -> None:
    errors = {}
    if not event.title or len(event.title) > LONGEST_TITLE:
        errors["title"] = [f"A title of 1 to {LONGEST_TITLE} characters is needed."]
    if len(event.body) > LONGEST_BODY:
        errors["body"] = [f"At most {LONGEST_BODY:,} characters fit."]
    if event.visibility not in Visibility.values:
        errors["visibility"] = [f"Choose one of {', '.join(Visibility.values)}."]
    if not KIND.fullmatch(event.kind):
        errors["kind"] = ["A kind is a short word in small letters, such as note or visit."]
    if not FIRST_YEAR <= event.occurred_at.year <= LAST_YEAR:
        errors["occurred_at"] = [f"Give a moment after the year {FIRST_YEAR}."]
    if errors:
        raise Invalid("Some fields need another value.", errors=errors)


def _demand_patient(patient_id: UUID) -> None:
    if not Patient.objects.filter(id=patient_id, deleted_at__isnull=True).exists():
        raise NotFound("There is no such patient.")


def _of_source(patient_id: UUID, kind: str, source_id: UUID) -> TimelineEvent | None:
    return (
        TimelineEvent.objects.select_for_update()
        .filter(patient_id=patient_id, source_kind=kind, source_id=source_id)
        .first()
    )


def _own_event_locked(
    event_id: UUID, version: int | None, *, removed: bool = False
) -> TimelineEvent:
    event = (
        TimelineEvent.objects.select_for_update(of=("self",))
        .filter(id=event_id, deleted_at__isnull=not removed, patient__deleted_at__isnull=True)
        .first()
    )
    if event is None:
        raise NotFound("There is no such entry.")
    if event.source_id:
        raise Conflict("This entry tells of another row. Change it there.")
    if version is not None and version != event.version:
        raise Conflict("Someone else changed this entry meanwhile. Load it again.")
    return event


def _record(by: Actor, act: str, event: TimelineEvent, **details: Any) -> None:
    audit.record(
        by=by, act=act, subject="timeline_event", subject_id=event.id,
        patient_id=event.patient_id, **details,
    )  # fmt: skip
