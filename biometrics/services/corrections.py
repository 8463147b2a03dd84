"""Readings that were wrong: marked as entered in error, restored, moved to whom they belong.

Each is a row of the ledger of its own, so that "as of" an earlier moment they still count.
What is made of readings is recomputed in the same transaction, and the rules look again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from biometrics.features.blob import blob_from
from biometrics.features.columns import Columns, joined
from biometrics.features.payload import Lane, lanes_unpacked
from biometrics.features.spans import spans_between
from biometrics.metrics import metric_of
from biometrics.models import IngestBatch, LatestReading, ReadingSegment
from biometrics.samples import Reason, is_implausible
from biometrics.services.readings import deposits_store, lock_key, patient_lock
from biometrics.services.storing import Deposit, Kind, Receipt
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients import selectors as patients
from patients.permissions import demand_writer

SOURCE = "correction"


@dataclass(frozen=True)
class Range:
    """Readings of one metric that start in [start, end), of one device or of all."""

    metric: str
    start: datetime
    end: datetime
    device_id: UUID | None = None


def readings_mark_error(*, by: Actor, patient_id: UUID, what: Range, reason: str) -> Receipt:
    """Take readings out of every figure. `readings_restore` undoes it."""
    demand_writer(by)
    patients.patient_get(by, patient_id)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        patient_lock(patient_id)
        lanes = _found(patient_id, what)
        (receipt,) = deposits_store(
            [Deposit(by, patient_id, lanes, SOURCE, _why(reason), Kind.ERROR)]
        )
        _latest_anew(patient_id, what.metric)
    return receipt


def readings_restore(*, by: Actor, patient_id: UUID, position: int) -> Receipt:
    """Let the readings count again that row `position` marked as entered in error."""
    demand_writer(by)
    patients.patient_get(by, patient_id)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        patient_lock(patient_id)
        row = IngestBatch.objects.filter(
            patient_id=patient_id, position=position, kind=Kind.ERROR
        ).first()
        if row is None:
            raise NotFound("There is no such correction.")
        lanes = lanes_unpacked(row.payload, row.device_id)
        (receipt,) = deposits_store([Deposit(by, patient_id, lanes, SOURCE, (), Kind.RESTORE)])
        if not receipt.accepted:
            raise Conflict("These readings count already.")
    return receipt


def readings_move(
    *, by: Actor, patient_id: UUID, to_patient_id: UUID, what: Range, reason: str
) -> tuple[Receipt, Receipt]:
    """Move readings to the patient to whom they belong; the actor must see both.

    They arrive without their device, which is the other patient's.
    """
    demand_writer(by)
    if patient_id == to_patient_id:
        raise Invalid("These readings are this patient's already.")
    both = sorted((patient_id, to_patient_id), key=lock_key)
    for each in both:
        patients.patient_get(by, each)
    with acting_as(by):
        for each in both:
            patient_lock(each)
        lanes = _found(patient_id, what)
        arriving: dict[Lane, Columns] = {(None, what.metric): joined([*lanes.values()])}
        why = _why(reason)
        gone, come = deposits_store(
            [
                Deposit(by, patient_id, lanes, SOURCE, why, Kind.MOVED_OUT),
                Deposit(by, to_patient_id, arriving, SOURCE, why, Kind.MOVED_IN),
            ]
        )
        _latest_anew(patient_id, what.metric)
    return gone, come


def _found(patient_id: UUID, what: Range) -> dict[Lane, Columns]:
    """The valid readings of a range; raises Invalid where there is none."""
    metric_of(what.metric)
    start_ms, end_ms = (round(at.timestamp() * 1000) for at in (what.start, what.end))
    if start_ms >= end_ms:
        raise Invalid("The range must end after it starts.")
    first, last = spans_between(what.metric, start_ms, end_ms)
    rows = ReadingSegment.objects.filter(
        patient_id=patient_id, metric=what.metric, span_start_ms__range=(first, last)
    ).order_by("device_id", "span_start_ms")
    if what.device_id:
        rows = rows.filter(device_id=what.device_id)
    parts: dict[Lane, list[Columns]] = {}
    for row in rows:
        inside = blob_from(row.samples).columns().between(start_ms, end_ms).valid()
        if len(inside):
            parts.setdefault((row.device_id, what.metric), []).append(inside)
    if not parts:
        raise Invalid("There is no reading in this range.")
    return {lane: joined(found) for lane, found in parts.items()}


def _latest_anew(patient_id: UUID, metric: str) -> None:
    """The newest value that still counts; none is kept where none is left."""
    rows = ReadingSegment.objects.filter(patient_id=patient_id, metric=metric, count__gt=0)
    newest = rows.order_by("device_id", "-span_start_ms").distinct("device_id")
    held = LatestReading.objects.filter(patient_id=patient_id, metric=metric)
    found = [(blob_from(row.samples).columns().valid(), row.device_id) for row in newest]
    if not found:
        held.delete()
        return
    samples, device = max(
        found, key=lambda each: (int(each[0].start_ms[-1]), str(each[1] or ""))
    )
    value = float(samples.value[-1])
    held.update(
        value=value, device_id=device, implausible=is_implausible(metric_of(metric), value),
        measured_at=datetime.fromtimestamp(int(samples.start_ms[-1]) / 1000, UTC),
    )  # fmt: skip


def _why(reason: str) -> list[Reason]:
    if not reason.strip():
        raise Invalid("Say why.", errors={"reason": ["This is needed."]})
    return [(-1, "reason", reason.strip())]
