"""Appointments from a file: looked at first, then taken in once."""

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError, Invalid
from clinicity.privacy.pseudonyms import keyed_hash
from patients.clinical import calendars, visits
from patients.clinical.calendars import Fault, VisitLine
from patients.models import Encounter
from patients.permissions import demand_writer
from patients.services.encounters import encounter_add, visit_fields
from patients.services.items import item_change
from patients.services.rows import patient_locked

MOVED = ("starts_at", "ends_at", "kind", "reason", "place", "status", "sequence")
SHOWN = 200


@dataclass(frozen=True)
class ImportLine:
    """What became, or would become, of one visit of the file."""

    visit: VisitLine
    outcome: str
    encounter_id: UUID | None = None
    note: str = ""


@dataclass
class ImportReport:
    """Counts and lines of an import. `stored` is false for a look ahead."""

    stored: bool
    lines: list[ImportLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    outside: int = 0

    def count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        names = ("added", "changed", "cancelled", "unchanged", "refused")
        return {name: self.count(name) for name in names} | {
            "faults": len(self.faults), "outside": self.outside,
        }  # fmt: skip


def appointments_preview(*, by: Actor, patient_id: UUID, raw: bytes) -> ImportReport:
    """What the file would do, without doing it."""
    return _import(by, patient_id, raw, stored=False)


def appointments_import(*, by: Actor, patient_id: UUID, raw: bytes) -> ImportReport:
    """Take the file's visits in, all in one transaction.

    The same file again changes nothing: each event is known by its UID. One that moved or
    was cancelled in the file is moved or cancelled here, unless it has taken place.
    """
    return _import(by, patient_id, raw, stored=True)


def _import(by: Actor, patient_id: UUID, raw: bytes, *, stored: bool) -> ImportReport:
    demand_writer(by)
    with acting_as(by, patient_id):
        patient = patient_locked(patient_id)
        parsed = _parsed(raw, ZoneInfo(patient.time_zone))
        report = ImportReport(stored, faults=parsed.faults, outside=parsed.outside)
        known = _known(patient_id, parsed.visits)
        seen: set[str] = set()
        for visit in parsed.visits:
            index = uid_index(visit)
            if index in seen:
                line = ImportLine(visit, "refused", note="The file holds this event twice.")
            else:
                line = _line(by, patient_id, visit, known.get(index), stored=stored)
            seen.add(index)
            report.lines.append(line)
        if stored:
            audit.record(
                by=by, act="appointment.import", subject="encounter", patient_id=patient_id,
                counts=report.counts,
            )  # fmt: skip
    return report


def uid_index(visit: VisitLine) -> str:
    return keyed_hash(f"{visit.uid}\n{visit.occurrence}", scope="appointment.uid")


def _parsed(raw: bytes, zone: tzinfo) -> calendars.Parsed:
    try:
        return calendars.parse(raw, now=clock.now(), zone=zone)
    except calendars.NotACalendar as error:
        raise Invalid(str(error), errors={"file": [str(error)]}) from error


def _known(patient_id: UUID, lines: list[VisitLine]) -> dict[str, Encounter]:
    rows = Encounter.objects.select_for_update().filter(
        patient_id=patient_id, uid_index__in=[uid_index(line) for line in lines]
    )
    return {row.uid_index: row for row in rows}


def _line(
    by: Actor, patient_id: UUID, visit: VisitLine, known: Encounter | None, *, stored: bool
) -> ImportLine:
    try:
        if known is None:
            return _new(by, patient_id, visit, stored=stored)
        return _again(by, visit, known, stored=stored)
    except DomainError as error:
        words = [word for words in error.extra.get("errors", {}).values() for word in words]
        return ImportLine(visit, "refused", note=" ".join(words) or error.detail)


def _new(by: Actor, patient_id: UUID, visit: VisitLine, *, stored: bool) -> ImportLine:
    fields = _fields(visit)
    if not stored:
        return ImportLine(visit, "added")
    row = encounter_add(
        by=by, patient_id=patient_id, starts_at=fields["starts_at"], ends_at=fields["ends_at"],
        status=fields["status"], kind=fields["kind"], reason=fields["reason"],
        place=fields["place"], participants=fields["participants"], booked=True,
        uid_index=uid_index(visit), sequence=visit.sequence,
    )  # fmt: skip
    return ImportLine(visit, "added", row.id)


def _again(by: Actor, visit: VisitLine, known: Encounter, *, stored: bool) -> ImportLine:
    fields = _fields(visit)
    changes = {
        name: fields[name]
        for name in MOVED
        if (getattr(known, name) or "") != (fields[name] or "")
    }
    if known.entered_in_error_at:
        return ImportLine(visit, "unchanged", known.id, "Marked here as entered in error.")
    if known.status in visits.STARTED or visit.sequence < known.sequence:
        return ImportLine(visit, "unchanged", known.id, _kept_because(visit, known))
    if set(changes) <= {"sequence"}:
        return ImportLine(visit, "unchanged", known.id)
    if stored:
        item_change(
            by=by, patient_id=known.patient_id, model=Encounter, row_id=known.id, act="import",
            changes=changes,
        )  # fmt: skip
    is_cancelled = changes.get("status") == visits.CANCELLED
    return ImportLine(visit, "cancelled" if is_cancelled else "changed", known.id)


def _kept_because(visit: VisitLine, known: Encounter) -> str:
    if visit.sequence < known.sequence:
        return "The file is older than what is here."
    return "" if _same(visit, known) else "It has taken place already."


def _same(visit: VisitLine, known: Encounter) -> bool:
    return visit.starts_at == known.starts_at and visit.kind == known.kind


def _fields(visit: VisitLine) -> dict[str, Any]:
    return visit_fields(
        starts_at=visit.starts_at, ends_at=visit.ends_at, status=visit.status, kind=visit.kind,
        reason=visit.reason, place=visit.place, sequence=visit.sequence, status_reason="",
        participant_ids=(), participants=[{"name": name} for name in visit.participants],
    )  # fmt: skip
