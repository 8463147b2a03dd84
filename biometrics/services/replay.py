"""The ledger replayed: what segments and rollups must be, and making them so again."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import Columns, Ints, columns_of, joined, merge, packed
from biometrics.metrics import metric_of
from biometrics.models import IngestBatch, LatestReading, ReadingSegment, Rollup
from biometrics.services.readings import columns_in, patient_locked
from biometrics.services.summaries import summaries_refresh
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict

# One device's samples of one metric; the device is None for what names none.
Lane = tuple[UUID | None, str]


@dataclass(frozen=True)
class Replayed:
    """All samples of one lane after every batch, and what the merge counted on the way.

    `position` gives for each span the newest place in the ledger that brought samples of it.
    """

    columns: Columns
    accepted: int
    duplicate: int
    corrected: int
    position: Mapping[int, int]
    synced_at: datetime


@dataclass(frozen=True)
class Rebuilt:
    """How much was made anew from how many ledger rows."""

    batches: int
    segments: int
    samples: int


def readings_rebuild(*, by: Actor, patient_id: UUID) -> Rebuilt:
    """Make a patient's segments, rollups and latest values anew from the ledger.

    Raises Conflict when a ledger row doesn't match its digest; nothing is changed then.
    """
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        zone = patient_locked(patient_id)
        batches = list(IngestBatch.objects.filter(patient_id=patient_id).order_by("position"))
        for batch in batches:
            if not is_intact(batch):
                raise Conflict(f"Ledger row {batch.position} doesn't match its digest.")
        for table in (ReadingSegment, Rollup, LatestReading):
            table.objects.filter(patient_id=patient_id).delete()
        lanes = replayed(batches)
        made = sum(_lane_store(patient_id, lane, state, zone) for lane, state in lanes.items())
        samples = sum(len(state.columns) for state in lanes.values())
        audit.record(
            by=by, act="reading.rebuild", subject="patient", subject_id=patient_id,
            patient_id=patient_id, batches=len(batches), segments=made, samples=samples,
        )  # fmt: skip
    return Rebuilt(len(batches), made, samples)


def is_intact(batch: IngestBatch) -> bool:
    """Whether the sealed payload is still the one that the receipt's digest names."""
    return hashlib.sha256(batch.payload).hexdigest() == batch.digest


def replayed(batches: Iterable[IngestBatch]) -> dict[Lane, Replayed]:
    """Merge batches in the order of their positions. Given fewer, it is the state *as of*."""
    parts: dict[Lane, list[Columns]] = defaultdict(list)
    positions: dict[Lane, dict[int, int]] = defaultdict(dict)
    synced: dict[Lane, datetime] = {}
    for batch in batches:
        for metric, new in columns_in(batch.payload).items():
            lane = (batch.device_id, metric)
            parts[lane].append(new)
            positions[lane] |= dict.fromkeys(
                np.unique(spans_of(metric, new)).tolist(), batch.position
            )
            synced[lane] = batch.created_at
    return {
        lane: _replayed(found, positions[lane], synced[lane]) for lane, found in parts.items()
    }


def spans_of(metric: str, samples: Columns) -> Ints:
    """For each sample the start (ms UTC) of the segment that it belongs to."""
    span = metric_of(metric).span_ms
    return samples.start_ms // span * span


def _replayed(
    parts: list[Columns], positions: Mapping[int, int], synced_at: datetime
) -> Replayed:
    merged = merge(columns_of([], []), joined(parts))
    return Replayed(
        merged.columns,
        merged.accepted,
        merged.duplicate,
        merged.corrected,
        positions,
        synced_at,
    )


def _lane_store(patient_id: UUID, lane: Lane, state: Replayed, zone: ZoneInfo) -> int:
    device_id, metric = lane
    spans = spans_of(metric, state.columns)
    starts, firsts = np.unique(spans, return_index=True)
    bounds = [*firsts.tolist(), len(spans)]
    made = []
    for number, start in enumerate(starts.tolist()):
        part = state.columns.take(np.arange(bounds[number], bounds[number + 1]))
        made.append(
            ReadingSegment(
                patient_id=patient_id, device_id=device_id, metric=metric, span_start_ms=start,
                count=len(part), position=state.position[start], samples=packed(part),
            )
        )  # fmt: skip
    ReadingSegment.objects.bulk_create(made)
    summaries_refresh(patient_id, device_id, metric, state.columns, zone, state.synced_at)
    return len(made)
