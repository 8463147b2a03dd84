"""Writing a plan: every table with one statement, all in one round trip."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import numpy as np

from biometrics.features.columns import Columns, Ints
from biometrics.features.days import Zones
from biometrics.features.payload import Lane, lanes_packed
from biometrics.features.rollups import Summaries, hour_edges, single, summaries
from biometrics.features.spans import Run, runs_of
from biometrics.metrics import HOUR_MS, metric_of
from biometrics.models import IngestBatch, Rollup
from biometrics.samples import implausible_count, is_implausible
from biometrics.services import statements
from biometrics.services.state import Held, Segment, Windows
from biometrics.services.storing import Entry, Kind, Plan, Receipt
from clinicity.audit import services as audit
from clinicity.common import events
from clinicity.common.pipeline import Ask, blobs, ids, numbers, texts

PAYLOAD = IngestBatch._meta.get_field("payload")
REASONS = IngestBatch._meta.get_field("reasons")
FIGURES = ("count", "mean", "low", "high", "sd", "implausible")
EPOCH = date(1970, 1, 1).toordinal()
ACTS = {
    Kind.ADD: "reading.ingest", Kind.ERROR: "reading.error", Kind.RESTORE: "reading.restore",
    Kind.MOVED_OUT: "reading.move_out", Kind.MOVED_IN: "reading.move_in",
}  # fmt: skip


# Samples of a patient's lane, the newest among which may be the latest value.
Newest = tuple[UUID, Lane, Columns]


@dataclass(frozen=True)
class _Row:
    """A ledger row, made of an entry."""

    entry: Entry
    payload: bytes
    receipt: Receipt
    metrics: Sequence[str]
    first_ms: int
    last_ms: int


def written(ask: Ask, plan: Plan, now: datetime) -> list[Receipt]:
    """Queue all statements of a plan; the receipts hold once the transaction commits."""
    rows = [_row(entry, now) for entry in plan.entries]
    _ledger(ask, rows, now)
    segments_write(ask, plan.held.changed(), now)
    if plan.clears:
        _rollups_clear(ask, plan.windows)
    _fresh_write(ask, plan, now)
    fresh = [(*key, samples) for key, samples in plan.fresh.items()]
    arrived = all(entry.deposit.kind == Kind.ADD for entry in plan.entries)
    summaries_write(ask, plan.held, plan.windows, now, beside=fresh, arrived=arrived)
    audit.record_many(ask, [_audited(row) for row in rows])
    events.publish_many(ask, "biometrics.readings_stored", [_told(row) for row in rows])
    return [row.receipt for row in rows]


def summaries_write(
    ask: Ask, held: Held, windows: Windows, now: datetime, *, beside: Sequence[Newest] = (),
    arrived: bool = False,
) -> None:  # fmt: skip
    """Hours and days of the windows, and the latest values of these and what is beside.

    Two devices share the latest value of a metric: one statement may write it once. Where
    nothing `arrived`, as in a correction, a latest value keeps the time at which it did.
    """
    parts = [
        (patient_id, lane, run, held.samples(patient_id, lane, run.start_ms, run.end_ms))
        for (patient_id, lane), runs in windows.items()
        for run in runs
    ]
    found = [
        Figures(patient_id, lane, *each)
        for patient_id, lane, run, samples in parts
        for each in summed(lane, run, samples)
    ]
    _rollups(ask, statements.ROLLUPS_WRITE, found, now)
    newest = [(part[0], part[1], part[3]) for part in parts if len(part[3])]
    _latest(ask, [*beside, *newest], now, arrived=arrived)


def _fresh_write(ask: Ask, plan: Plan, now: datetime) -> None:
    """Figures of samples that nothing was there of before, beside those that were."""
    found = [
        Figures(patient_id, lane, *each)
        for (patient_id, lane), samples in plan.fresh.items()
        for each in _figures_of(lane, samples, plan.patients[patient_id].zones)
    ]
    _rollups(ask, statements.ROLLUPS_ADD, found, now)


def _figures_of(
    lane: Lane, samples: Columns, zones: Zones
) -> Iterator[tuple[str, Sequence[int], Summaries]]:
    """Days and hours of new samples alone."""
    if len(samples) == 1:
        yield from summed_single(lane, samples, zones)
        return
    if (samples.start_ms[1:] < samples.start_ms[:-1]).any():
        samples = samples.take(np.argsort(samples.start_ms, kind="stable"))
    for run in runs_of(samples.start_ms, zones):
        yield from summed(lane, run, samples.between(run.start_ms, run.end_ms))


def summed_single(
    lane: Lane, samples: Columns, zones: Zones
) -> Iterator[tuple[str, Sequence[int], Summaries]]:
    """The same for one sample, without arrays."""
    at, value = int(samples.start_ms[0]), float(samples.value[0])
    day, begins = zones.day_of(at)
    doubtful = int(is_implausible(metric_of(lane[1]), value))
    for period, start in ((Rollup.Period.DAY, begins), (Rollup.Period.HOUR, at - at % HOUR_MS)):
        date_of = day if period == Rollup.Period.DAY else zones.day_of(start)[0]
        yield str(period), [date_of.toordinal() - EPOCH], single(start, value, doubtful)


def _row(entry: Entry, now: datetime) -> _Row:
    deposit = entry.deposit
    payload = lanes_packed(deposit.lanes)
    accepted, duplicate, corrected = entry.counts
    spans = [_first_and_last(part.start_ms) for part in deposit.lanes.values()]
    receipt = Receipt(
        id=deposit.id, patient_id=deposit.patient_id, position=entry.position,
        accepted=accepted, duplicate=duplicate, corrected=corrected,
        rejected=len(deposit.reasons) if deposit.kind == Kind.ADD else 0,
        reasons=deposit.reasons,
        digest=hashlib.sha256(payload).hexdigest(), received_at=now,
        implausible=sum(
            implausible_count({metric: part}) for (_, metric), part in deposit.lanes.items()
        ),
        kind=deposit.kind,
    )  # fmt: skip
    return _Row(
        entry, payload, receipt, sorted({metric for _, metric in deposit.lanes}),
        min((first for first, _ in spans), default=-1),
        max((last for _, last in spans), default=-1),
    )  # fmt: skip


def _first_and_last(start_ms: Ints) -> tuple[int, int]:
    if len(start_ms) == 1:
        return int(start_ms[0]), int(start_ms[0])
    return int(start_ms.min()), int(start_ms.max())


def _ledger(ask: Ask, rows: Sequence[_Row], now: datetime) -> None:
    deposits = [row.entry.deposit for row in rows]
    receipts = [row.receipt for row in rows]
    ask(
        statements.LEDGER_INSERT,
        [
            now,
            ids(each.id for each in deposits),
            ids(each.patient_id for each in deposits),
            numbers(each.position for each in receipts),
            texts(str(each.kind) for each in deposits),
            blobs(
                PAYLOAD.seal_value(row.receipt.patient_id, row.receipt.id, row.payload)
                for row in rows
            ),
            texts(each.digest for each in receipts),
            ids(_only_device(each.lanes) for each in deposits),
            texts(each.source for each in deposits),
            ids(each.by.id for each in deposits),
            ids(each.import_run_id for each in deposits),
            texts(",".join(row.metrics) for row in rows),
            numbers(row.first_ms for row in rows),
            numbers(row.last_ms for row in rows),
            *(
                numbers(getattr(each, name) for each in receipts)
                for name in ("accepted", "duplicate", "corrected", "rejected", "implausible")
            ),
            texts(_reasons(each) for each in receipts),
        ],
    )


def _reasons(receipt: Receipt) -> str | None:
    if not receipt.reasons:
        return None
    reasons = [list(reason) for reason in receipt.reasons]
    return REASONS.seal_value(receipt.patient_id, receipt.id, reasons)


def _only_device(lanes: Mapping[Lane, Columns]) -> UUID | None:
    devices = {device for device, _ in lanes}
    return devices.pop() if len(devices) == 1 else None


def segments_write(ask: Ask, changed: Sequence[Segment], now: datetime) -> None:
    if not changed:
        return
    ask(
        statements.SEGMENTS_WRITE,
        [
            now,
            ids(each.id for each in changed),
            ids(each.patient_id for each in changed),
            ids(each.lane[0] for each in changed),
            texts(each.lane[1] for each in changed),
            numbers(each.span_start for each in changed),
            numbers(each.count for each in changed),
            numbers(each.position for each in changed),
            blobs(each.sealed() for each in changed),
        ],
    )


def _rollups_clear(ask: Ask, windows: Windows) -> None:
    parts = [
        (patient, lane, period, start_ms, end_ms)
        for (patient, lane), runs in windows.items()
        for run in runs
        for period, start_ms, end_ms in (
            (Rollup.Period.HOUR, run.first_hour, run.end_hour),
            (Rollup.Period.DAY, int(run.edges[0]), int(run.edges[-1])),
        )
    ]
    ask(
        statements.ROLLUPS_CLEAR,
        [
            ids(part[0] for part in parts), ids(part[1][0] for part in parts),
            texts(part[1][1] for part in parts), texts(str(part[2]) for part in parts),
            numbers(part[3] for part in parts), numbers(part[4] for part in parts),
        ],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """Days or hours of a lane: each one's local date as days since 1970, and its summary."""

    patient_id: UUID
    lane: Lane
    period: str
    days: Sequence[int]
    found: Summaries


def _rollups(ask: Ask, statement: str, parts: Sequence[Figures], now: datetime) -> None:
    sizes = [len(part.days) for part in parts]
    if not sum(sizes):
        return

    def spread(values: Iterable[Any]) -> list[Any]:
        return [value for value, size in zip(values, sizes, strict=True) for _ in range(size)]

    def column(name: str) -> list[Any]:
        return [value for part in parts for value in getattr(part.found, name)]

    ask(
        statement,
        [
            now,
            ids(spread(part.patient_id for part in parts)),
            ids(spread(part.lane[0] for part in parts)),
            texts(spread(part.lane[1] for part in parts)),
            texts(spread(part.period for part in parts)),
            numbers(column("start_ms")),
            numbers(day for part in parts for day in part.days),
            *(numbers(column(name)) for name in FIGURES),
        ],
    )


def summed(
    lane: Lane, run: Run, samples: Columns
) -> Iterator[tuple[str, list[int], Summaries]]:
    """Days and hours of a run: the period, each one's local date as days since 1970."""
    known = metric_of(lane[1])
    plausible = (known.low, known.high)
    dates = [day.toordinal() - EPOCH for day in run.days]
    days = summaries(samples.start_ms, samples.value, run.edges, plausible=plausible)
    yield str(Rollup.Period.DAY), [dates[place] for place in days.place], days
    edges = hour_edges(run.first_hour, run.end_hour - 1)
    hours = summaries(samples.start_ms, samples.value, edges, plausible=plausible)
    days_of = np.searchsorted(run.edges, hours.start_ms, side="right") - 1
    places = days_of.clip(0, len(dates) - 1).tolist()
    yield str(Rollup.Period.HOUR), [dates[place] for place in places], hours


def _latest(ask: Ask, parts: Iterable[Newest], now: datetime, *, arrived: bool) -> None:
    """The newest of each patient's metric; an older one than is known changes nothing."""
    newest: dict[tuple[UUID, str], tuple[int, float, UUID | None]] = {}
    for patient_id, (device, metric), samples in parts:
        place = int(samples.start_ms.argmax())
        last = (int(samples.start_ms[place]), float(samples.value[place]), device)
        known = newest.get((patient_id, metric))
        newest[patient_id, metric] = max(last, known or last, key=_recency)
    if not newest:
        return
    keys, values = list(newest), list(newest.values())
    doubtful = [
        is_implausible(metric_of(metric), value)
        for (_, metric), (_, value, _) in newest.items()
    ]
    ask(
        statements.LATEST_WRITE,
        [
            now, now, ids(patient for patient, _ in keys),
            texts(metric for _, metric in keys), ids(device for _, _, device in values),
            numbers(value for _, value, _ in values), numbers(at for at, _, _ in values),
            texts(str(each) for each in doubtful), arrived,
        ],
    )  # fmt: skip


def _recency(newest: tuple[int, float, UUID | None]) -> tuple[int, str]:
    """As in the statement: by time, then by device."""
    at, _, device = newest
    return at, str(device or "")


def _audited(row: _Row) -> audit.Entry:
    receipt = row.receipt
    return audit.Entry(
        by=row.entry.deposit.by, act=ACTS[Kind(receipt.kind)], subject="ingest_batch",
        subject_id=receipt.id, patient_id=receipt.patient_id,
        details={"metrics": row.metrics, "stored": receipt.accepted + receipt.corrected},
    )  # fmt: skip


def _told(row: _Row) -> events.Told:
    """Which metrics and local days of the patient are to be looked at again."""
    return events.Told(
        patient_id=row.receipt.patient_id,
        ids={"batch_id": str(row.receipt.id)},
        touched={
            "metrics": list(row.metrics),
            "first": _iso(row.first_ms), "last": _iso(row.last_ms),
        },
    )  # fmt: skip


def _iso(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat()
