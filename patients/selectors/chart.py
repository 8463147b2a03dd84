"""Reading the chart. Rows that were entered in error are in no list but their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.pages import PAGE_SIZE, Page, cursor_id, page_of
from clinicity.privacy import keyring
from patients.clinical import units
from patients.clinical.adherence import Adherence, adherence
from patients.clinical.loinc import Analyte, analyte_of, analytes
from patients.models import (
    Allergy,
    ChartItem,
    ChartVersion,
    Condition,
    LabResult,
    Medication,
    MedicationDose,
    Patient,
)
from patients.permissions import demand_staff
from patients.selectors.people import patient_get

I = TypeVar("I", bound=ChartItem)  # noqa: E741
LARGEST_PAGE = 200


def conditions(actor: Actor, patient_id: UUID) -> list[Condition]:
    return items_of(actor, patient_id, Condition, "created_at")


def allergies(actor: Actor, patient_id: UUID) -> list[Allergy]:
    return items_of(actor, patient_id, Allergy, "created_at")


def medications(actor: Actor, patient_id: UUID) -> list[Medication]:
    """Every dose step, by its start."""
    return items_of(actor, patient_id, Medication, "started_on")


def lab_results(actor: Actor, patient_id: UUID) -> list[LabResult]:
    """Newest specimen first."""
    return items_of(actor, patient_id, LabResult, "-specimen_at")


def items_of(actor: Actor, patient_id: UUID, model: type[I], order: str) -> list[I]:
    with acting_as(actor, patient_id):
        keyring.preload([patient_id])
        rows = model._default_manager.filter(
            patient__record_of=patient_id, entered_in_error_at__isnull=True
        )
        return cast("list[I]", list(rows.order_by(order, "id")))


def errors_of(actor: Actor, patient_id: UUID, model: type[I]) -> list[I]:
    """What was marked as entered in error, the newest mark first."""
    with acting_as(actor, patient_id):
        keyring.preload([patient_id])
        rows = model._default_manager.filter(
            patient__record_of=patient_id, entered_in_error_at__isnull=False
        )
        return cast("list[I]", list(rows.order_by("-entered_in_error_at")))


def items_page(
    actor: Actor,
    patient_id: UUID,
    model: type[I],
    *,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
    with_errors: bool = False,
    **wanted: Any,
) -> Page[I]:
    """A page of one kind of row, the newest entry first, with the read on record."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = model._default_manager.filter(patient__record_of=patient_id, **wanted)
        if not with_errors:
            rows = rows.filter(entered_in_error_at__isnull=True)
        if after := cursor_id(cursor):
            rows = rows.filter(id__lt=after)
        size = min(max(size, 1), LARGEST_PAGE)
        found = cast("list[I]", list(rows.order_by("-id")[: size + 1]))
    return page_of(found, size=size, key=lambda row: row.id)


def item_get(actor: Actor, patient_id: UUID, model: type[I], row_id: UUID) -> I:
    """One row, also one entered in error; the read of the patient goes on record."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        row = model._default_manager.filter(id=row_id, patient__record_of=patient_id).first()
    if row is None:
        raise NotFound("There is no such entry.")
    return cast("I", row)


@dataclass(frozen=True)
class VersionLine:
    """A version of a row: what it said, and what ended it (nothing for the present one)."""

    version: int
    state: dict[str, Any]
    ended_by: UUID | None
    ended_at: datetime | None
    act: str
    reason: str


def item_history(actor: Actor, patient_id: UUID, topic: str, row_id: UUID) -> list[VersionLine]:
    """Earlier versions of a row, the newest first, for those who treat."""
    demand_staff(actor)
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = ChartVersion.objects.filter(
            patient__record_of=patient_id, item=topic, row_id=row_id
        )
        return [
            VersionLine(
                row.version,
                row.state,
                row.changed_by,
                row.created_at,
                row.act,
                row.reason or "",
            )
            for row in rows.order_by("-version")
        ]


def doses(
    actor: Actor, patient_id: UUID, start: datetime, end: datetime
) -> list[MedicationDose]:
    """Doses due in [start, end)."""
    with acting_as(actor, patient_id):
        rows = MedicationDose.objects.filter(
            patient__record_of=patient_id, due_at__gte=start, due_at__lt=end,
            medication__entered_in_error_at__isnull=True,
        )  # fmt: skip
        return list(rows.order_by("due_at"))


def doses_page(
    actor: Actor,
    patient_id: UUID,
    medication_id: UUID,
    *,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[MedicationDose]:
    """A medication's doses, the last noted first."""
    item_get(actor, patient_id, Medication, medication_id)
    with acting_as(actor, patient_id):
        rows = MedicationDose.objects.filter(
            patient__record_of=patient_id, medication_id=medication_id
        ).order_by("-id")
        if after := cursor_id(cursor):
            rows = rows.filter(id__lt=after)
        found = list(rows[: size + 1])
    return page_of(found, size=size, key=lambda row: row.id)


def adherence_of(
    actor: Actor, patient_id: UUID, medication_id: UUID, *, first: date, last: date
) -> Adherence:
    """Doses of one medication from a day until another, by the patient's own days."""
    patient = patient_get(actor, patient_id)
    row = item_get(actor, patient_id, Medication, medication_id)
    zone = ZoneInfo(patient.time_zone)
    return _adherence(
        actor, patient, [row], (first, min(last, clock.now().astimezone(zone).date()))
    )[row.id]


def adherence_by_medication(
    actor: Actor, patient: Patient, rows: Sequence[Medication], *, first: date, last: date
) -> dict[UUID, Adherence]:
    """The same for many medications, in one query."""
    return _adherence(actor, patient, rows, (first, last))


def _adherence(
    actor: Actor, patient: Patient, rows: Sequence[Medication], period: tuple[date, date]
) -> dict[UUID, Adherence]:
    zone = ZoneInfo(patient.time_zone)
    with acting_as(actor, patient.id):
        noted = list(
            MedicationDose.objects.filter(
                patient_id=patient.id, medication_id__in=[row.id for row in rows]
            ).values_list("medication_id", "due_at", "status")
        )
    taken: dict[UUID, list[bool]] = {row.id: [] for row in rows}
    for medication_id, due_at, status in noted:
        if period[0] <= due_at.astimezone(zone).date() <= period[1]:
            taken[medication_id].append(status == MedicationDose.Status.TAKEN)
    return {
        row.id: adherence(
            taken=taken[row.id], times_per_day=row.times_per_day,
            treated=(row.started_on, row.ended_on), period=period,
        )
        for row in rows
    }  # fmt: skip


@dataclass(frozen=True)
class TrendPoint:
    """A value in the trend's unit, beside the row that it came from."""

    row: LabResult
    value: Decimal


@dataclass(frozen=True)
class Trend:
    """One analyte over time, oldest first; values whose unit we can't convert are apart."""

    analyte: Analyte
    unit: str
    points: list[TrendPoint]
    unconverted: list[LabResult]


def lab_trends(actor: Actor, patient_id: UUID) -> list[Trend]:
    """Results by analyte, whichever code and unit they came with. Unknown codes by code."""
    patient_get(actor, patient_id)
    return trends_of(lab_results(actor, patient_id))


def trends_of(rows: Sequence[LabResult]) -> list[Trend]:
    """`rows` with the newest first."""
    by_analyte: dict[str, list[LabResult]] = {}
    for row in reversed(rows):
        known = analyte_of(row.loinc)
        by_analyte.setdefault(known.key if known else row.loinc, []).append(row)
    return [_trend(key, held) for key, held in by_analyte.items()]


def _trend(key: str, rows: list[LabResult]) -> Trend:
    known = analytes().get(key)
    newest = rows[-1]
    analyte = known or Analyte(key, newest.name, newest.unit, None, (key,))
    points, apart = [], []
    for row in rows:
        try:
            value = units.convert(
                row.value, row.unit, newest.unit, analyte=key, molar_mass=analyte.molar_mass
            )
        except units.NoConversion:
            apart.append(row)
        else:
            points.append(TrendPoint(row, value))
    return Trend(analyte, newest.unit, points, apart)
