"""Visits."""

from datetime import datetime
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from patients.models import (
    Encounter,
)
from patients.services.rows import row_add
from patients.services.timeline import timeline_event_add


def encounter_add(
    *,
    by: Actor,
    patient_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    status: str,
    kind: str,
    reason: str = "",
) -> Encounter:
    """A visit. One that has taken place also stands on the timeline."""
    if ends_at < starts_at:
        raise Invalid("A visit can't end before it starts.")
    row = Encounter(
        patient_id=patient_id, starts_at=starts_at, ends_at=ends_at, status=status, kind=kind,
        reason=reason, recorded_by=by.id,
    )  # fmt: skip
    with acting_as(by, patient_id):
        row_add(by=by, row=row, act="encounter.add")
        if status == Encounter.Status.FINISHED:
            timeline_event_add(
                by=by, patient_id=patient_id, kind="encounter", occurred_at=starts_at,
                title=kind, body=reason, source_kind="encounter", source_id=row.id,
            )  # fmt: skip
    return row
