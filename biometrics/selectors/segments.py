"""Segments opened by device, only those that a window needs. For the other selectors."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from biometrics.features.blob import blob_from
from biometrics.features.columns import Columns, joined
from biometrics.metrics import metric_of
from biometrics.models import Device, ReadingSegment
from clinicity.common.actors import Actor, Role
from clinicity.privacy import keyring


@dataclass(frozen=True)
class DeviceLane:
    """One device's samples of a metric, by their identity; None names no device."""

    device_id: UUID | None
    samples: Columns


def lanes_between(
    patient_id: UUID, metric: str, start_ms: int, end_ms: int, device_id: UUID | None = None
) -> list[DeviceLane]:
    """Each device's valid samples that start in [start_ms, end_ms). Call it while acting."""
    span = metric_of(metric).span_ms
    rows = ReadingSegment.objects.filter(
        patient_id=patient_id, metric=metric, span_start_ms__gt=start_ms - span,
        span_start_ms__lt=end_ms,
    )  # fmt: skip
    rows = rows.filter(device_id=device_id) if device_id else rows
    keyring.preload([patient_id])
    parts: dict[UUID | None, list[Columns]] = defaultdict(list)
    for segment in rows.order_by("span_start_ms"):
        parts[segment.device_id].append(valid_samples(segment))
    lanes = [
        DeviceLane(key, _between(joined(part), start_ms, end_ms)) for key, part in parts.items()
    ]
    return [lane for lane in lanes if len(lane.samples)]


def valid_samples(segment: ReadingSegment) -> Columns:
    """The segment's samples without those that are void. The one place that opens them."""
    return blob_from(segment.samples).columns().valid()


def device_names(patient_id: UUID) -> dict[UUID, str]:
    """Names of a patient's devices by id. Call it while acting."""
    return {row.id: row.name for row in Device.objects.filter(patient_id=patient_id)}


def ms_of(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def scope_of(actor: Actor, patient_id: UUID) -> UUID | None:
    """A service names the patient whom it works for; people are told apart by teams."""
    return patient_id if actor.role == Role.SERVICE else None


def _between(samples: Columns, start_ms: int, end_ms: int) -> Columns:
    return samples.take((samples.start_ms >= start_ms) & (samples.start_ms < end_ms))
