"""What was removed for good, and what a removal would take."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from biometrics.metrics import metric_of
from biometrics.models import ReadingSegment, ReadingsRemoval
from biometrics.selectors.segments import valid_samples
from biometrics.services.removal import removal_span
from biometrics.services.state import Removed
from clinicity.accounts.acting import acting_as
from clinicity.accounts.selectors import names_of
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.privacy import keyring
from patients import selectors as patients
from patients.permissions import demand_staff


@dataclass(frozen=True)
class RemovalReport:
    """A deletion report with the names of who removed the readings and who let them in."""

    removal: ReadingsRemoval
    remover: str
    lifter: str


def removals(actor: Actor, patient_id: UUID) -> list[ReadingsRemoval]:
    """Reports of what was removed for good, newest first."""
    demand_staff(actor)
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        rows = ReadingsRemoval.objects.filter(patient_id=patient_id).select_related("device")
        return list(rows.order_by("-created_at"))


def removal_reports(actor: Actor, patient_id: UUID) -> list[RemovalReport]:
    rows = removals(actor, patient_id)
    named = {row.removed_by for row in rows} | {row.lifted_by for row in rows if row.lifted_by}
    names = names_of(named)
    return [
        RemovalReport(
            row, names.get(row.removed_by, ""),
            names.get(row.lifted_by, "") if row.lifted_by else "",
        )
        for row in rows
    ]  # fmt: skip


def samples_to_remove(
    actor: Actor, patient_id: UUID, *, metrics: Sequence[str] = (),
    device_id: UUID | None = None, start: datetime | None = None, end: datetime | None = None,
) -> Counter[str]:  # fmt: skip
    """Metric → how many of its valid samples a removal would take."""
    span = removal_span(metrics, device_id, start, end)
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        keyring.preload([patient_id])
        counts = Counter[str]()
        for segment in _segments(patient_id, span):
            counts[segment.metric] += _hit(segment, span)
        audit.record_read(
            by=actor, act="reading.read", subject="reading", patient_id=patient_id,
            samples=counts.total(),
        )  # fmt: skip
    return +counts


def _segments(patient_id: UUID, span: Removed) -> QuerySet[ReadingSegment]:
    rows = ReadingSegment.objects.filter(patient_id=patient_id)
    if span.metrics:
        rows = rows.filter(metric__in=span.metrics)
    if span.device:
        rows = rows.filter(device_id=span.device)
    if span.end_ms is not None:
        rows = rows.filter(span_start_ms__lt=span.end_ms)
    return rows.defer("samples")


def _hit(segment: ReadingSegment, span: Removed) -> int:
    """Only where the range begins or ends inside a segment, its samples are looked at."""
    first = segment.span_start_ms
    last = first + metric_of(segment.metric).span_ms
    begins = span.start_ms is None or span.start_ms <= first
    ends = span.end_ms is None or span.end_ms >= last
    if begins and ends:
        return segment.count
    if span.start_ms is not None and span.start_ms >= last:
        return 0
    samples = valid_samples(segment)
    hits = span.hits((segment.device_id, segment.metric), samples)
    return 0 if hits is None else int(hits.sum())
