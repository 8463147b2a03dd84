"""What was measured on each day, where nothing was, and when each device last spoke."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum

from biometrics.features.coverage import DayCoverage, day_coverage, hours_of_days, is_all_day
from biometrics.features.gaps import DayGap, day_gaps, usual_step
from biometrics.metrics import METRICS, Metric
from biometrics.models import LatestReading, Rollup
from biometrics.selectors.syncs import DeviceSync, syncs
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from patients import selectors as patients

LONGEST = 366


@dataclass(frozen=True)
class MetricCoverage:
    """One metric's days with data, oldest first, and the gaps between them.

    `all_day` says that a day is counted by its hours; otherwise one sample covers it.
    `current` is the gap that still lasts, None while data came as often as usual.
    """

    metric: Metric
    all_day: bool
    days: Sequence[DayCoverage]
    gaps: Sequence[DayGap]
    longest: DayGap | None
    current: DayGap | None
    measured_at: datetime | None


@dataclass(frozen=True)
class Coverage:
    """The local days first … last of one patient."""

    first: date
    last: date
    zone: ZoneInfo
    metrics: Sequence[MetricCoverage]
    devices: Sequence[DeviceSync]


def coverage(
    actor: Actor, patient_id: UUID, *, last: date, days: int, metrics: Sequence[str] = ()
) -> Coverage:
    """The calendar of `days` local days until `last`, of all metrics or some."""
    if not 1 <= days <= LONGEST:
        raise Invalid(f"A calendar shows 1 to {LONGEST} days.")
    zone = ZoneInfo(patients.patient_get(actor, patient_id).time_zone)
    first = last - timedelta(days - 1)
    with acting_as(actor, patient_id):
        found = _days(patient_id, first, last, metrics or list(METRICS), zone)
        devices = syncs(patient_id)
        audit.record_read(
            by=actor, act="reading.coverage", subject="rollup", patient_id=patient_id,
            days=days, metrics=len(found),
        )  # fmt: skip
    return Coverage(first, last, zone, found, devices)


def _days(
    patient_id: UUID, first: date, last: date, metrics: Sequence[str], zone: ZoneInfo
) -> list[MetricCoverage]:
    rows = (
        Rollup.objects.filter(
            patient__record_of=patient_id, period=Rollup.Period.HOUR, metric__in=metrics,
            local_date__gte=first, local_date__lte=last,
        )
        .values_list("metric", "local_date")
        .annotate(
            hours=Count("start_at", distinct=True), held=Sum("count"), odd=Sum("implausible")
        )
        .order_by("local_date")
    )  # fmt: skip
    by_metric: dict[str, list[tuple[date, int, int, int]]] = defaultdict(list)
    for metric, day, hours, held, odd in rows:
        by_metric[metric].append((day, hours, held, odd))
    lengths = hours_of_days(first, last, zone)
    latest = dict(
        LatestReading.objects.filter(patient__record_of=patient_id)
        .order_by("measured_at")
        .values_list("metric", "measured_at")
    )
    return [
        _metric_coverage(METRICS[code], by_metric[code], first, last, lengths, latest.get(code))
        for code in METRICS
        if code in by_metric
    ]


def _metric_coverage(
    metric: Metric, rows: Sequence[tuple[date, int, int, int]], first: date, last: date,
    lengths: Sequence[int], measured_at: datetime | None,
) -> MetricCoverage:  # fmt: skip
    all_day = is_all_day(metric, [hours for _, hours, _, _ in rows])
    days = [
        day_coverage(
            metric, day, samples=held, hours=hours, hours_of_day=lengths[(day - first).days],
            implausible=odd, all_day=all_day,
        )
        for day, hours, held, odd in rows
    ]  # fmt: skip
    measured = [day.day for day in days]
    usual = 1 if all_day else usual_step(measured)
    gaps = day_gaps(measured, usual)
    # Today is not over: its data may still come.
    since = DayGap(measured[-1] + timedelta(1), last)
    current = since if since.days > usual else None
    known = [*gaps, *([current] if current else [])]
    longest = max(known, key=lambda gap: gap.days, default=None)
    return MetricCoverage(metric, all_day, days, gaps, longest, current, measured_at)
