"""Reading measurements: samples as arrays, rollups, latest values, aggregates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import Columns, Floats, Ints
from biometrics.features.precedence import preferred
from biometrics.metrics import METRICS, Metric
from biometrics.models import LatestReading, Rollup
from biometrics.selectors.devices import precedence_of
from biometrics.selectors.segments import DeviceLane, lanes_between, ms_of
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from patients import selectors as patients


@dataclass(frozen=True)
class Readings:
    """Samples of one metric by time: start (ms UTC) and value, in the metric's unit."""

    times_ms: Ints
    values: Floats


@dataclass(frozen=True)
class Latest:
    """The newest value of a metric, when it was measured and when it arrived."""

    metric: Metric
    value: float
    measured_at: datetime
    synced_at: datetime
    implausible: bool


@dataclass(frozen=True)
class Aggregate:
    """One metric over a number of local days. Each day counts by its samples."""

    metric: Metric
    samples: int
    mean: float
    low: float
    high: float
    sd_of_days: float | None
    days: int
    days_asked: int
    first_day: date
    last_day: date


def readings_array(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime
) -> Readings:
    """Every sample that starts in [start, end), of all devices."""
    found = samples_speaking(actor, patient_id, metric, ms_of(start), ms_of(end))
    return Readings(found.start_ms, found.value)


def daily_rollups(
    actor: Actor, patient_id: UUID, metrics: Iterable[str], start: date, end: date
) -> list[Rollup]:
    """Daily summaries of local days in [start, end], by metric and day."""
    with acting_as(actor, patient_id):
        rows = Rollup.objects.filter(
            patient__record_of=patient_id, period=Rollup.Period.DAY, metric__in=list(metrics),
            local_date__gte=start, local_date__lte=end,
        )  # fmt: skip
        return list(rows.order_by("metric", "local_date"))


def aggregated(actor: Actor, patient_id: UUID, days: int, now: datetime) -> list[Aggregate]:
    """Each metric over the last `days` days, from daily summaries."""
    patient = patients.patient_get(actor, patient_id)
    last = now.astimezone(ZoneInfo(patient.time_zone)).date()
    rows = daily_rollups(actor, patient_id, METRICS, last - timedelta(days - 1), last)
    groups = groupby(rows, key=lambda row: row.metric)
    return [_aggregate(METRICS[code], list(group), days) for code, group in groups]


def hourly_rollups(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime
) -> list[Rollup]:
    with acting_as(actor, patient_id):
        rows = Rollup.objects.filter(
            patient__record_of=patient_id, period=Rollup.Period.HOUR, metric=metric,
            start_at__gte=start, start_at__lt=end,
        )  # fmt: skip
        return list(rows.order_by("start_at"))


def latest(actor: Actor, patient_id: UUID) -> list[Latest]:
    """The newest value of each metric, in the catalogue's order."""
    with acting_as(actor, patient_id):
        known = LatestReading.objects.filter(patient__record_of=patient_id)
        rows = {row.metric: row for row in known.order_by("measured_at")}
    return [
        Latest(
            METRICS[code], rows[code].value, rows[code].measured_at, rows[code].synced_at,
            rows[code].implausible,
        )
        for code in METRICS
        if code in rows
    ]  # fmt: skip


def metrics_present(actor: Actor, patient_id: UUID) -> list[str]:
    """Codes of the metrics that this patient has samples of."""
    return [row.metric.code for row in latest(actor, patient_id)]


def _aggregate(metric: Metric, rows: list[Rollup], asked: int) -> Aggregate:
    samples = sum(row.count for row in rows)
    by_day = [row.mean for row in rows]
    return Aggregate(
        metric=metric,
        samples=samples,
        mean=sum(row.mean * row.count for row in rows) / samples,
        low=min(row.low for row in rows),
        high=max(row.high for row in rows),
        sd_of_days=float(np.std(by_day, ddof=1)) if len(by_day) > 1 else None,
        days=len({row.local_date for row in rows}),
        days_asked=asked,
        first_day=rows[0].local_date,
        last_day=rows[-1].local_date,
    )


def samples_speaking(
    actor: Actor, patient_id: UUID, metric: str, start_ms: int, end_ms: int
) -> Columns:
    """Valid samples that start in [start_ms, end_ms), by time; where several devices
    measured an hour, those of the one that is preferred."""
    with acting_as(actor, patient_id):
        lanes = lanes_between(patient_id, metric, start_ms, end_ms)
        return speaking(actor, patient_id, metric, lanes)


def speaking(
    actor: Actor, patient_id: UUID, metric: str, lanes: Sequence[DeviceLane]
) -> Columns:
    """What lanes that were opened for an actor say together, with the read on record."""
    audit.record_read(
        by=actor, act="reading.read", subject="reading", patient_id=patient_id,
        metric=metric, samples=sum(len(lane.samples) for lane in lanes),
    )  # fmt: skip
    order = precedence_of(actor, patient_id, metric) if len(lanes) > 1 else ()
    return preferred([(lane.device_id, lane.samples) for lane in lanes], order)
