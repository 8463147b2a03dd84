"""Hours and days of a metric in the patient's zone, each as the figure that it comes to.

Where several devices measured the same, one speaks for each hour or day: the first of
the patient's own order that has data. A sum over two watches would count a step twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from biometrics.features.coverage import expected_samples, hours_of_days
from biometrics.features.days import edges_of
from biometrics.features.figures import Figure, figure_of, minutes_in_states
from biometrics.features.rollups import hour_edges
from biometrics.metrics import DAY_MS, HOUR_MS, Aggregation, Metric, metric_of
from biometrics.models import Rollup
from biometrics.selectors.devices import precedence_of
from biometrics.selectors.segments import lanes_between, ms_of
from biometrics.services.replay import zones_known
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from patients import selectors as patients

FIELDS = (
    "device_id", "start_at", "local_date", "count", "mean", "low", "high", "sd", "implausible",
)  # fmt: skip
Minutes = dict[tuple[UUID | None, int], dict[int, float]]


@dataclass(frozen=True)
class Period:
    """One hour or local day of one device. `hours` of a day are those with data.

    `coverage` is the share of its hours (a day) or of its expected samples (an hour,
    None where the catalogue says no rate).
    """

    device_id: UUID | None
    start_at: datetime
    local_date: date
    count: int
    figure: Figure
    low: float
    high: float
    sd: float | None
    implausible: int
    hours: int
    hours_of_day: int
    coverage: float | None


@dataclass(frozen=True, slots=True)
class _Row:
    """A rollup's `FIELDS`: a year of hours is 9,000 of them, too many for model instances."""

    device_id: UUID | None
    start_at: datetime
    local_date: date
    count: int
    mean: float
    low: float
    high: float
    sd: float | None
    implausible: int


@dataclass(frozen=True)
class Periods:
    """A page of hours or days, oldest first; times are the patient's own."""

    metric: Metric
    period: str
    zone: ZoneInfo
    items: Sequence[Period]
    next_cursor: str | None = None


@dataclass(frozen=True)
class _Asked:
    """What a request narrows the rollups to."""

    patient_id: UUID
    metric: Metric
    period: str
    first: datetime
    last: datetime
    zone: ZoneInfo
    device_id: UUID | None

    def rows(self) -> "QuerySet[Rollup]":
        rows = self.of_period(self.period)
        if self.period == Rollup.Period.DAY:
            return rows
        return rows.filter(start_at__gte=self.first, start_at__lt=self.last)

    def of_period(self, period: str) -> "QuerySet[Rollup]":
        rows = Rollup.objects.filter(
            patient__record_of=self.patient_id, metric=self.metric.code, period=period,
            local_date__gte=self.first.date(), local_date__lte=self.last_day,
        )  # fmt: skip
        return rows.filter(device_id=self.device_id) if self.device_id else rows

    @property
    def last_day(self) -> date:
        return (self.last - timedelta(microseconds=1)).date()


def periods_page(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime, *,
    period: str = Rollup.Period.DAY, merged: bool = True, device_id: UUID | None = None,
    cursor: str | None = None, size: int | None = 200,
) -> Periods:  # fmt: skip
    """The hours or days that overlap [start, end): `size` of them, or all without one."""
    patient = patients.patient_get(actor, patient_id)
    asked = _asked(
        patient_id, metric, period, start, end, ZoneInfo(patient.time_zone), device_id
    )
    with acting_as(actor, patient_id):
        rows, next_start = _page_rows(asked, cursor, size)
        items = _periods(asked, rows, next_start)
        if merged and len({item.device_id for item in items}) > 1:
            items = _spoken(items, precedence_of(actor, patient_id, metric))
        audit.record_read(
            by=actor, act="reading.read", subject="rollup", patient_id=patient_id,
            metric=metric, rollups=len(items),
        )  # fmt: skip
    next_cursor = items[-1].start_at.isoformat() if items and next_start else None
    return Periods(asked.metric, period, asked.zone, items, next_cursor)


def _asked(
    patient_id: UUID, metric: str, period: str, start: datetime, end: datetime,
    zone: ZoneInfo, device_id: UUID | None,
) -> _Asked:  # fmt: skip
    if end <= start:
        raise Invalid("The end must come after the start.")
    first = start.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    return _Asked(
        patient_id, metric_of(metric), period, first, end.astimezone(zone), zone, device_id
    )


def _page_rows(
    asked: _Asked, cursor: str | None, size: int | None
) -> tuple[list[_Row], datetime | None]:
    """The page's rows, and where the next page begins."""
    rows = asked.rows().order_by("start_at")
    if cursor:
        rows = rows.filter(start_at__gt=_moment(cursor))
    if size is None:
        return _read(rows), None
    starts = list(rows.values_list("start_at", flat=True).distinct()[: size + 1])
    if len(starts) <= size:
        return _read(rows), None
    return _read(rows.filter(start_at__lt=starts[size])), starts[size]


def _read(rows: "QuerySet[Rollup]") -> list[_Row]:
    return [_Row(*row) for row in rows.values_list(*FIELDS)]


def _moment(cursor: str) -> datetime:
    """The inverse of a start's `isoformat`. A `+` of an unquoted URL comes as a space."""
    try:
        return datetime.strptime(cursor.replace(" ", "+"), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError as error:
        raise Invalid("The cursor is not one that this list gave.") from error


def _periods(asked: _Asked, rows: Sequence[_Row], next_start: datetime | None) -> list[Period]:
    if not rows:
        return []
    minutes = _minutes(asked, rows, next_start)
    hours = _hours(asked, rows)
    lengths = _lengths(asked, rows)
    return [
        _period(
            asked, row,
            minutes.get((row.device_id, ms_of(row.start_at))) if minutes else None,
            hours.get((row.device_id, row.local_date), 0), lengths[row.local_date],
        )
        for row in rows
    ]  # fmt: skip


def _period(
    asked: _Asked, row: _Row, minutes: dict[int, float] | None, hours: int, hours_of_day: int
) -> Period:
    by_day = asked.period == Rollup.Period.DAY
    coverage = _day_share if by_day else _hour_share
    return Period(
        device_id=row.device_id, start_at=row.start_at.astimezone(asked.zone),
        local_date=row.local_date, count=row.count,
        figure=figure_of(asked.metric, row, minutes), low=row.low, high=row.high, sd=row.sd,
        implausible=row.implausible, hours=hours if by_day else 1, hours_of_day=hours_of_day,
        coverage=coverage(asked.metric, row.count, hours / hours_of_day),
    )  # fmt: skip


def _day_share(metric: Metric, count: int, hours: float) -> float | None:
    return 1.0 if metric.lasts_ms >= DAY_MS else min(1.0, hours)


def _hour_share(metric: Metric, count: int, hours: float) -> float | None:
    expected = expected_samples(metric, HOUR_MS)
    return None if expected is None else min(1.0, count / expected)


def _hours(asked: _Asked, rows: Sequence[_Row]) -> dict[tuple[UUID | None, date], int]:
    """Hours with data of each device and day."""
    if asked.period != Rollup.Period.DAY:
        return {}
    found = asked.of_period(Rollup.Period.HOUR).filter(
        local_date__gte=rows[0].local_date, local_date__lte=rows[-1].local_date
    )
    counted = found.values_list("device_id", "local_date").annotate(hours=Count("id"))
    return {(device, day): hours for device, day, hours in counted}


def _lengths(asked: _Asked, rows: Sequence[_Row]) -> dict[date, int]:
    first, last = rows[0].local_date, rows[-1].local_date
    hours = hours_of_days(first, last, asked.zone)
    return {first + timedelta(n): hours[n] for n in range(len(hours))}


def _minutes(asked: _Asked, rows: Sequence[_Row], next_start: datetime | None) -> Minutes:
    """Minutes in each state by device and start of the hour or day; states only."""
    if asked.metric.aggregation is not Aggregation.TIME_IN_STATE:
        return {}
    start_ms, end_ms = ms_of(rows[0].start_at), ms_of(next_start or asked.last)
    edges = (
        edges_of(rows[0].local_date, rows[-1].local_date, zones_known(asked.patient_id))
        if asked.period == Rollup.Period.DAY
        else hour_edges(start_ms, end_ms)
    )
    # A stage may have begun on the day before.
    lanes = lanes_between(
        asked.patient_id, asked.metric.code, start_ms - DAY_MS, int(edges[-1]), asked.device_id
    )
    return {
        (lane.device_id, start): found
        for lane in lanes
        for start, found in minutes_in_states(lane.samples, edges).items()
    }


def _spoken(items: Iterable[Period], order: Sequence[UUID | None]) -> list[Period]:
    groups = groupby(items, key=lambda item: item.start_at)
    return [min(group, key=lambda item: order.index(item.device_id)) for _, group in groups]
