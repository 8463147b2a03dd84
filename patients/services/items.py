"""Changing a row of the chart: what it said before is kept, and anyone's slip can be undone."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db.models import Model

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients.models import ChartItem, ChartVersion
from patients.permissions import demand_writer
from patients.services.rows import LINKED
from patients.services.timeline import timeline_source_restore
from patients.services.timeline_chart import row_told, row_untold

I = TypeVar("I", bound=ChartItem)  # noqa: E741
MEANWHILE = "Someone else changed this meanwhile. Load it again."
IN_ERROR = "This is marked as entered in error. Put it back first."


def item_change(
    *, by: Actor, patient_id: UUID, model: type[I], row_id: UUID, changes: Mapping[str, Any],
    act: str = "edit", version: int | None = None, reason: str = "",
) -> I:  # fmt: skip
    """Change fields of a row under its version; the version before stays readable.

    Changes that change nothing leave the row as it is.
    """
    demand_writer(by)
    with acting_as(by, patient_id):
        row = item_locked(patient_id, model, row_id)
        demand_version(row, version)
        if row.entered_in_error_at:
            raise Conflict(IN_ERROR)
        changed = {
            name: value for name, value in changes.items() if getattr(row, name) != value
        }
        if not changed:
            return row
        version_keep(by=by, row=row, act=act, reason=reason)
        for name, value in changed.items():
            setattr(row, name, value)
        _save(by, row, act, fields=sorted(changed))
    return row


def item_mark_error(
    *,
    by: Actor,
    patient_id: UUID,
    model: type[I],
    row_id: UUID,
    reason: str = "",
    version: int | None = None,
) -> I:
    """Mark a row as entered in error: it stays, and leaves every list. Twice is once."""
    demand_writer(by)
    with acting_as(by, patient_id):
        row = item_locked(patient_id, model, row_id)
        if row.entered_in_error_at:
            return row
        demand_version(row, version)
        version_keep(by=by, row=row, act="entered_in_error", reason=reason)
        row.entered_in_error_at, row.entered_in_error_by = clock.now(), by.id
        row_untold(by=by, patient_id=row.patient_id, topic=row.TOPIC, row_id=row.id)
        _save(by, row, "entered_in_error")
    return row


def item_restore(*, by: Actor, patient_id: UUID, model: type[I], row_id: UUID) -> I:
    """Take the mark of an error back."""
    demand_writer(by)
    with acting_as(by, patient_id):
        row = item_locked(patient_id, model, row_id)
        if not row.entered_in_error_at:
            audit.record_read(
                by=by, act=f"{row.TOPIC}.read", subject=row.TOPIC, subject_id=row.id,
                patient_id=patient_id,
            )  # fmt: skip
            return row
        version_keep(by=by, row=row, act="restore", reason="")
        taken_off = row.entered_in_error_at
        row.entered_in_error_at = row.entered_in_error_by = None
        timeline_source_restore(
            by=by, patient_id=row.patient_id, source_kind=row.TOPIC, source_id=row.id,
            since=taken_off,
        )  # fmt: skip
        _save(by, row, "restore")
    return row


def item_locked(patient_id: UUID, model: type[I], row_id: UUID) -> I:
    row = (
        model._default_manager.select_for_update()
        .filter(id=row_id, patient__record_of=patient_id, patient__deleted_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound("There is no such entry.")
    return cast("I", row)


def demand_version(row: ChartItem, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Conflict(MEANWHILE, version=row.version)


def version_keep(*, by: Actor, row: ChartItem, act: str, reason: str) -> None:
    """Keep what the row says now, before it is changed."""
    ChartVersion(
        patient_id=row.patient_id, item=row.TOPIC, row_id=row.id, version=row.version, act=act,
        reason=reason.strip(), state=state_of(row), changed_by=by.id,
    ).save(force_insert=True)  # fmt: skip


def whole(row: ChartItem, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The row's fields with the changes over them. Refuses what can't be changed."""
    unknown = sorted(set(changes) - set(row.EDITABLE))
    if unknown:
        raise Invalid(f"These can't be changed: {', '.join(unknown)}.")
    return {name: getattr(row, name) for name in row.EDITABLE} | dict(changes)


def state_of(row: ChartItem) -> dict[str, Any]:
    """What the row says, as JSON."""
    names = (*row.EDITABLE, "visibility", "entered_in_error_at")
    return {name: _plain(getattr(row, name)) for name in names}


def demand_valid(errors: Mapping[str, str | list[str] | None]) -> None:
    """Raise Invalid when a field has something wrong with it."""
    found = {
        name: [words] if isinstance(words, str) else words
        for name, words in errors.items()
        if words
    }
    if found:
        raise Invalid("Some fields need another value.", errors=found)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return json.loads(json.dumps(value, default=str))


def _save(by: Actor, row: ChartItem, act: str, **details: Any) -> None:
    row.version += 1
    row.changed_at = clock.now()
    cast("Model", row).save(force_update=True)
    audit.record(
        by=by, act=f"{row.TOPIC}.{act}", subject=row.TOPIC, subject_id=row.id,
        patient_id=row.patient_id, version=row.version, **details,
    )  # fmt: skip
    if not row.entered_in_error_at:
        row_told(by=by, row=row)
    if isinstance(row, LINKED):
        events.publish("patients.chart_changed", patient_id=row.patient_id)
