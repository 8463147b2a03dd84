"""Storing deposits: ledger, segments, rollups, audit and events in one transaction.

A deposit is what one request brings for one patient. Any number of them is stored at
once, each with its own place in the ledger, in a fixed number of statements:

1. Know the patients (the caller holds their locks and acts for someone who may).
2. Load the segments that are touched.
3. Merge each deposit into them, in order, and count what became of its samples.
4. Add what is new to the figures of its hours and days; where something was changed, load
   those days and sum them up again.
5. Write everything, with one audit event and one outbox event for each deposit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from biometrics.features.columns import IN_ERROR, MOVED, VALID, Columns, joined
from biometrics.features.merging import marked, merge
from biometrics.features.payload import Lane
from biometrics.features.spans import Run, by_span, runs_of
from biometrics.models import IngestBatch
from biometrics.samples import Reason
from biometrics.services import statements
from biometrics.services.state import (
    Held,
    PatientState,
    patients_ask,
    segments_ask,
    segments_load,
    wanted_by,
    wanted_for,
)
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid, NotFound
from clinicity.common.ids import new_id
from clinicity.common.pipeline import Ask, pipelined
from patients.selectors import NoConsent

Kind = IngestBatch.Kind
# What each kind of ledger row makes of the samples that it names.
MARKS = {Kind.ERROR: IN_ERROR, Kind.MOVED_OUT: MOVED, Kind.RESTORE: VALID}
Counts = tuple[int, int, int]
GONE = "These readings were removed on the patient's behalf, and are not taken again."


@dataclass(frozen=True)
class Deposit:
    """Samples of one patient from one request, in the metrics' own units."""

    by: Actor
    patient_id: UUID
    lanes: Mapping[Lane, Columns]
    source: str
    reasons: Sequence[Reason] = ()
    kind: str = Kind.ADD
    import_run_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True)
class Receipt:
    """What became of each sample of a deposit, and the digest of what was stored."""

    id: UUID
    patient_id: UUID
    position: int
    accepted: int
    duplicate: int
    corrected: int
    rejected: int
    reasons: Sequence[Reason]
    digest: str
    received_at: datetime
    implausible: int = 0
    kind: str = Kind.ADD


@dataclass(frozen=True)
class Entry:
    """A deposit on its way into the ledger, with its place there and its counts."""

    deposit: Deposit
    position: int
    counts: Counts


@dataclass(frozen=True)
class Plan:
    """All that a group writes."""

    entries: Sequence[Entry]
    held: Held
    # New samples of lanes where nothing was there before: added to the figures.
    fresh: Mapping[tuple[UUID, Lane], Columns]
    # Days of lanes where something was changed: summed up again.
    windows: Mapping[tuple[UUID, Lane], Sequence[Run]]
    patients: Mapping[UUID, PatientState]

    @property
    def clears(self) -> bool:
        """Whether hours or days may lose their last sample."""
        return any(entry.deposit.kind in (Kind.ERROR, Kind.MOVED_OUT) for entry in self.entries)


def known(deposits: Sequence[Deposit]) -> tuple[dict[UUID, PatientState], Held]:
    """Steps 1 and 2: the deposits' patients, those that the acting actor may see."""
    devices = {device for each in deposits for device, _ in each.lanes if device}
    wanted = {
        segment
        for each in deposits
        for lane, samples in each.lanes.items()
        for segment in wanted_for(each.patient_id, lane, samples)
    }
    held = Held()
    with pipelined() as ask:
        ask(statements.BY_INDEX, [])
        patients = patients_ask(ask, {each.patient_id for each in deposits}, devices)
        segments = segments_ask(ask, wanted)
    held.take(segments)
    return patients.states(), held


def planned(
    deposits: Sequence[Deposit],
    patients: Mapping[UUID, PatientState],
    held: Held,
    first: Callable[[Ask], object] = lambda _: None,
) -> Plan:
    """Step 3 and the loading of 4, for deposits that are allowed. `first` says who acts."""
    parts = [_cut(each) for each in deposits]
    changed: set[tuple[UUID, Lane]] = set()
    entries = [
        _entered(deposit, spans, patients[deposit.patient_id], held, changed)
        for deposit, spans in zip(deposits, parts, strict=True)
    ]
    samples = _by_lane(deposits)
    fresh = {key: joined(found) for key, found in samples.items() if key not in changed}
    windows = {
        key: runs_of(joined(samples[key]).start_ms, patients[key[0]].zones) for key in changed
    }
    segments_load(held, wanted_by(windows), first)
    return Plan(entries, held, fresh, windows, patients)


Parts = Sequence[tuple[Lane, int, Columns]]


def _cut(deposit: Deposit) -> Parts:
    """A deposit's samples by lane and span."""
    return [
        (lane, start, part)
        for lane, samples in deposit.lanes.items()
        for start, part in by_span(lane[1], samples)
    ]


def _by_lane(deposits: Sequence[Deposit]) -> dict[tuple[UUID, Lane], list[Columns]]:
    found: dict[tuple[UUID, Lane], list[Columns]] = {}
    for deposit in deposits:
        for lane, samples in deposit.lanes.items():
            found.setdefault((deposit.patient_id, lane), []).append(samples)
    return found


def allowed(deposit: Deposit, patients: Mapping[UUID, PatientState]) -> Deposit:
    """Without what was removed for good; raises NotFound unless patient and devices are
    there, the devices being the patient's own, and NoConsent where nobody may monitor."""
    patient = patients.get(deposit.patient_id)
    if patient is None:
        raise NotFound("There is no such patient.")
    if not {device for device, _ in deposit.lanes if device} <= patient.devices:
        raise NotFound("There is no such device of this patient.")
    if not patient.monitored and deposit.kind == Kind.ADD:
        raise NoConsent("There is no consent to care with monitoring: nothing new is taken.")
    if not patient.removed or deposit.kind != Kind.ADD:
        return deposit
    return _without_removed(deposit, patient)


def _without_removed(deposit: Deposit, patient: PatientState) -> Deposit:
    lanes, gone = dict(deposit.lanes), 0
    for lane in deposit.lanes:
        for removed in patient.removed:
            hits = removed.hits(lane, lanes[lane])
            if hits is not None:
                gone += int(hits.sum())
                lanes[lane] = lanes[lane].take(~hits)
        if not len(lanes[lane]):
            del lanes[lane]
    if not gone:
        return deposit
    reasons = [*deposit.reasons, *[(-1, "timestamp", GONE)] * gone]
    if not lanes:
        raise Invalid(GONE, rejected=[], rejected_count=len(reasons))
    return replace(deposit, lanes=lanes, reasons=reasons)


def _entered(
    deposit: Deposit, spans: Parts, patient: PatientState, held: Held,
    changed: set[tuple[UUID, Lane]],
) -> Entry:  # fmt: skip
    """Merge a deposit into its segments; note the lanes whose figures it didn't just add to."""
    position, totals = patient.next_position(), (0, 0, 0)
    for lane, start, part in spans:
        segment = held.segment(patient.id, lane, start)
        if deposit.kind not in MARKS and segment.follow(part, position):
            totals = (totals[0] + len(part), totals[1], totals[2])
            continue
        columns, counts = applied(deposit.kind, segment.columns, part)
        if counts[0] or counts[2]:
            segment.change(columns, position)
        if deposit.kind in MARKS or counts[0] < len(part):
            changed.add((patient.id, lane))
        totals = (totals[0] + counts[0], totals[1] + counts[1], totals[2] + counts[2])
    return Entry(deposit, position, totals)


def applied(kind: str, held: Columns, named: Columns) -> tuple[Columns, Counts]:
    """A ledger row's part of one segment: its state afterwards, and what was counted."""
    if kind in MARKS:
        state = marked(held, named, MARKS[Kind(kind)])
        changes = int((state.void != held.void).sum())
        return state, (changes, len(named) - changes, 0)
    merged = merge(held, named)
    return merged.columns, (merged.accepted, merged.duplicate, merged.corrected)
