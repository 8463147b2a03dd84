"""Segments opened by device, only those that a window needs. For the other selectors."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from biometrics.features.blob import samples_of
from biometrics.features.columns import Columns
from biometrics.features.spans import spans_between
from biometrics.models import Device, ReadingSegment
from biometrics.services.state import SAMPLES
from clinicity.common.pipeline import pipelined

# Straight from the driver, without a model instance for each of a year's segments.
SEGMENTS = """
SELECT id, device_id, samples FROM biometrics_readingsegment
WHERE patient_id = %s AND metric = %s AND span_start_ms BETWEEN %s AND %s
ORDER BY span_start_ms
"""


@dataclass(frozen=True)
class DeviceLane:
    """One device's samples of a metric, by their identity; None names no device."""

    device_id: UUID | None
    samples: Columns


def lanes_between(
    patient_id: UUID, metric: str, start_ms: int, end_ms: int, device_id: UUID | None = None
) -> list[DeviceLane]:
    """Each device's valid samples that start in [start_ms, end_ms). Call it while acting."""
    with pipelined() as ask:
        found = ask(SEGMENTS, [patient_id, metric, *spans_between(metric, start_ms, end_ms)])
    rows: dict[UUID | None, list[tuple[UUID, bytes]]] = defaultdict(list)
    for id, device, blob in found.fetchall():
        if device_id in (None, device):
            rows[device].append((id, blob))
    lanes = [
        DeviceLane(device, _opened(patient_id, blobs).between(start_ms, end_ms))
        for device, blobs in rows.items()
    ]
    return [lane for lane in lanes if len(lane.samples)]


def _opened(patient_id: UUID, blobs: Sequence[tuple[UUID, bytes]]) -> Columns:
    return samples_of(SAMPLES.open_values(patient_id, blobs)).valid()


def valid_samples(segment: ReadingSegment) -> Columns:
    """The segment's samples without those that are void."""
    return samples_of([segment.samples]).valid()


def device_names(patient_id: UUID) -> dict[UUID, str]:
    """Names of a patient's devices by id. Call it while acting."""
    return {row.id: row.name for row in Device.objects.filter(patient_id=patient_id)}


def ms_of(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
