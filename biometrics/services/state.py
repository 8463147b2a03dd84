"""What is known of some patients' readings while a group of deposits is stored.

Loaded in two round trips, changed in memory, written back by `writing.py`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from biometrics.features.blob import NOTHING, Blob, blob_from, blob_of
from biometrics.features.columns import Columns, Mask, joined
from biometrics.features.days import BEGINNING, Zones, zones_of
from biometrics.features.payload import Lane
from biometrics.features.spans import Run, spans_between, spans_in
from biometrics.models import ReadingSegment
from biometrics.services import statements
from clinicity.common.ids import new_id
from clinicity.common.pipeline import Ask, Rows, ids, numbers, pipelined, texts

SAMPLES = ReadingSegment._meta.get_field("samples")


@dataclass(frozen=True)
class Removed:
    """A range of a patient's readings that was removed for good."""

    metrics: Sequence[str]
    device: UUID | None
    start_ms: int | None
    end_ms: int | None

    def hits(self, lane: Lane, samples: Columns) -> Mask | None:
        """Which samples of a lane fall into it; None for none of them."""
        device, metric = lane
        if (self.metrics and metric not in self.metrics) or self.device not in (None, device):
            return None
        inside: Mask = samples.start_ms >= (
            BEGINNING if self.start_ms is None else self.start_ms
        )
        return inside if self.end_ms is None else inside & (samples.start_ms < self.end_ms)


@dataclass
class PatientState:
    """One patient: the zones of their days, their last place in the ledger."""

    id: UUID
    zones: Zones
    position: int
    removed: Sequence[Removed]
    # Whether the patient agrees to being monitored.
    monitored: bool
    devices: set[UUID] = field(default_factory=set)

    def next_position(self) -> int:
        self.position += 1
        return self.position


@dataclass
class Segment:
    """One segment in memory: unsealed when it is touched, unpacked when that is needed."""

    id: UUID
    patient_id: UUID
    lane: Lane
    span_start: int
    position: int = 0
    sealed_blob: bytes = b""
    held: Blob | None = None
    found: Columns | None = None
    is_changed: bool = False
    # How many valid samples its row claims.
    told: int = 0

    @property
    def blob(self) -> Blob:
        if self.held is None:
            opened = SAMPLES.open_value(self.patient_id, self.id, self.sealed_blob)
            self.held = blob_from(opened)
        return self.held

    @property
    def columns(self) -> Columns:
        if self.found is None:
            self.found = self.blob.columns()
        return self.found

    def change(self, columns: Columns, position: int) -> None:
        self.found, self.held = columns, None
        self.position, self.is_changed = position, True

    def follow(self, new: Columns, position: int) -> bool:
        """Put samples that simply follow behind the others; False when they don't."""
        if self.found is not None or not self.blob.takes(new):
            return False
        self.held = self.blob.followed_by(new)
        self.position, self.is_changed = position, True
        return True

    @property
    def count(self) -> int:
        """How many of its samples are valid."""
        return self._written().valid

    def sealed(self) -> bytes:
        return SAMPLES.seal_value(self.patient_id, self.id, self._written().to_bytes())

    def _written(self) -> Blob:
        if self.held is None and self.found is not None:
            self.held = blob_of(self.found)
        return self.blob


@dataclass
class Held:
    """The segments that a group touches: by patient and lane, then by span."""

    lanes: dict[tuple[UUID, Lane], dict[int, Segment]] = field(default_factory=dict)

    def segment(self, patient_id: UUID, lane: Lane, span_start: int) -> Segment:
        spans = self.lanes.setdefault((patient_id, lane), {})
        if span_start not in spans:
            spans[span_start] = Segment(new_id(), patient_id, lane, span_start, held=NOTHING)
        return spans[span_start]

    def take(self, rows: Rows) -> None:
        """Hold segments as they were asked for, but for those that are held already."""
        for id, patient_id, device_id, metric, span_start, position, blob in rows.fetchall():
            lane = (device_id, metric)
            segment = Segment(id, patient_id, lane, span_start, position, blob)
            self.lanes.setdefault((patient_id, lane), {}).setdefault(span_start, segment)

    def samples(self, patient_id: UUID, lane: Lane, start_ms: int, end_ms: int) -> Columns:
        """The valid samples that start in [start_ms, end_ms), by time."""
        first, last = spans_between(lane[1], start_ms, end_ms)
        spans = self.lanes.get((patient_id, lane), {})
        parts = [spans[at].columns for at in sorted(spans) if first <= at <= last]
        return joined(parts).between(start_ms, end_ms).valid()

    def changed(self) -> list[Segment]:
        return [
            segment
            for spans in self.lanes.values()
            for segment in spans.values()
            if segment.is_changed
        ]


Windows = Mapping[tuple[UUID, Lane], Sequence[Run]]
# Of one patient's lane: the segments from one span to another.
Wanted = tuple[UUID, Lane, int, int]


@dataclass(frozen=True)
class PatientRows:
    """Patients and devices that were asked for in somebody's pipeline."""

    patients: Rows
    devices: Rows | None

    def states(self) -> dict[UUID, PatientState]:
        """Those that the acting actor may see; the others are left out."""
        found = {row[0]: _patient(*row) for row in self.patients.fetchall()}
        for device_id, patient_id in self.devices.fetchall() if self.devices else ():
            if patient_id in found:
                found[patient_id].devices.add(device_id)
        return found


def patients_ask(ask: Ask, patient_ids: Iterable[UUID], devices: Iterable[UUID]) -> PatientRows:
    wanted = set(devices)
    return PatientRows(
        ask(statements.PATIENTS, [ids(patient_ids)]),
        ask(statements.DEVICES, [ids(wanted)]) if wanted else None,
    )


def segments_ask(ask: Ask, wanted: Collection[Wanted]) -> Rows:
    return ask(
        statements.SEGMENTS,
        [
            ids(each[0] for each in wanted), ids(each[1][0] for each in wanted),
            texts(each[1][1] for each in wanted), numbers(each[2] for each in wanted),
            numbers(each[3] for each in wanted),
        ],
    )  # fmt: skip


def segments_load(
    held: Held, wanted: Collection[Wanted], first: Callable[[Ask], object] = lambda _: None
) -> None:
    """Load segments, but for those that are held (and may have been changed) already."""
    if wanted:
        with pipelined() as ask:
            first(ask)
            rows = segments_ask(ask, wanted)
        held.take(rows)


def wanted_for(patient_id: UUID, lane: Lane, samples: Columns) -> set[Wanted]:
    """The segments that hold the samples' own moments."""
    return {(patient_id, lane, at, at) for at in spans_in(lane[1], samples.start_ms)}


def wanted_by(windows: Windows) -> list[Wanted]:
    """Every segment that holds a moment of the windows' days."""
    return [
        (patient_id, lane, *spans_between(lane[1], run.start_ms, run.end_ms))
        for (patient_id, lane), runs in windows.items()
        for run in runs
    ]


def _patient(
    id: UUID,
    zone: str,
    moves: Any,
    position: int | None,
    removals: Any,
    monitored: bool,  # noqa: FBT001
) -> PatientState:
    return PatientState(
        id, zones_from(zone, moves or ()), position or 0,
        [
            Removed(
                each["metrics"], UUID(each["device"]) if each["device"] else None,
                each["start"], each["end"],
            )
            for each in removals or ()
        ],
        monitored,
    )  # fmt: skip


def zones_from(zone: str, moves: Sequence[tuple[str, str, str]]) -> Zones:
    """Zones from a patient's current one and their moves: (since, zone, the one before)."""
    if not moves:
        return zones_of(ZoneInfo(zone))
    first = (BEGINNING, ZoneInfo(moves[0][2]))
    return Zones((first, *((_ms(since), ZoneInfo(to)) for since, to, _ in moves)))


def _ms(since: str) -> int:
    return round(datetime.fromisoformat(since).timestamp() * 1000)
