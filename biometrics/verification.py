"""Proving a patient's readings: ledger against digests, segments and rollups against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import NAMES, Columns, joined, unpacked
from biometrics.features.rollups import Summary, day_edges, hour_edges, local_date, summaries
from biometrics.models import IngestBatch, LatestReading, ReadingSegment, Rollup
from biometrics.services.readings import patient_locked
from biometrics.services.replay import Lane, Replayed, is_intact, replayed
from biometrics.services.summaries import moment_of
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor, Role

Key = tuple[UUID | None, str, str, int]
Figures = tuple[int, float, float, float, float]


@dataclass(frozen=True)
class Verdict:
    """What was compared, and a sentence for each thing that doesn't agree."""

    batches: int
    samples: int
    segments: int
    rollups: int
    faults: Sequence[str] = field(default_factory=list)


def readings_verify(actor: Actor, patient_id: UUID) -> Verdict:
    """Compare everything kept of a patient's readings with what the ledger says."""
    with acting_as(actor, patient_id if actor.role == Role.SERVICE else None):
        zone = patient_locked(patient_id)
        batches = list(IngestBatch.objects.filter(patient_id=patient_id).order_by("position"))
        intact = [batch for batch in batches if is_intact(batch)]
        lanes = replayed(intact)
        segments = list(ReadingSegment.objects.filter(patient_id=patient_id))
        rollups = list(Rollup.objects.filter(patient_id=patient_id))
        latest = list(LatestReading.objects.filter(patient_id=patient_id))
    faults = [
        *_ledger_faults(batches),
        *_count_faults(intact, lanes),
        *_segment_faults(lanes, segments),
        *_rollup_faults(lanes, rollups, zone),
        *_latest_faults(lanes, latest),
    ]
    return Verdict(
        len(batches), sum(row.count for row in segments), len(segments), len(rollups), faults
    )


def _ledger_faults(batches: Sequence[IngestBatch]) -> Iterator[str]:
    for place, batch in enumerate(batches, 1):
        if batch.position != place:
            yield f"ledger: row {place} is missing"
            return
    for batch in batches:
        if not is_intact(batch):
            yield f"ledger: row {batch.position} doesn't match its digest"


def _count_faults(
    batches: Sequence[IngestBatch], lanes: Mapping[Lane, Replayed]
) -> Iterator[str]:
    for name in ("accepted", "duplicate", "corrected"):
        told = sum(getattr(batch, name) for batch in batches)
        found = sum(getattr(state, name) for state in lanes.values())
        if told != found:
            yield f"receipts: {told} {name}, and the replay says {found}"


def _segment_faults(
    lanes: Mapping[Lane, Replayed], segments: Sequence[ReadingSegment]
) -> Iterator[str]:
    held: dict[Lane, list[ReadingSegment]] = {}
    for row in sorted(segments, key=lambda row: row.span_start_ms):
        held.setdefault((row.device_id, row.metric), []).append(row)
    for lane in lanes.keys() | held.keys():
        parts = [unpacked(row.samples) for row in held.get(lane, [])]
        told = [row.count for row in held.get(lane, [])]
        if told != [len(part) for part in parts]:
            yield f"segments of {lane[1]}: a count is not that of the samples"
        if lane not in lanes or not _alike(lanes[lane].columns, joined(parts)):
            yield f"segments of {lane[1]}: not what the ledger gives"


def _alike(one: Columns, other: Columns) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in NAMES)


def _rollup_faults(
    lanes: Mapping[Lane, Replayed], rollups: Sequence[Rollup], zone: ZoneInfo
) -> Iterator[str]:
    held: dict[Key, Figures] = {
        (row.device_id, row.metric, row.period, round(row.start_at.timestamp() * 1000)): (
            row.count, row.mean, row.low, row.high, -1.0 if row.sd is None else row.sd,
        )
        for row in rollups
    }  # fmt: skip
    due = {
        (*lane, period, part.start_ms): _figures(part)
        for lane, state in lanes.items()
        for period, part in _summaries(state.columns, zone)
    }
    missing, strange = due.keys() - held.keys(), held.keys() - due.keys()
    wrong = [key for key in due.keys() & held.keys() if not np.allclose(due[key], held[key])]
    for word, keys in (("missing", missing), ("strange", strange), ("wrong", wrong)):
        if keys:
            yield f"rollups: {len(keys)} are {word}"


def _summaries(columns: Columns, zone: ZoneInfo) -> Iterator[tuple[str, Summary]]:
    first, last = int(columns.start_ms.min()), int(columns.start_ms.max())
    days = day_edges(local_date(first, zone), local_date(last, zone), zone)
    for period, edges in (
        (Rollup.Period.DAY, days),
        (Rollup.Period.HOUR, hour_edges(first, last)),
    ):
        for part in summaries(columns.start_ms, columns.value, edges):
            yield period, part


def _figures(part: Summary) -> Figures:
    return part.count, part.mean, part.low, part.high, -1.0 if part.sd is None else part.sd


def _latest_faults(
    lanes: Mapping[Lane, Replayed], latest: Sequence[LatestReading]
) -> Iterator[str]:
    due: dict[str, int] = {}
    for (_, metric), state in lanes.items():
        due[metric] = max(due.get(metric, 0), int(state.columns.start_ms.max()))
    if {metric: moment_of(at) for metric, at in due.items()} != {
        row.metric: row.measured_at for row in latest
    }:
        yield "latest values: not the newest of the segments"
