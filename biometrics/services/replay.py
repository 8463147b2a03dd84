"""The ledger replayed: what segments and rollups must be, and making them so again."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from biometrics.features.columns import Columns, joined
from biometrics.features.days import Zones
from biometrics.features.payload import Lane, lanes_unpacked
from biometrics.features.spans import by_span, runs_of
from biometrics.models import IngestBatch, LatestReading, ReadingSegment, Rollup
from biometrics.services.readings import patient_lock
from biometrics.services.state import Held, Segment, Windows, patients_ask
from biometrics.services.storing import MARKS, Counts, applied
from biometrics.services.writing import segments_write, summaries_write
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, NotFound
from clinicity.common.pipeline import pipelined

AT_ONCE = 200


@dataclass
class Replay:
    """A patient's segments as the ledger makes them, and what each row counted."""

    held: Held = field(default_factory=Held)
    counts: dict[int, Counts] = field(default_factory=dict)
    # When the newest readings of each metric arrived.
    synced: dict[str, datetime] = field(default_factory=dict)

    @property
    def lanes(self) -> dict[Lane, dict[int, Segment]]:
        """By lane, without segments that never took a sample."""
        return {
            lane: {at: segment for at, segment in spans.items() if len(segment.columns)}
            for (_, lane), spans in self.held.lanes.items()
        }

    def samples(self, lane: Lane) -> Columns:
        """All samples of a lane, void ones too, by time."""
        spans = self.lanes.get(lane, {})
        return joined([spans[at].columns for at in sorted(spans)])

    def windows(self, patient_id: UUID, zones: Zones) -> Windows:
        """The days of every lane, for summing up."""
        parts = {lane: self.samples(lane) for lane in self.lanes}
        return {
            (patient_id, lane): runs_of(part.start_ms, zones)
            for lane, part in parts.items()
            if len(part)
        }


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
        patient_lock(patient_id)
        done = made_anew(patient_id)
        audit.record(
            by=by, act="reading.rebuild", subject="patient", subject_id=patient_id,
            patient_id=patient_id, batches=done.batches, segments=done.segments,
            samples=done.samples,
        )  # fmt: skip
    return done


def made_anew(patient_id: UUID) -> Rebuilt:
    """The same for a caller who acts and holds the lock."""
    zones = zones_known(patient_id)
    replay = replayed(_intact(ledger(patient_id)))
    for table in (ReadingSegment, Rollup, LatestReading):
        table.objects.filter(patient_id=patient_id).delete()
    made = [segment for spans in replay.lanes.values() for segment in spans.values()]
    _store(patient_id, replay, made, zones)
    return Rebuilt(len(replay.counts), len(made), sum(segment.count for segment in made))


def rollups_rebuild(*, by: Actor, patient_id: UUID) -> None:
    """Sum up all hours and days again, as after a change of the patient's time zone."""
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        patient_lock(patient_id)
        replay = Replay(segments_held(patient_id))
        Rollup.objects.filter(patient_id=patient_id).delete()
        windows = replay.windows(patient_id, zones_known(patient_id))
        with pipelined() as ask:
            summaries_write(ask, replay.held, windows, clock.now())
        audit.record(
            by=by, act="reading.sum_up", subject="patient", subject_id=patient_id,
            patient_id=patient_id,
        )  # fmt: skip


def ledger(patient_id: UUID, until: int | None = None) -> Iterator[IngestBatch]:
    """A patient's rows in the order of their positions, up to one of them."""
    rows = IngestBatch.objects.filter(patient_id=patient_id).order_by("position")
    if until is not None:
        rows = rows.filter(position__lte=until)
    last = 0
    while page := list(rows.filter(position__gt=last)[:AT_ONCE]):
        yield from page
        last = page[-1].position


def is_intact(batch: IngestBatch) -> bool:
    """Whether the sealed payload is still the one that its digest names."""
    due = batch.redacted_digest or batch.digest
    return hashlib.sha256(batch.payload).hexdigest() == due


def replayed(batches: Iterable[IngestBatch]) -> Replay:
    """Apply rows in the order of their positions. Given fewer, it is the state *as of*."""
    replay = Replay()
    for batch in batches:
        totals = (0, 0, 0)
        for lane, samples in lanes_unpacked(batch.payload, batch.device_id).items():
            for start, part in by_span(lane[1], samples):
                segment = replay.held.segment(batch.patient_id, lane, start)
                columns, counts = applied(batch.kind, segment.columns, part)
                if counts[0] or counts[2]:
                    segment.change(columns, batch.position)
                totals = (totals[0] + counts[0], totals[1] + counts[1], totals[2] + counts[2])
            if batch.kind not in MARKS:  # which bring nothing new
                replay.synced[lane[1]] = batch.created_at
        replay.counts[batch.position] = totals
    return replay


def segments_held(patient_id: UUID) -> Held:
    """Every segment that is stored of a patient."""
    held = Held()
    for row in ReadingSegment.objects.filter(patient_id=patient_id):
        lane = (row.device_id, row.metric)
        segment = Segment(
            row.id, patient_id, lane, row.span_start_ms, row.position,
            bytes(row.__dict__["samples"].blob), told=row.count,
        )  # fmt: skip
        held.lanes.setdefault((patient_id, lane), {})[row.span_start_ms] = segment
    return held


def zones_known(patient_id: UUID) -> Zones:
    with pipelined() as ask:
        rows = patients_ask(ask, [patient_id], ())
    patients = rows.states()
    if patient_id not in patients:
        raise NotFound("There is no such patient.")
    return patients[patient_id].zones


def _intact(batches: Iterable[IngestBatch]) -> Iterable[IngestBatch]:
    for batch in batches:
        if not is_intact(batch):
            raise Conflict(f"Ledger row {batch.position} doesn't match its digest.")
        yield batch


def _store(patient_id: UUID, replay: Replay, made: Sequence[Segment], zones: Zones) -> None:
    windows = replay.windows(patient_id, zones)
    with pipelined() as ask:
        for first in range(0, len(made), AT_ONCE):
            segments_write(ask, made[first : first + AT_ONCE], clock.now())
        summaries_write(ask, replay.held, windows, clock.now())
    for metric, moment in replay.synced.items():
        rows = LatestReading.objects.filter(patient_id=patient_id, metric=metric)
        rows.update(synced_at=moment)
