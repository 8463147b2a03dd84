"""What answers leave on the timeline, and the mark that self-harm was spoken of."""

from datetime import datetime, timedelta
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from patients import instruments
from patients.models import QuestionnaireResponse, SelfHarmReport
from patients.permissions import demand_writer
from patients.services.timeline import (
    timeline_event_add,
    timeline_source_remove,
    timeline_source_restore,
)

# Older answers, taken over from elsewhere, are history and ring nobody.
RECENT = timedelta(days=7)
ANSWERS, SELF_HARM = "questionnaire", "self_harm"


def response_mark(
    *, by: Actor, row: QuestionnaireResponse, found: instruments.Assessment
) -> None:
    name = instruments.instrument_of(row.instrument).name
    timeline_event_add(
        by=by, patient_id=row.patient_id, kind="questionnaire", occurred_at=row.answered_at,
        title=f"{name}: {_result(found)}", source_kind=ANSWERS, source_id=row.id,
        visibility=row.visibility,
    )  # fmt: skip


def self_harm_mark(
    *,
    by: Actor,
    row: QuestionnaireResponse,
    found: instruments.Assessment,
    before: QuestionnaireResponse | None = None,
) -> None:
    """Note a new report of self-harm: on the timeline, as a task, and as an event."""
    known = _harm(before) if before else frozenset()
    if not set(found.self_harm) - known or row.answered_at < clock.now() - RECENT:
        return
    instrument = instruments.instrument_of(row.instrument)
    report = SelfHarmReport(
        patient_id=row.patient_id, response=row, reported_at=row.answered_at
    )
    report.save(force_insert=True)
    timeline_event_add(
        by=by, patient_id=row.patient_id, kind=SELF_HARM, occurred_at=row.answered_at,
        title=f"{instrument.name}: thoughts of death or self-harm were reported",
        source_kind=SELF_HARM, source_id=row.id,
    )  # fmt: skip
    events.publish(
        "patients.self_harm_reported", patient_id=row.patient_id, response_id=str(row.id)
    )


def self_harm_report_see(*, by: Actor, report_id: UUID, note: str = "") -> SelfHarmReport:
    """Someone of the team has seen it; says what was done."""
    demand_writer(by)
    with acting_as(by):
        report = SelfHarmReport.objects.select_for_update().filter(id=report_id).first()
        if report is None:
            raise NotFound("There is no such report.")
        if report.seen_at is None:
            report.seen_at, report.seen_by = clock.now(), by.id
            report.note = note.strip() or None
            report.save(update_fields=["seen_at", "seen_by", "note"])
            audit.record(
                by=by, act="self_harm_report.see", subject="self_harm_report",
                subject_id=report.id, patient_id=report.patient_id,
            )  # fmt: skip
    return report


def marks_remove(*, by: Actor, row: QuestionnaireResponse) -> None:
    for kind in (ANSWERS, SELF_HARM):
        timeline_source_remove(
            by=by, patient_id=row.patient_id, source_kind=kind, source_id=row.id
        )


def marks_put_back(*, by: Actor, row: QuestionnaireResponse, since: datetime) -> None:
    for kind in (ANSWERS, SELF_HARM):
        timeline_source_restore(
            by=by, patient_id=row.patient_id, source_kind=kind, source_id=row.id, since=since
        )


def _result(found: instruments.Assessment) -> str:
    if found.level:
        return f"at least {found.level}" if found.at_least else found.level
    if found.total is None:
        return "no score"
    return f"{found.total:f} ({found.band})" if found.band else f"{found.total:f}"


def _harm(row: QuestionnaireResponse) -> frozenset[str]:
    return frozenset(instruments.assess(row.instrument, row.answers).self_harm)
