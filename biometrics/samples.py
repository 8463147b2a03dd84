"""From what a client sends to columns: units, times and plausibility checked. Pure.

A bad sample is rejected with its index and a reason; the good ones beside it are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from math import isfinite
from operator import attrgetter

from biometrics.features.columns import NO_SEQUENCE, Columns, columns_of
from biometrics.metrics import Metric, metric_of
from clinicity.common.exceptions import Invalid

# A device's clock may run ahead by this much; what is later is no measurement.
AHEAD = timedelta(minutes=5)
OLDEST_MS = 0


@dataclass(frozen=True)
class Sample:
    """One measurement as sent. Times carry their zone; an empty unit is the metric's own."""

    metric: str
    start: datetime
    value: float
    unit: str = ""
    end: datetime | None = None
    sequence: int = NO_SEQUENCE


@dataclass(frozen=True)
class Sorted:
    """Good samples by metric, in the order they came, and the reasons for the others."""

    columns: Mapping[str, Columns]
    reasons: Sequence[tuple[int, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class _Row:
    metric: str
    start_ms: int
    duration_ms: int
    value: float
    offset_min: int
    sequence: int


def sorted_out(samples: Sequence[Sample], *, now: datetime) -> Sorted:
    """Check every sample and lay the good ones out as columns."""
    rows: list[_Row] = []
    reasons: list[tuple[int, str]] = []
    for index, sample in enumerate(samples):
        try:
            rows.append(_row(sample, now))
        except Invalid as refusal:
            reasons.append((index, refusal.detail))
    rows.sort(key=attrgetter("metric"))  # stable: the order within a metric stays
    groups = groupby(rows, key=attrgetter("metric"))
    return Sorted({metric: _columns(list(group)) for metric, group in groups}, reasons)


def value_in(data: Mapping[str, object], metric: Metric) -> float:
    """The value of a single event's `data`, under one of the metric's names."""
    for key in (*metric.keys, "value"):
        value = data.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    names = " or ".join(repr(key) for key in (*metric.keys, "value"))
    raise Invalid(f"`data` of {metric.code} needs a number under {names}.")


def is_implausible(metric: Metric, value: float) -> bool:
    """Outside what a body does: kept, and shown as doubtful."""
    return not metric.low <= value <= metric.high


def _row(sample: Sample, now: datetime) -> _Row:
    metric = metric_of(sample.metric)
    factor, shift = metric.factor_of(sample.unit)
    start_ms = _moment_ms(sample.start, now)
    end_ms = start_ms + metric.lasts_ms if sample.end is None else _moment_ms(sample.end, now)
    if end_ms < start_ms:
        raise Invalid("A sample can't end before it starts.")
    if not isfinite(sample.value):
        raise Invalid("The value is not a number.")
    offset = sample.start.utcoffset() or timedelta()
    value = sample.value * factor + shift
    minutes = int(offset.total_seconds() // 60)
    return _Row(metric.code, start_ms, end_ms - start_ms, value, minutes, sample.sequence)


def _moment_ms(moment: datetime, now: datetime) -> int:
    if moment.tzinfo is None:
        raise Invalid("The time has no zone: write it as 2025-04-17T14:23:00Z.")
    if moment > now + AHEAD:
        raise Invalid("The time is in the future.")
    milliseconds = round(moment.timestamp() * 1000)
    if milliseconds < OLDEST_MS:
        raise Invalid("The time is before 1970.")
    return milliseconds


def _columns(rows: Sequence[_Row]) -> Columns:
    return columns_of(
        [row.start_ms for row in rows],
        [row.value for row in rows],
        duration_ms=[row.duration_ms for row in rows],
        offset_min=[row.offset_min for row in rows],
        sequence=[row.sequence for row in rows],
    )
