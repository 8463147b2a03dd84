"""Readings removed for good: from the ledger, and from all that is made of it.

1. Redact the ledger rows that hold such readings: their payload is packed again without
   them and gets a digest of its own; the receipt's digest stays as it was told.
2. Make segments, rollups and latest values anew from the ledger.
3. File the report. While it stands, the same readings are not taken again.

A rebuild can't bring back what the ledger no longer holds.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from biometrics.features.payload import lanes_packed, lanes_unpacked
from biometrics.metrics import metric_of
from biometrics.models import Device, IngestBatch, ReadingSegment, ReadingsRemoval, Rollup
from biometrics.services.readings import patient_lock
from biometrics.services.replay import ledger, made_anew
from biometrics.services.state import Removed
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients import selectors as patients
from patients.permissions import demand_writer


def readings_remove(
    *, by: Actor, patient_id: UUID, ground: str, reason: str, metrics: Sequence[str] = (),
    device_id: UUID | None = None, start: datetime | None = None, end: datetime | None = None,
) -> ReadingsRemoval:  # fmt: skip
    """Remove readings by metric, device and range of time; nothing given means all."""
    demand_writer(by)
    _demand_sensible(ground, reason)
    span = removal_span(metrics, device_id, start, end)
    patients.patient_get(by, patient_id)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        patient_lock(patient_id)
        _demand_device(patient_id, device_id)
        before = _sizes(patient_id)
        rows, counts = _redact(patient_id, span)
        _demand_new(patient_id, span, rows)
        made_anew(patient_id)
        after = _sizes(patient_id)
        report = ReadingsRemoval(
            patient_id=patient_id, ground=ground, reason=reason.strip(), metrics=list(metrics),
            device_id=device_id, start_ms=span.start_ms, end_ms=span.end_ms, removed_by=by.id,
            samples=before[0] - after[0], ledger_rows=rows, segments=before[1] - after[1],
            rollups=before[2] - after[2], counts=dict(counts),
        )  # fmt: skip
        _file(by, report)
    return report


def _file(by: Actor, report: ReadingsRemoval) -> None:
    """Keep the report of a removal, and tell of it."""
    report.save(force_insert=True)
    audit.record(
        by=by, act="reading.remove", subject="readings_removal", subject_id=report.id,
        patient_id=report.patient_id, ground=report.ground, samples=report.samples,
        ledger_rows=report.ledger_rows,
    )  # fmt: skip
    events.publish("biometrics.readings_removed", patient_id=report.patient_id)


def removal_lift(*, by: Actor, patient_id: UUID, removal_id: UUID) -> ReadingsRemoval:
    """Let such readings in again, as after a new consent. What was removed stays removed."""
    demand_writer(by)
    patients.patient_get(by, patient_id)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        patient_lock(patient_id)
        report = ReadingsRemoval.objects.filter(
            id=removal_id, patient_id=patient_id, lifted_at__isnull=True
        ).first()
        if report is None:
            raise NotFound("There is no such removal.")
        report.lifted_at, report.lifted_by = clock.now(), by.id
        report.save(update_fields=["lifted_at", "lifted_by"])
        audit.record(
            by=by, act="reading.removal_lift", subject="readings_removal",
            subject_id=report.id, patient_id=patient_id,
        )  # fmt: skip
    return report


def removal_span(
    metrics: Sequence[str], device_id: UUID | None, start: datetime | None, end: datetime | None
) -> Removed:
    """The readings that a removal is asked for; nothing given means all."""
    for metric in metrics:
        metric_of(metric)
    if start and end and end <= start:
        raise Invalid("The end must come after the start.")
    return Removed(tuple(metrics), device_id, _ms(start), _ms(end))


def span_of_removal(report: ReadingsRemoval) -> Removed:
    return Removed(tuple(report.metrics), report.device_id, report.start_ms, report.end_ms)


def _demand_sensible(ground: str, reason: str) -> None:
    if ground not in ReadingsRemoval.Ground.values:
        known = ", ".join(ReadingsRemoval.Ground.values)
        raise Invalid(f"The ground is one of {known}.", errors={"ground": ["Choose one."]})
    if not reason.strip():
        raise Invalid("Say why.", errors={"reason": ["This is needed."]})


def _demand_device(patient_id: UUID, device_id: UUID | None) -> None:
    if device_id and not Device.objects.filter(id=device_id, patient_id=patient_id).exists():
        raise NotFound("There is no such device.")


def _demand_new(patient_id: UUID, span: Removed, rows: int) -> None:
    """A form that is sent twice files one report."""
    standing = ReadingsRemoval.objects.filter(patient_id=patient_id, lifted_at__isnull=True)
    if not rows and span in map(span_of_removal, standing):
        raise Conflict("This removal stands already, and nothing of it came back.")


def _redact(patient_id: UUID, span: Removed) -> tuple[int, Counter[str]]:
    """Take the readings out of every ledger row; how many rows, and samples by metric."""
    rows, counts = 0, Counter[str]()
    for row in ledger(patient_id):
        lanes = lanes_unpacked(row.payload, row.device_id)
        kept = {}
        for lane, samples in lanes.items():
            hits = span.hits(lane, samples)
            kept[lane] = samples if hits is None else samples.take(~hits)
        gone = {lane: len(lanes[lane]) - len(kept[lane]) for lane in lanes}
        if not any(gone.values()):
            continue
        rows += 1
        for (_, metric), count in gone.items():
            if count:
                counts[metric] += count
        payload = lanes_packed({lane: part for lane, part in kept.items() if len(part)})
        _rewrite(row, payload)
    return rows, counts


def _rewrite(row: IngestBatch, payload: bytes) -> None:
    row.payload, row.redacted_at = payload, clock.now()
    row.redacted_digest = hashlib.sha256(payload).hexdigest()
    row.reasons = None  # they may quote what was sent
    row.save(update_fields=["payload", "reasons", "redacted_at", "redacted_digest"])


def _sizes(patient_id: UUID) -> tuple[int, int, int]:
    """Valid samples, segments and rollups of a patient."""
    segments = ReadingSegment.objects.filter(patient_id=patient_id)
    samples = segments.aggregate(samples=Sum("count"))["samples"] or 0
    rollups = Rollup.objects.filter(patient_id=patient_id).count()
    return int(samples), segments.count(), rollups


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
