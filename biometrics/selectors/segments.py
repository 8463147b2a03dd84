"""Segments opened by device, only those that a window needs. For the other selectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from biometrics.features.blob import samples_of
from biometrics.features.columns import Columns, joined
from biometrics.features.spans import spans_between
from biometrics.models import Device, ReadingSegment
from biometrics.services.state import SAMPLES
from clinicity.common.pipeline import pipelined
from patients.models.lookups import RECORDS

# Straight from the driver, without a model instance for each of a year's segments.
SEGMENTS = f"""
SELECT id, patient_id, device_id, samples FROM biometrics_readingsegment
WHERE patient_id = {RECORDS.format(id="%s")}
AND metric = %s AND span_start_ms BETWEEN %s AND %s
ORDER BY span_start_ms
"""  # noqa: S608  constants


@dataclass(frozen=True)
class DeviceLane:
    """One device's samples of a metric, by their identity; None names no device."""

    device_id: UUID | None
    samples: Columns


def lanes_between(
    patient_id: UUID, metric: str, start_ms: int, end_ms: int, device_id: UUID | None = None
) -> list[DeviceLane]:
    """Each device's valid samples that start in [start_ms, end_ms). Call it while acting."""
    spans = spans_between(metric, start_ms, end_ms)
    with pipelined() as ask:
        found = ask(SEGMENTS, [patient_id, patient_id, metric, *spans])
    rows: dict[UUID | None, dict[UUID, list[tuple[UUID, bytes]]]] = {}
    for id, record, device, blob in found.fetchall():
        if device_id in (None, device):
            rows.setdefault(device, {}).setdefault(record, []).append((id, blob))
    lanes = [
        DeviceLane(device, _together(blobs).between(start_ms, end_ms))
        for device, blobs in rows.items()
    ]
    return [lane for lane in lanes if len(lane.samples)]


def _together(blobs: Mapping[UUID, Sequence[tuple[UUID, bytes]]]) -> Columns:
    """By record; what names no device can be of several that were merged."""
    parts = [_opened(record, of_record) for record, of_record in blobs.items()]
    if len(parts) == 1:
        return parts[0]
    columns = joined(parts)
    return columns.take(np.argsort(columns.start_ms, kind="stable"))


def _opened(patient_id: UUID, blobs: Sequence[tuple[UUID, bytes]]) -> Columns:
    return samples_of(SAMPLES.open_values(patient_id, blobs)).valid()


def valid_samples(segment: ReadingSegment) -> Columns:
    """The segment's samples without those that are void."""
    return samples_of([segment.samples]).valid()


def device_names(patient_id: UUID) -> dict[UUID, str]:
    """Names of a patient's devices by id. Call it while acting."""
    return {row.id: row.name for row in Device.objects.filter(patient__record_of=patient_id)}


def ms_of(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
