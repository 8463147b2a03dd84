"""Rollups and latest values, recomputed from segments for what a batch has touched."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import Q

from biometrics.features.columns import Columns, joined, unpacked
from biometrics.features.rollups import (
    Summary,
    day_edges,
    hour_edges,
    local_date,
    summaries,
)
from biometrics.metrics import metric_of
from biometrics.models import LatestReading, ReadingSegment, Rollup
from biometrics.samples import is_implausible
from clinicity.common.ids import new_id

FIGURES = ("count", "mean", "low", "high", "sd")
# A month of minutes makes 750 summaries: as arrays they are one statement, not 750 rows
# through the ORM.
UPSERT = """
INSERT INTO biometrics_rollup (
    patient_id, device_id, metric, period, created_at, id, start_at, local_date,
    count, mean, low, high, sd, implausible
)
SELECT %s, %s, %s, %s, now(), part.*, 0
FROM unnest(
    %s::uuid[], %s::timestamptz[], %s::date[],
    %s::int[], %s::float8[], %s::float8[], %s::float8[], %s::float8[]
) AS part
ON CONFLICT (patient_id, metric, period, start_at, device_id) DO UPDATE SET
    local_date = excluded.local_date, count = excluded.count, mean = excluded.mean,
    low = excluded.low, high = excluded.high, sd = excluded.sd
"""


def summaries_refresh(
    patient_id: UUID, device_id: UUID | None, metric: str, new: Columns, zone: ZoneInfo,
    synced_at: datetime,
) -> None:  # fmt: skip
    """Recompute each hour and local day that `new` touches, and the latest value."""
    first_ms, last_ms = int(new.start_ms.min()), int(new.start_ms.max())
    days = day_edges(local_date(first_ms, zone), local_date(last_ms, zone), zone)
    held = samples_between(patient_id, metric, int(days[0]), int(days[-1]), device_id)
    for period, edges in (
        (Rollup.Period.DAY, days),
        (Rollup.Period.HOUR, hour_edges(first_ms, last_ms)),
    ):
        found = summaries(held.start_ms, held.value, edges)
        _keep(patient_id, device_id, metric, period, found, zone)
    _latest_keep(patient_id, device_id, metric, held, synced_at)


def samples_between(
    patient_id: UUID, metric: str, start_ms: int, end_ms: int, device_id: UUID | None
) -> Columns:
    """One device's samples that start in [start_ms, end_ms), by time."""
    span = metric_of(metric).span_ms
    segments = ReadingSegment.objects.filter(
        Q(device_id=device_id), patient_id=patient_id, metric=metric,
        span_start_ms__gt=start_ms - span, span_start_ms__lt=end_ms,
    ).order_by("span_start_ms")  # fmt: skip
    found = joined([unpacked(segment.samples) for segment in segments])
    inside = (found.start_ms >= start_ms) & (found.start_ms < end_ms)
    return found.take(inside)


def _keep(
    patient_id: UUID, device_id: UUID | None, metric: str, period: str, found: list[Summary],
    zone: ZoneInfo,
) -> None:  # fmt: skip
    """Write the summaries over those of the same hours or days, in one statement."""
    rows: list[list[Any]] = [
        [new_id() for _ in found],
        [moment_of(part.start_ms) for part in found],
        [local_date(part.start_ms, zone) for part in found],
        *([getattr(part, name) for part in found] for name in FIGURES),
    ]
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [patient_id, device_id, metric, period, *rows])


def _latest_keep(
    patient_id: UUID, device_id: UUID | None, metric: str, held: Columns, synced_at: datetime
) -> None:
    newest = int(np.argmax(held.start_ms))
    measured_at = moment_of(int(held.start_ms[newest]))
    latest = LatestReading.objects.filter(patient_id=patient_id, metric=metric).first()
    if latest and latest.measured_at > measured_at:
        return
    latest = latest or LatestReading(patient_id=patient_id, metric=metric)
    latest.device_id, latest.value = device_id, float(held.value[newest])
    latest.measured_at, latest.synced_at = measured_at, synced_at
    latest.implausible = is_implausible(metric_of(metric), latest.value)
    latest.save()


def moment_of(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
