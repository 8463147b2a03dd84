"""Medications: started, changed, stopped, and whether doses were taken."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients.clinical import drugs
from patients.models import Medication, MedicationDose
from patients.permissions import demand_writer
from patients.services.chart import OLDEST
from patients.services.items import (
    MEANWHILE,
    demand_valid,
    demand_version,
    item_change,
    item_locked,
)
from patients.services.rows import row_add
from patients.services.timeline_chart import row_told

AHEAD, FURTHEST = timedelta(days=366), timedelta(days=3_660)
MOST_TIMES = 24
MOST_DOSES = 5_000
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
STATES = Medication.Status


def medication_add(
    *, by: Actor, patient_id: UUID, name: str, dose: Decimal | int | str, unit: str,
    times_per_day: int, started_on: date, ended_on: date | None = None, rxnorm: str = "",
    times: Sequence[str] = (), status: str = "", instructions: str = "", note: str = "",
    replaces_id: UUID | None = None,
) -> Medication:  # fmt: skip
    """A drug at a dose. One that no table knows is kept, and shown as unchecked.

    An RxNorm code is looked up by name where it isn't given.
    """
    fields = medication_fields(
        name=name, rxnorm=rxnorm, dose=dose, unit=unit, times_per_day=times_per_day,
        times=list(times), started_on=started_on, ended_on=ended_on,
        status=status or _status(started_on, ended_on), instructions=instructions,
        stop_reason="", note=note,
    )  # fmt: skip
    row = Medication(
        patient_id=patient_id, recorded_by=by.id, replaces_id=replaces_id, **fields
    )
    return row_add(by=by, row=row, act="medication.add")


def medication_stop(
    *,
    by: Actor,
    patient_id: UUID,
    medication_id: UUID,
    ended_on: date | None = None,
    reason: str = "",
    version: int | None = None,
) -> Medication:
    """The last day on which it is taken; today when none is given."""
    demand_writer(by)
    with acting_as(by, patient_id):
        row = item_locked(patient_id, Medication, medication_id)
        last = ended_on or clock.now().date()
        if row.status in (STATES.STOPPED, STATES.COMPLETED):
            raise Conflict("This medication has ended already.")
        if not row.started_on <= last <= clock.now().date() + AHEAD:
            words = "Give a day after its start, and within a year from now."
            demand_valid({"ended_on": words})
        changes = {"ended_on": last, "status": STATES.STOPPED, "stop_reason": reason.strip()}
        return item_change(
            by=by, patient_id=patient_id, model=Medication, row_id=medication_id,
            changes=changes, act="stop", version=version, reason=reason,
        )  # fmt: skip


def medication_change_dose(
    *, by: Actor, patient_id: UUID, medication_id: UUID, dose: Decimal | int | str,
    from_on: date | None = None, unit: str | None = None, times_per_day: int | None = None,
    times: Sequence[str] | None = None, reason: str = "", version: int | None = None,
) -> Medication:  # fmt: skip
    """End this row the day before and start the next one at the new dose; gives the new row."""
    demand_writer(by)
    with acting_as(by, patient_id):
        old = item_locked(patient_id, Medication, medication_id)
        demand_version(old, version)
        first = from_on or clock.now().date()
        _demand_change(old, first)
        item_change(
            by=by, patient_id=patient_id, model=Medication, row_id=old.id, act="dose_change",
            changes={"ended_on": first - timedelta(days=1), "status": STATES.COMPLETED},
            reason=reason,
        )  # fmt: skip
        new = medication_add(
            by=by, patient_id=patient_id, name=old.name, rxnorm=old.rxnorm, dose=dose,
            unit=unit or old.unit, times_per_day=times_per_day or old.times_per_day,
            times=(old.times or []) if times is None else times, started_on=first,
            instructions=old.instructions or "", note=reason, replaces_id=old.id,
        )  # fmt: skip
        # Now that it is known that the drug goes on: it wasn't stopped.
        old.refresh_from_db()
        row_told(by=by, row=old)
        return new


def _demand_change(old: Medication, first: date) -> None:
    if old.status in (STATES.STOPPED, STATES.COMPLETED):
        raise Conflict("This medication has ended. Add it anew.")
    if first <= old.started_on:
        demand_valid({"from_on": "The new dose must start after the present one did."})


def doses_record(
    *,
    by: Actor,
    patient_id: UUID,
    medication_id: UUID,
    doses: Sequence[tuple[datetime, str]],
) -> int:
    """Note many doses, each (when due, taken | missed). One audit event for all.

    The same dose again is the same dose; with another status it is corrected. Gives how many
    were new or corrected.
    """
    demand_writer(by)
    _demand_doses(doses)
    wanted = dict(doses)
    with acting_as(by, patient_id):
        _demand_medication(patient_id, medication_id)
        blank = MedicationDose(
            patient_id=patient_id, medication_id=medication_id, recorded_by=by.id
        )
        new, corrected = _doses_keep(by, blank, wanted)
        audit.record(
            by=by, act="dose.record", subject="medication", subject_id=medication_id,
            patient_id=patient_id, count=len(doses), corrected=corrected,
        )  # fmt: skip
    return new + corrected


def _doses_keep(
    by: Actor, blank: MedicationDose, wanted: Mapping[datetime, str]
) -> tuple[int, int]:
    """Add those that aren't there, correct those that say otherwise; gives how many each."""
    known = MedicationDose.objects.select_for_update().filter(
        medication_id=blank.medication_id, due_at__in=list(wanted)
    )
    there = {row.due_at: row for row in known}
    new = [
        MedicationDose(
            patient_id=blank.patient_id, medication_id=blank.medication_id, due_at=due_at,
            status=status, recorded_by=blank.recorded_by,
        )
        for due_at, status in wanted.items() if due_at not in there
    ]  # fmt: skip
    MedicationDose.objects.bulk_create(new)
    corrected = [row for row in there.values() if row.status != wanted[row.due_at]]
    for row in corrected:
        _dose_correct(by, row, wanted[row.due_at])
    return len(new), len(corrected)


def _demand_medication(patient_id: UUID, medication_id: UUID) -> None:
    rows = Medication.objects.filter(id=medication_id, patient_id=patient_id)
    if not rows.filter(entered_in_error_at__isnull=True).exists():
        raise NotFound("There is no such medication.")


def dose_record(
    *, by: Actor, patient_id: UUID, medication_id: UUID, due_at: datetime, status: str
) -> int:
    return doses_record(
        by=by,
        patient_id=patient_id,
        medication_id=medication_id,
        doses=[(due_at, status)],
    )


def _demand_doses(doses: Sequence[tuple[datetime, str]]) -> None:
    if not 0 < len(doses) <= MOST_DOSES:
        raise Invalid(f"Note between 1 and {MOST_DOSES:,} doses at once.")
    if {status for _, status in doses} - set(MedicationDose.Status.values):
        raise Invalid("A dose is taken or missed.", errors={"status": ["Taken or missed?"]})
    moments = [due_at for due_at, _ in doses]
    if max(moments) > clock.now() + timedelta(days=1) or min(moments).year < OLDEST.year:
        raise Invalid(
            "A dose that isn't due yet can't be taken or missed.",
            errors={"due_at": ["Give a time that has come, from 1900 on."]},
        )


def _dose_correct(by: Actor, row: MedicationDose, status: str) -> None:
    """The trail keeps what it was before."""
    audit.record(
        by=by, act="dose.correct", subject="dose", subject_id=row.id,
        patient_id=row.patient_id, before=row.status, after=status,
    )  # fmt: skip
    updated = MedicationDose.objects.filter(id=row.id, version=row.version).update(
        status=status, version=row.version + 1, recorded_by=by.id
    )
    if not updated:
        raise Conflict(MEANWHILE)


def _status(started_on: date, ended_on: date | None) -> str:
    today = clock.now().date()
    if ended_on and ended_on < today:
        return STATES.COMPLETED
    return STATES.INTENDED if started_on > today + timedelta(days=1) else STATES.ACTIVE


def medication_fields(**fields: Any) -> dict[str, Any]:
    errors: dict[str, str | None] = {}
    fields["name"] = fields["name"].strip()
    if not fields["name"]:
        errors["name"] = "Say which drug it is."
    try:
        fields["dose"] = Decimal(str(fields["dose"]))
        if not fields["dose"].is_finite() or not 0 < fields["dose"] < 10_000_000:
            errors["dose"] = "Give a dose above nothing."
    except InvalidOperation:
        errors["dose"] = "Give a number."
    if not fields["unit"].strip():
        errors["unit"] = "Give the dose's unit, such as mg."
    errors |= _time_faults(fields)
    _code(fields, errors)
    if fields["status"] not in STATES.values:
        errors["status"] = f"Choose one of {', '.join(STATES.values)}."
    demand_valid(errors)
    return fields


def _time_faults(fields: dict[str, Any]) -> dict[str, str | None]:
    errors: dict[str, str | None] = {}
    fields["times"] = sorted(set(fields["times"] or []))
    if not 0 < fields["times_per_day"] <= MOST_TIMES:
        errors["times_per_day"] = f"Between once and {MOST_TIMES} times a day."
    if any(not CLOCK.fullmatch(str(at)) for at in fields["times"]):
        errors["times"] = "Write times like 08:00."
    elif fields["times"] and len(fields["times"]) != fields["times_per_day"]:
        errors["times"] = "Give as many times as doses a day."
    started, ended = fields["started_on"], fields["ended_on"]
    if not OLDEST <= started <= clock.now().date() + AHEAD:
        errors["started_on"] = "Give a day from 1900 until a year from now."
    if ended and ended < started:
        errors["ended_on"] = "A medication can't end before it starts."
    elif ended and ended > clock.now().date() + FURTHEST:
        errors["ended_on"] = "Give a day within the next ten years."
    return errors


def _code(fields: dict[str, Any], errors: dict[str, str | None]) -> None:
    """Look the code up by name; refuse one that stands for another ingredient."""
    code, named = (fields["rxnorm"] or "").strip(), drugs.identify(fields["name"]).drugs
    fields["rxnorm"] = code
    if not code:
        fields["rxnorm"] = named[0].rxcui if len(named) == 1 else ""
    elif not drugs.CODE.fullmatch(code):
        errors["rxnorm"] = "An RxNorm code is a number, such as 36437."
    elif (coded := drugs.drug_coded(code)) and named and coded not in named:
        errors["rxnorm"] = f"RxNorm {code} is {coded.name}, not {fields['name']}."
