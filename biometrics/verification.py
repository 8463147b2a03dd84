"""Proving a patient's readings: ledger against digests, segments and rollups against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from biometrics.features.columns import NAMES, Columns
from biometrics.features.days import Zones
from biometrics.models import IngestBatch, LatestReading, ReadingsRemoval, Rollup
from biometrics.services.readings import patient_lock
from biometrics.services.removal import span_of_removal
from biometrics.services.replay import (
    Replay,
    is_intact,
    ledger,
    replayed,
    segments_held,
    zones_known,
)
from biometrics.services.state import Held
from biometrics.services.writing import summed
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor

Key = tuple[UUID | None, str, str, int]
FIGURES = ("count", "mean", "low", "high", "sd", "implausible")


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
    with acting_as(actor, patient_id):
        patient_lock(patient_id)
        zones = zones_known(patient_id)
        batches = list(IngestBatch.objects.filter(patient_id=patient_id).defer("payload"))
        replay = replayed(batch for batch in ledger(patient_id) if is_intact(batch))
        held = segments_held(patient_id)
        rollups = list(Rollup.objects.filter(patient_id=patient_id))
        latest = list(LatestReading.objects.filter(patient_id=patient_id))
        removals = list(
            ReadingsRemoval.objects.filter(patient_id=patient_id, lifted_at__isnull=True)
        )
    faults = [
        *_ledger_faults(sorted(batches, key=lambda row: row.position), replay),
        *_segment_faults(replay, held),
        *_rollup_faults(patient_id, replay, rollups, zones),
        *_latest_faults(replay, latest),
        *removal_faults(replay, removals),
    ]
    segments = [segment for spans in held.lanes.values() for segment in spans.values()]
    samples = sum(segment.told for segment in segments)
    return Verdict(len(batches), samples, len(segments), len(rollups), faults)


def removal_faults(replay: Replay, removals: Sequence[ReadingsRemoval]) -> Iterator[str]:
    """What was removed for good must be in no ledger row, and so in nothing made of it."""
    for removal in removals:
        span = span_of_removal(removal)
        for lane in replay.lanes:
            hits = span.hits(lane, replay.samples(lane))
            if hits is not None and hits.any():
                yield f"removal {removal.id}: {int(hits.sum())} {lane[1]} are still there"


def _ledger_faults(batches: Sequence[IngestBatch], replay: Replay) -> Iterator[str]:
    for place, batch in enumerate(batches, 1):
        if batch.position != place:
            yield f"ledger: row {place} is missing"
            return
        counts = replay.counts.get(place)
        if counts is None:
            yield f"ledger: row {place} doesn't match its digest"
        elif counts != _told(batch) and not batch.redacted_at:
            yield f"receipts: row {place} told {_told(batch)}, and the replay says {counts}"


def _told(batch: IngestBatch) -> tuple[int, int, int]:
    return batch.accepted, batch.duplicate, batch.corrected


def _segment_faults(replay: Replay, held: Held) -> Iterator[str]:
    due, found = replay.lanes, {lane: spans for (_, lane), spans in held.lanes.items()}
    for lane in sorted(due.keys() | found.keys(), key=lambda lane: (lane[1], str(lane[0]))):
        spans, stored = due.get(lane, {}), found.get(lane, {})
        if any(segment.told != segment.count for segment in stored.values()):
            yield f"segments of {lane[1]}: a count is not that of the samples"
        if spans.keys() != stored.keys() or not all(
            _alike(spans[at].columns, stored[at].columns) for at in spans
        ):
            yield f"segments of {lane[1]}: not what the ledger gives"


def _alike(one: Columns, other: Columns) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in NAMES)


def _rollup_faults(
    patient_id: UUID, replay: Replay, rollups: Sequence[Rollup], zones: Zones
) -> Iterator[str]:
    held: dict[Key, list[float]] = {
        (row.device_id, row.metric, row.period, round(row.start_at.timestamp() * 1000)): [
            -1.0 if figure is None else figure
            for figure in (getattr(row, name) for name in FIGURES)
        ]
        for row in rollups
    }
    due = dict(_due(patient_id, replay, zones))
    missing, strange = due.keys() - held.keys(), held.keys() - due.keys()
    wrong = [
        key
        for key in due.keys() & held.keys()
        if not np.allclose(due[key], held[key], atol=1e-6)
    ]
    for word, keys in (("missing", missing), ("strange", strange), ("wrong", wrong)):
        if keys:
            yield f"rollups: {len(keys)} are {word}"


def _due(patient_id: UUID, replay: Replay, zones: Zones) -> Iterator[tuple[Key, list[Any]]]:
    for (_, lane), runs in replay.windows(patient_id, zones).items():
        for run in runs:
            samples = replay.held.samples(patient_id, lane, run.start_ms, run.end_ms)
            for period, _, found in summed(lane, run, samples):
                for place in range(len(found)):
                    figures = [getattr(found, name)[place] for name in FIGURES]
                    figures = [-1.0 if np.isnan(figure) else figure for figure in figures]
                    yield (*lane, period, found.start_ms[place]), figures


def _latest_faults(replay: Replay, latest: Sequence[LatestReading]) -> Iterator[str]:
    due: dict[str, tuple[int, str]] = {}
    for device, metric in replay.lanes:
        valid = replay.samples((device, metric)).valid()
        if len(valid):
            newest = int(valid.start_ms[-1]), str(device or "")
            due[metric] = max(due.get(metric, newest), newest)
    if due != {
        row.metric: (round(row.measured_at.timestamp() * 1000), str(row.device_id or ""))
        for row in latest
    }:
        yield "latest values: not the newest of the segments"
