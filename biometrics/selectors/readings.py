"""Reading measurements: single samples, series for charts, summaries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from tsdownsample import MinMaxLTTBDownsampler

from biometrics.features.blob import blob_from, values_from
from biometrics.features.columns import EMPTY, Columns, Floats, Ints, joined
from biometrics.features.precedence import preferred
from biometrics.features.spans import spans_between
from biometrics.metrics import METRICS, Metric, metric_of
from biometrics.models import LatestReading, Rollup
from biometrics.selectors.devices import precedence_of
from biometrics.services.state import SAMPLES
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.pipeline import pipelined
from patients import selectors as patients

# A pause this many times the usual step is a gap, and drawn as one.
GAP_STEPS = 5


@dataclass(frozen=True)
class Readings:
    """Samples of one metric by time: start (ms UTC) and value, in the metric's unit."""

    times_ms: Ints
    values: Floats


@dataclass(frozen=True)
class Series:
    """What a chart draws: at most `points` samples, None where a gap is."""

    metric: Metric
    times_ms: list[int]
    values: list[float | None]
    total: int


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
    return _values(actor, patient_id, metric, _ms(start), _ms(end))


def series(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime, points: int
) -> Series:
    """The samples as a chart shows them: peaks are kept (MinMaxLTTB), gaps stay gaps."""
    patients.patient_get(actor, patient_id)
    found = _values(actor, patient_id, metric, _ms(start), _ms(end))
    shown = found
    if len(found.times_ms) > points:
        thinner = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
        chosen = thinner.downsample(found.times_ms, found.values, n_out=points)
        shown = Readings(found.times_ms[chosen], found.values[chosen])
    times, values = _with_gaps(shown, found)
    return Series(metric_of(metric), times, values, len(found.times_ms))


def daily_rollups(
    actor: Actor, patient_id: UUID, metrics: Iterable[str], start: date, end: date
) -> list[Rollup]:
    """Daily summaries of local days in [start, end], by metric and day."""
    with acting_as(actor, _scope(actor, patient_id)):
        rows = Rollup.objects.filter(
            patient_id=patient_id, period=Rollup.Period.DAY, metric__in=list(metrics),
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
    with acting_as(actor, _scope(actor, patient_id)):
        rows = Rollup.objects.filter(
            patient_id=patient_id, period=Rollup.Period.HOUR, metric=metric,
            start_at__gte=start, start_at__lt=end,
        )  # fmt: skip
        return list(rows.order_by("start_at"))


def latest(actor: Actor, patient_id: UUID) -> list[Latest]:
    """The newest value of each metric, in the catalogue's order."""
    with acting_as(actor, _scope(actor, patient_id)):
        rows = {row.metric: row for row in LatestReading.objects.filter(patient_id=patient_id)}
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


# Straight from the driver, without a model instance for each of a year's segments.
SEGMENTS = """
SELECT id, device_id, samples FROM biometrics_readingsegment
WHERE patient_id = %s AND metric = %s AND span_start_ms BETWEEN %s AND %s
ORDER BY span_start_ms
"""


def samples_speaking(
    actor: Actor, patient_id: UUID, metric: str, start_ms: int, end_ms: int
) -> Columns:
    """Valid samples that start in [start_ms, end_ms), by time; where several devices
    measured an hour, those of the one that is preferred."""
    with acting_as(actor, _scope(actor, patient_id)):
        rows = _segments(actor, patient_id, metric, start_ms, end_ms)
        order = precedence_of(actor, patient_id, metric) if _several(rows) else ()
    parts: dict[UUID | None, list[Columns]] = {}
    for id, device, blob in rows:
        found = blob_from(SAMPLES.open_value(patient_id, id, blob)).columns().valid()
        parts.setdefault(device, []).append(found)
    lanes = [(device, joined(found)) for device, found in parts.items()]
    return preferred(lanes, order).between(start_ms, end_ms)


def _values(
    actor: Actor, patient_id: UUID, metric: str, start_ms: int, end_ms: int
) -> Readings:
    """Start and value only; one device's segments are not opened further than that."""
    with acting_as(actor, _scope(actor, patient_id)):
        rows = _segments(actor, patient_id, metric, start_ms, end_ms)
        if _several(rows):
            found = samples_speaking(actor, patient_id, metric, start_ms, end_ms)
            return Readings(found.start_ms, found.value)
        parts = [values_from(SAMPLES.open_value(patient_id, id, blob)) for id, _, blob in rows]
    times = np.concatenate([EMPTY.start_ms, *(part[0] for part in parts)])
    values = np.concatenate([EMPTY.value, *(part[1] for part in parts)])
    inside = slice(*np.searchsorted(times, (start_ms, end_ms)).tolist())
    return Readings(times[inside], values[inside])


def _segments(
    actor: Actor, patient_id: UUID, metric: str, start_ms: int, end_ms: int
) -> list[tuple[UUID, UUID | None, bytes]]:
    """Id, device and sealed samples of the segments of a window, with the read on record."""
    with pipelined() as ask:
        found = ask(SEGMENTS, [patient_id, metric, *spans_between(metric, start_ms, end_ms)])
    rows = found.fetchall()
    audit.record(
        by=actor, act="reading.read", subject="reading", patient_id=patient_id,
        metric=metric, segments=len(rows),
    )  # fmt: skip
    return rows


def _several(rows: Sequence[tuple[UUID, UUID | None, bytes]]) -> bool:
    return len({device for _, device, _ in rows}) > 1


def _with_gaps(shown: Readings, found: Readings) -> tuple[list[int], list[float | None]]:
    if len(found.times_ms) < 2:
        return shown.times_ms.tolist(), shown.values.tolist()
    steps = np.diff(found.times_ms)
    step = float(np.median(steps))
    pauses = np.flatnonzero(steps > GAP_STEPS * max(step, 1.0))
    breaks = found.times_ms[pauses] + int(step)
    places = np.searchsorted(shown.times_ms, breaks)
    times = np.insert(shown.times_ms, places, breaks)
    values = np.insert(shown.values, places, np.nan)
    return times.tolist(), [None if value != value else value for value in values.tolist()]


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _scope(actor: Actor, patient_id: UUID) -> UUID | None:
    return patient_id if actor.role == Role.SERVICE else None
