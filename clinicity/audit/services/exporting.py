"""Taking events out of the house: as a table, or as FHIR. On record before the first leaves.

Nothing in it names a patient: they are pseudonyms, in the details as well.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from clinicity.audit import fhir
from clinicity.audit.fhir import Recorded
from clinicity.audit.models import AuditEvent
from clinicity.audit.permissions import demand_reader
from clinicity.audit.purposes import purpose_of
from clinicity.audit.selectors.trail import TrailFilter, events_blocks, seal_numbers
from clinicity.audit.services.recording import record
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.cells import harmless
from clinicity.common.exceptions import Invalid
from clinicity.privacy.pseudonyms import pseudonym

__all__ = ["Recorded", "TrailExport", "recorded", "trail_export"]
COLUMNS = (
    "position", "when", "actor", "actor_name", "role", "act", "purpose", "subject",
    "subject_id", "patient", "outcome", "request_id", "seal", "details", "id",
)  # fmt: skip
FORMATS = {"csv": "text/csv; charset=utf-8", "fhir": "application/fhir+json"}
ENDINGS = {"csv": "csv", "fhir": "json"}
# Details that are ids of patients, or lists of them.
OF_PATIENTS = ("patient_id", "patient_ids", "merged_id", "survivor_id", "kept_id")
NamesOf = Callable[[Collection[UUID]], Mapping[UUID, str]]


@dataclass(frozen=True)
class TrailExport:
    """What is exported: allowed, on record, and not yet read. `names_of` gives the names of
    staff; patients who act are never among them."""

    actor: Actor
    wanted: TrailFilter
    written_as: str
    names_of: NamesOf

    @property
    def content_type(self) -> str:
        return FORMATS[self.written_as]

    @property
    def file_name(self) -> str:
        return f"audit-{clock.now():%Y-%m-%d-%H%M}.{ENDINGS[self.written_as]}"

    def parts(self) -> Iterator[bytes]:
        return _csv_parts(self) if self.written_as == "csv" else _fhir_parts(self)


def trail_export(
    *, by: Actor, wanted: TrailFilter, written_as: str, names_of: NamesOf = lambda _: {}
) -> TrailExport:
    """Check and record; the parts are read while they are sent."""
    demand_reader(by)
    if written_as not in FORMATS:
        raise Invalid("The trail is exported as csv or as fhir.")
    record(
        by=by, act="audit.export", subject="trail", patient_id=wanted.patient_id,
        format=written_as, by_fields=wanted.fields,
    )  # fmt: skip
    return TrailExport(by, wanted, written_as, names_of)


def _csv_parts(export: TrailExport) -> Iterator[bytes]:
    # With a mark of UTF-8, without which Excel guesses.
    yield "\ufeff".encode() + _csv_text([COLUMNS])
    for events in events_blocks(export.actor, export.wanted):
        names = export.names_of({event.actor_id for event in events})
        numbers = seal_numbers(export.actor, events)
        yield _csv_text(
            _cells(recorded(event, numbers.get(event.id)), names.get(event.actor_id, ""))
            for event in events
        )


def _fhir_parts(export: TrailExport) -> Iterator[bytes]:
    def all_events() -> Iterator[Recorded]:
        for events in events_blocks(export.actor, export.wanted):
            numbers = seal_numbers(export.actor, events)
            for event in events:
                yield recorded(event, numbers.get(event.id))

    return fhir.bundle_parts(all_events())


def recorded(event: AuditEvent, number: int | None = None) -> Recorded:
    """An event as it may leave: its patient by pseudonym, wherever they are told of."""
    patient = pseudonym(event.patient_id) if event.patient_id else ""
    subject_id = str(event.subject_id or "")
    if event.subject == "patient" and event.subject_id:
        subject_id = pseudonym(event.subject_id)
    return Recorded(
        id=str(event.id), position=event.position, at=event.created_at,
        actor_id=str(event.actor_id), role=event.actor_role, act=event.act,
        subject=event.subject, outcome=event.outcome, subject_id=subject_id, patient=patient,
        details=_without_patients(event.details, event.patient_id),
        request_id=event.request_id, number=number,
    )  # fmt: skip


def _without_patients(details: Mapping[str, Any], patient_id: UUID | None) -> dict[str, Any]:
    return {
        name: _blind(value, patient_id, whole=name in OF_PATIENTS)
        for name, value in details.items()
    }


def _blind(value: Any, patient_id: UUID | None, *, whole: bool) -> Any:
    """The value, with ids of patients as pseudonyms."""
    if isinstance(value, list):
        return [_blind(each, patient_id, whole=whole) for each in value]
    if isinstance(value, dict):
        return _without_patients(value, patient_id)
    if isinstance(value, str) and value and (whole or value == str(patient_id)):
        return _pseudonym_of(value)
    return value


def _pseudonym_of(text: str) -> str:
    try:
        return pseudonym(UUID(text))
    except ValueError:
        return text


def _cells(event: Recorded, name: str) -> list[str]:
    return [
        str(event.position), event.at.isoformat(), event.actor_id, name, event.role, event.act,
        purpose_of(event.act, event.role, event.details), event.subject, event.subject_id,
        event.patient, event.outcome, event.request_id,
        "" if event.number is None else str(event.number),
        msgspec.json.encode(event.details).decode() if event.details else "", event.id,
    ]  # fmt: skip


def _csv_text(rows: Any) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        table.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode()
