"""The figures of days in one table: what a day of each metric comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from statistics import fmean
from uuid import UUID
from zoneinfo import ZoneInfo

from biometrics.features.figures import Figure, figure_of
from biometrics.metrics import METRICS, Aggregation, Metric
from biometrics.models import Rollup
from biometrics.selectors.devices import precedence_of
from biometrics.selectors.readings import daily_rollups
from biometrics.selectors.rollups import Period, periods_page
from clinicity.common.actors import Actor
from patients import selectors as patients


@dataclass(frozen=True)
class DailySummary:
    """One metric's days with data: the mean, lowest and highest of their figures.

    `minutes` are the mean minutes a day in each state, for metrics of states alone.
    `newest` is the figure of the newest of those days.
    """

    metric: Metric
    days: int
    samples: int
    mean: float | None
    low: float | None
    high: float | None
    newest_day: date
    newest: Figure
    minutes: dict[int, float] = field(default_factory=dict)


def daily_summaries(
    actor: Actor, patient_id: UUID, *, days: int, now: datetime
) -> list[DailySummary]:
    """Each metric over the last `days` local days. One device speaks for each day."""
    zone = ZoneInfo(patients.patient_get(actor, patient_id).time_zone)
    last = now.astimezone(zone).date()
    first = last - timedelta(days - 1)
    rows = daily_rollups(actor, patient_id, METRICS, first, last)

    def order(metric: str) -> Sequence[UUID | None]:
        several = len({row.device_id for row in by_metric[metric]}) > 1
        return precedence_of(actor, patient_id, metric) if several else ()

    by_metric = {code: list(group) for code, group in groupby(rows, attrgetter("metric"))}
    return [
        _of_states(actor, patient_id, METRICS[code], first, now, zone)
        if METRICS[code].aggregation is Aggregation.TIME_IN_STATE
        else _of_amounts(METRICS[code], by_metric[code], order(code))
        for code in METRICS
        if code in by_metric
    ]


def _of_amounts(
    metric: Metric, rows: Sequence[Rollup], order: Sequence[UUID | None]
) -> DailySummary:
    spoken = [_first(list(day), order) for _, day in groupby(rows, attrgetter("local_date"))]
    figures = [figure_of(metric, row) for row in spoken]
    values = [figure.value or 0.0 for figure in figures]
    return DailySummary(
        metric=metric, days=len(spoken), samples=sum(row.count for row in spoken),
        mean=fmean(values), low=min(values), high=max(values),
        newest_day=spoken[-1].local_date, newest=figures[-1],
    )  # fmt: skip


def _first(rows: Sequence[Rollup], order: Sequence[UUID | None]) -> Rollup:
    """Of the devices that measured a day, the one that speaks first."""
    return min(rows, key=lambda row: order.index(row.device_id) if order else 0)


def _of_states(
    actor: Actor, patient_id: UUID, metric: Metric, first: date, now: datetime, zone: ZoneInfo
) -> DailySummary:
    start = datetime.combine(first, time(), zone)
    found = periods_page(actor, patient_id, metric.code, start, now, size=None).items
    return DailySummary(
        metric=metric, days=len(found), samples=sum(period.count for period in found),
        mean=None, low=None, high=None, newest_day=found[-1].local_date,
        newest=found[-1].figure, minutes=_mean_minutes(found),
    )  # fmt: skip


def _mean_minutes(found: Sequence[Period]) -> dict[int, float]:
    totals: dict[int, float] = {}
    for period in found:
        for code, minutes in period.figure.minutes.items():
            totals[code] = totals.get(code, 0.0) + minutes
    return {code: total / len(found) for code, total in totals.items()}
