"""Storing readings: ledger, segments, rollups, audit and event in one transaction.

1. Take the patient's advisory lock, so that batches of one patient come one by one.
2. Merge the samples into the few segments that they touch.
3. Write the ledger row under the patient's next position.
4. Recompute the rollups and the latest value of what changed.
5. Record one audit event and publish one event for the batch.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from django.db import connection
from django.db.models import Max, Q

from biometrics.features.columns import Columns, Merged, columns_of, merge, packed, unpacked
from biometrics.metrics import metric_of
from biometrics.models import ImportRun, IngestBatch, ReadingSegment
from biometrics.samples import Sample, sorted_out
from biometrics.services.summaries import summaries_refresh
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Invalid, NotFound
from clinicity.common.ids import new_id
from patients.models import Patient

# Two-part advisory locks: this class, and a hash of the patient.
PATIENT_LOCK = 0x4C0C
Counts = tuple[int, int, int]
# A device (None for what names none) and a metric's code.
Lane = tuple[UUID | None, str]


@dataclass(frozen=True)
class Receipt:
    """What became of each sample of a batch, and the digest of what was stored."""

    id: UUID
    patient_id: UUID
    position: int
    accepted: int
    duplicate: int
    corrected: int
    rejected: int
    reasons: Sequence[tuple[int, str]]
    digest: str
    received_at: datetime


def readings_store(
    *,
    by: Actor,
    patient_id: UUID,
    samples: Sequence[Sample],
    device_id: UUID | None = None,
    source: str = "api",
) -> Receipt:
    """Store samples as they were sent. Bad ones are named in the receipt."""
    found = sorted_out(samples, now=clock.now())
    return columns_store(
        by=by, patient_id=patient_id, columns=found.columns, reasons=found.reasons,
        device_id=device_id, source=source,
    )  # fmt: skip


def columns_store(
    *,
    by: Actor,
    patient_id: UUID,
    columns: Mapping[str, Columns],
    reasons: Sequence[tuple[int, str]] = (),
    device_id: UUID | None = None,
    source: str,
) -> Receipt:
    """Store columns that are in the metrics' own units already, by metric."""
    _demand_known(columns, reasons)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        zone, now = patient_locked(patient_id), clock.now()
        position = next_position(patient_id)
        counts = np.zeros(3, dtype=np.int64)
        for metric, new in columns.items():
            counts += _segments_merge(patient_id, device_id, metric, new, position)
            summaries_refresh(patient_id, device_id, metric, new, zone, now)
        batch = _ledger_add(
            by, patient_id, device_id, source, columns, reasons, counts, position, now
        )
        audit.record(
            by=by, act="reading.ingest", subject="ingest_batch", subject_id=batch.id,
            patient_id=patient_id, metrics=sorted(columns), stored=int(counts[0] + counts[2]),
        )  # fmt: skip
        events.publish(
            "biometrics.readings_stored", patient_id=patient_id, batch_id=str(batch.id)
        )
    return receipt_of(batch)


def lanes_store(
    *,
    by: Actor,
    patient_id: UUID,
    lanes: Mapping[Lane, Columns],
    reasons: Sequence[tuple[int, str]] = (),
    source: str,
    import_run: ImportRun | None = None,
) -> Receipt:
    """Store columns of several devices and metrics as one row of the ledger.

    Joins the caller's transaction, so that an import keeps its position with the samples.
    """
    raise NotImplementedError


def _demand_known(columns: Iterable[str], reasons: Sequence[tuple[int, str]]) -> None:
    for metric in columns:
        metric_of(metric)
    if not columns and not reasons:
        raise Invalid("There is no sample to store.")


def receipt_of(batch: IngestBatch) -> Receipt:
    return Receipt(
        id=batch.id, patient_id=batch.patient_id, position=batch.position,
        accepted=batch.accepted, duplicate=batch.duplicate, corrected=batch.corrected,
        rejected=batch.rejected, reasons=[(index, why) for index, why in batch.reasons or ()],
        digest=batch.digest, received_at=batch.created_at,
    )  # fmt: skip


def patient_locked(patient_id: UUID) -> ZoneInfo:
    """Hold the patient's readings until the transaction ends; give their time zone."""
    with connection.cursor() as cursor:
        key = int.from_bytes(hashlib.sha256(patient_id.bytes).digest()[:4], signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PATIENT_LOCK, key])
    zone = (
        Patient.objects.filter(id=patient_id, deleted_at__isnull=True)
        .values_list("time_zone", flat=True)
        .first()
    )
    if zone is None:
        raise NotFound("There is no such patient.")
    return ZoneInfo(zone)


def next_position(patient_id: UUID) -> int:
    """The patient's next place in the ledger; call it under the lock."""
    last = IngestBatch.objects.filter(patient_id=patient_id).aggregate(last=Max("position"))
    return int(last["last"] or 0) + 1


def payload_of(columns: Mapping[str, Columns]) -> bytes:
    """The samples of a batch as the ledger keeps them."""
    return msgspec.msgpack.encode(
        {metric: packed(columns[metric]) for metric in sorted(columns)}
    )


def columns_in(payload: bytes) -> dict[str, Columns]:
    """The inverse of `payload_of`."""
    parts = msgspec.msgpack.decode(payload, type=dict[str, bytes])
    return {metric: unpacked(data) for metric, data in parts.items()}


def _segments_merge(
    patient_id: UUID, device_id: UUID | None, metric: str, new: Columns, position: int
) -> Counts:
    span = metric_of(metric).span_ms
    spans = new.start_ms // span * span
    starts = np.unique(spans).tolist()
    held = _segments_held(patient_id, device_id, metric, starts)
    totals = np.zeros(3, dtype=np.int64)
    created = []
    for start in starts:
        segment = held.get(start) or ReadingSegment(
            id=new_id(), patient_id=patient_id, device_id=device_id, metric=metric,
            span_start_ms=start,
        )  # fmt: skip
        merged = _merged(segment, new.take(spans == start))
        totals += (merged.accepted, merged.duplicate, merged.corrected)
        if not merged.accepted and not merged.corrected:
            continue
        segment.samples, segment.count = packed(merged.columns), len(merged.columns)
        segment.position = position
        if start in held:
            segment.save(update_fields=["samples", "count", "position"])
        else:
            created.append(segment)
    ReadingSegment.objects.bulk_create(created)
    return totals  # type: ignore[return-value]


def _segments_held(
    patient_id: UUID, device_id: UUID | None, metric: str, starts: Sequence[int]
) -> dict[int, ReadingSegment]:
    rows = ReadingSegment.objects.filter(
        Q(device_id=device_id), patient_id=patient_id, metric=metric, span_start_ms__in=starts
    )
    return {segment.span_start_ms: segment for segment in rows}


def _merged(segment: ReadingSegment, new: Columns) -> Merged:
    old = unpacked(segment.samples) if segment.samples else columns_of([], [])
    return merge(old, new)


def _ledger_add(
    by: Actor, patient_id: UUID, device_id: UUID | None, source: str,
    columns: Mapping[str, Columns], reasons: Sequence[tuple[int, str]], counts: np.ndarray,
    position: int, now: datetime,
) -> IngestBatch:  # fmt: skip
    payload = payload_of(columns)
    accepted, duplicate, corrected = counts.tolist()
    return IngestBatch.objects.create(
        patient_id=patient_id, position=position, payload=payload,
        digest=hashlib.sha256(payload).hexdigest(), device_id=device_id, source=source,
        actor_id=by.id, accepted=accepted, duplicate=duplicate, corrected=corrected,
        rejected=len(reasons), reasons=list(reasons) or None, created_at=now,
        metrics=sorted(columns),
    )  # fmt: skip
