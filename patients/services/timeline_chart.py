"""What the chart tells the timeline: one call for each row that is added, changed or ended.

Called in the transaction of the row's own change. Safe to repeat: an entry follows its row,
keeps how it read before, and takes the row's visibility.
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from clinicity.common.actors import Actor
from patients.models import Allergy, Condition, LabResult, Medication, Patient, TimelineEvent
from patients.services.timeline import (
    LONGEST_TITLE,
    timeline_source_follow,
    timeline_source_remove,
)

NOON = time(12)


def condition_told(*, by: Actor, row: Condition) -> TimelineEvent:
    """At its onset where that is known, or else when it was noted."""
    at = _noon(row.patient_id, row.onset_on) if row.onset_on else row.created_at
    return _told(by, row, "condition", at, f"{row.display} ({row.code})")


def allergy_told(*, by: Actor, row: Allergy) -> TimelineEvent:
    about = ", ".join(filter(None, (row.severity, row.reaction)))
    return _told(by, row, "allergy", row.created_at, f"Allergy: {row.substance}", about)


def medication_told(*, by: Actor, row: Medication) -> TimelineEvent:
    """Its start, or the new dose where one of the same drug was given until then."""
    before = _step_before(row)
    dose = _dose(row)
    title = f"{row.name} changed from {_dose(before)} to {dose}" if before else ""
    start = _told(
        by, row, "medication", _noon(row.patient_id, row.started_on),
        title or f"{row.name} {dose} started", f"{row.times_per_day} a day",
    )  # fmt: skip
    _end_told(by, row)
    return start


def lab_result_told(*, by: Actor, row: LabResult) -> None:
    """A value outside the laboratory's range; one inside is no event of its own."""
    where = _outside(row)
    if where is None:
        timeline_source_remove(
            by=by, patient_id=row.patient_id, source_kind="lab", source_id=row.id
        )
        return
    value = f"{row.name}: {_figure(row.value)} {row.unit}"
    _told(by, row, "lab", row.specimen_at, value, f"{where} {_range(row)} {row.unit}")


def _end_told(by: Actor, row: Medication) -> None:
    """The last day, unless the next dose of the same drug begins then."""
    source = {"patient_id": row.patient_id, "source_id": row.id}
    if row.ended_on is None or _steps(row, started_on=row.ended_on):
        timeline_source_remove(by=by, source_kind="medication_end", **source)
        return
    timeline_source_follow(
        by=by, source_kind="medication_end", kind="medication", visibility=row.visibility,
        occurred_at=_noon(row.patient_id, row.ended_on), title=_title(f"{row.name} stopped"),
        body=f"Until then {_dose(row)}", **source,
    )  # fmt: skip


def _told(
    by: Actor, row: Condition | Allergy | Medication | LabResult, kind: str, at: datetime,
    title: str, body: str = "",
) -> TimelineEvent:  # fmt: skip
    return timeline_source_follow(
        by=by, patient_id=row.patient_id, source_kind=kind, source_id=row.id, kind=kind,
        occurred_at=at, title=_title(title), body=body, visibility=row.visibility,
    )  # fmt: skip


def _title(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"


def _step_before(row: Medication) -> Medication | None:
    """The same drug's dose until this one's start."""
    steps = _steps(row, ended_on=row.started_on)
    return steps[0] if steps else None


def _steps(row: Medication, **when: date) -> list[Medication]:
    """Other steps of the same drug; names are sealed, so they are compared opened."""
    rows = Medication.objects.filter(patient_id=row.patient_id, **when).exclude(id=row.id)
    return [step for step in rows if step.name.casefold() == row.name.casefold()]


def _dose(row: Medication) -> str:
    return f"{_figure(row.dose)} {row.unit}"


def _outside(row: LabResult) -> str | None:
    if row.low is not None and row.value < row.low:
        return "Below the laboratory's range,"
    if row.high is not None and row.value > row.high:
        return "Above the laboratory's range,"
    return None


def _range(row: LabResult) -> str:
    if row.low is None or row.high is None:
        return f"from {_figure(row.low)}" if row.high is None else f"up to {_figure(row.high)}"
    return f"{_figure(row.low)} to {_figure(row.high)}"


def _figure(value: Decimal | None) -> str:
    """0.4, not 0.40000 and not 4E-1."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _noon(patient_id: UUID, day: date) -> datetime:
    zone = Patient.objects.values_list("time_zone", flat=True).get(id=patient_id)
    return datetime.combine(day, NOON, ZoneInfo(zone)).astimezone(UTC)
