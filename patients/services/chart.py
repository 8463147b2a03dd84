"""Conditions, allergies and results: added, changed, marked as entered in error.

Each takes who does it, checks what it can, and writes its audit event with the row.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from clinicity.common import clock
from clinicity.common.actors import Actor
from patients.clinical import icd10, loinc, units
from patients.models import Allergy, Condition, LabResult
from patients.models.chart import ClinicalStatus, VerificationStatus
from patients.services.items import demand_valid
from patients.services.rows import row_add

# A specimen's clock may run a little ahead of ours.
SKEW = timedelta(minutes=15)
OLDEST = date(1900, 1, 1)


def condition_add(
    *,
    by: Actor,
    patient_id: UUID,
    code: str,
    display: str = "",
    onset_on: date | None = None,
    abated_on: date | None = None,
    clinical_status: str = ClinicalStatus.ACTIVE,
    verification_status: str = VerificationStatus.CONFIRMED,
    note: str = "",
) -> Condition:
    """A diagnosis by its ICD-10-CM code; without words of its own it gets the code's title."""
    fields = condition_fields(
        code=code, display=display, onset_on=onset_on, abated_on=abated_on,
        clinical_status=clinical_status, verification_status=verification_status, note=note,
    )  # fmt: skip
    row = Condition(patient_id=patient_id, recorded_by=by.id, **fields)
    return row_add(by=by, row=row, act="condition.add")


def condition_fields(**fields: Any) -> dict[str, Any]:
    errors: dict[str, str | None] = {}
    try:
        fields["code"] = icd10.normalised(fields["code"])
    except icd10.NotACode as error:
        errors["code"] = str(error)
    fields["display"] = fields["display"].strip() or icd10.title_of(fields["code"])
    if not fields["display"] and "code" not in errors:
        errors["display"] = "This code isn't in our list: write what it stands for."
    onset, abated = fields["onset_on"], fields["abated_on"]
    errors["onset_on"] = _day_fault(onset)
    errors["abated_on"] = _day_fault(abated)
    if onset and abated and abated < onset:
        errors["abated_on"] = "It can't end before it began."
    if abated and fields["clinical_status"] == ClinicalStatus.ACTIVE:
        errors["clinical_status"] = "What has ended is in remission or resolved."
    _choice_fault(errors, "clinical_status", fields, ClinicalStatus.values)
    _choice_fault(errors, "verification_status", fields, VerificationStatus.values)
    demand_valid(errors)
    return fields


def allergy_add(
    *,
    by: Actor,
    patient_id: UUID,
    substance: str,
    reaction: str = "",
    severity: str = "",
    criticality: str = Allergy.Criticality.UNKNOWN,
    clinical_status: str = ClinicalStatus.ACTIVE,
    verification_status: str = VerificationStatus.CONFIRMED,
    onset_on: date | None = None,
    note: str = "",
) -> Allergy:
    fields = allergy_fields(
        substance=substance, reaction=reaction, severity=severity, criticality=criticality,
        clinical_status=clinical_status, verification_status=verification_status,
        onset_on=onset_on, note=note,
    )  # fmt: skip
    row = Allergy(patient_id=patient_id, recorded_by=by.id, **fields)
    return row_add(by=by, row=row, act="allergy.add")


def allergy_fields(**fields: Any) -> dict[str, Any]:
    fields["substance"] = fields["substance"].strip()
    errors: dict[str, str | None] = {"onset_on": _day_fault(fields["onset_on"])}
    if not fields["substance"]:
        errors["substance"] = "Say what the allergy is to."
    _choice_fault(errors, "criticality", fields, Allergy.Criticality.values)
    _choice_fault(errors, "clinical_status", fields, ClinicalStatus.values)
    _choice_fault(errors, "verification_status", fields, VerificationStatus.values)
    demand_valid(errors)
    return fields


def lab_result_add(
    *,
    by: Actor,
    patient_id: UUID,
    loinc: str,
    value: Decimal | float | str,
    unit: str,
    specimen_at: datetime,
    name: str = "",
    low: Decimal | float | str | None = None,
    high: Decimal | float | str | None = None,
    critical_low: Decimal | float | str | None = None,
    critical_high: Decimal | float | str | None = None,
    interpretation: str = "",
    specimen: str = "",
    laboratory: str = "",
    note: str = "",
) -> LabResult:
    """A laboratory value as the laboratory gave it: its unit, its range, its own mark."""
    fields = lab_fields(
        loinc=loinc, name=name, value=value, unit=unit, low=low, high=high,
        critical_low=critical_low, critical_high=critical_high, interpretation=interpretation,
        specimen=specimen, specimen_at=specimen_at, laboratory=laboratory, note=note,
    )  # fmt: skip
    row = LabResult(patient_id=patient_id, recorded_by=by.id, **fields)
    return row_add(by=by, row=row, act="lab.add")


NUMBERS = ("value", "low", "high", "critical_low", "critical_high")


def lab_fields(**fields: Any) -> dict[str, Any]:
    errors: dict[str, str | None] = _code_faults(fields) | _number_faults(fields)
    analyte = loinc.analyte_of(str(fields["loinc"]))
    fields["name"] = fields["name"].strip() or (analyte.name if analyte else "")
    if not fields["name"] and "loinc" not in errors:
        errors["name"] = "This code isn't in our list: write what it measures."
    errors["specimen_at"] = _specimen_fault(fields["specimen_at"])
    _choice_fault(errors, "interpretation", fields, LabResult.Flag.values)
    demand_valid(errors)
    demand_valid(_range_faults(fields))
    return fields


def _code_faults(fields: dict[str, Any]) -> dict[str, str | None]:
    """Bring code and unit into their form."""
    errors: dict[str, str | None] = {}
    for name, reader, fault in (
        ("loinc", loinc.normalised, loinc.NotACode), ("unit", units.normalised, units.NotAUnit),
    ):  # fmt: skip
        try:
            fields[name] = reader(fields[name])
        except fault as error:
            errors[name] = str(error)
    return errors


def _number_faults(fields: dict[str, Any]) -> dict[str, str | None]:
    errors: dict[str, str | None] = {}
    for name in NUMBERS:
        try:
            fields[name] = _decimal(fields[name])
        except (InvalidOperation, ValueError):
            errors[name] = "Give a number below a milliard."
    if fields["value"] is None:
        errors["value"] = "Give a number."
    return errors


def _specimen_fault(at: datetime) -> str | None:
    if at > clock.now() + SKEW:
        return "The specimen can't have been taken in the future."
    return None if at.year >= OLDEST.year else f"Give a time from {OLDEST.year} on."


def _range_faults(fields: Mapping[str, Any]) -> dict[str, str | None]:
    ordered = [fields[name] for name in ("critical_low", "low", "high", "critical_high")]
    given = [value for value in ordered if value is not None]
    wrong = given != sorted(given)
    return {"high": "The limits don't follow one another: low before high." if wrong else None}


def _decimal(value: Decimal | float | str | None) -> Decimal | None:
    if value is None or value == "":
        return None
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= Decimal(10) ** 9:
        raise ValueError(number)
    return number


def _day_fault(day: date | None) -> str | None:
    if day is not None and not OLDEST <= day <= clock.now().date() + timedelta(days=1):
        return f"Give a date from {OLDEST.year} until today."
    return None


def _choice_fault(
    errors: dict[str, str | None], name: str, fields: Mapping[str, Any], values: list[str]
) -> None:
    if (fields[name] or "") not in values:
        known = ", ".join(value for value in values if value)
        errors[name] = f"Choose one of {known}."
