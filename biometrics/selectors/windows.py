"""One metric over a window of time, as a chart draws it: from years to single samples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from tsdownsample import LTTBDownsampler, MinMaxLTTBDownsampler

from biometrics.features.columns import Columns, Floats, Ints, Mask, columns_of
from biometrics.features.figures import unit_inverse
from biometrics.features.gaps import pauses, with_breaks
from biometrics.metrics import DAY_MS, HOUR_MS, Aggregation, Metric, metric_of
from biometrics.selectors.readings import speaking
from biometrics.selectors.rollups import Period, Periods, periods_page
from biometrics.selectors.segments import (
    DeviceLane,
    device_names,
    lanes_between,
    ms_of,
)
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from patients import selectors as patients

T = TypeVar("T")
MINUTE_MS = 60_000
PERIOD_MS = {"hour": HOUR_MS, "day": DAY_MS}
# More than this no browser draws and no reader sees: ask for fewer points, or page.
MOST = 50_000
ALGORITHMS: dict[str, Callable[..., Any]] = {
    "minmaxlttb": partial(MinMaxLTTBDownsampler().downsample, parallel=True),  # type: ignore[no-untyped-call]
    "lttb": LTTBDownsampler().downsample,  # type: ignore[no-untyped-call]
}
RESOLUTIONS = ("raw", "minute", "hour", "day")


@dataclass(frozen=True)
class Window:
    """Points in time: `values` has None where a gap is. `total` counts before thinning.

    `implausible` are places of doubtful points; `device[i]` the place in `devices` of
    what measured point i. `low` and `high` are given for hours and days, `minutes` by
    state for metrics of states, `ends_ms` for single samples of those.
    """

    metric: Metric
    unit: str
    resolution: str
    total: int
    times_ms: list[int]
    values: list[float | None]
    gaps: list[tuple[int, int]]
    implausible: list[int]
    devices: list[tuple[UUID | None, str]]
    device: list[int | None]
    low: list[float | None] = field(default_factory=list)
    high: list[float | None] = field(default_factory=list)
    minutes: list[dict[int, float]] = field(default_factory=list)
    ends_ms: list[int | None] = field(default_factory=list)


@dataclass(frozen=True)
class Look:
    """How a window is to be looked at."""

    points: int = 1000
    resolution: str = ""
    algorithm: str = "minmaxlttb"
    unit: str = ""
    device_id: UUID | None = None


def window(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime, look: Look
) -> Window:
    """Hours and days come from rollups; everything finer from the samples themselves."""
    if end <= start:
        raise Invalid("The end must come after the start.")
    unit_inverse(metric_of(metric), look.unit)  # an unknown unit is refused before the read
    if look.resolution in ("hour", "day"):
        return _from_rollups(actor, patient_id, metric, start, end, look)
    patients.patient_get(actor, patient_id)
    return _from_samples(actor, patient_id, metric, start, end, look)


def _from_samples(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime, look: Look
) -> Window:
    with acting_as(actor, patient_id):
        lanes = lanes_between(patient_id, metric, ms_of(start), ms_of(end), look.device_id)
        found = speaking(actor, patient_id, metric, lanes)
        devices = _devices(patient_id, lanes)
    samples = _by_minute(metric_of(metric), found) if look.resolution == "minute" else found
    shown = samples.take(_chosen(samples, look))
    device = _device_of(shown, lanes, devices)
    return _drawn(metric_of(metric), look, samples, shown, devices, device, len(found))


def _by_minute(metric: Metric, samples: Columns) -> Columns:
    """One value a minute: the sum where samples add up, else the mean (states: the last)."""
    if not len(samples):
        return samples
    minutes, place, counts = np.unique(
        samples.start_ms // MINUTE_MS, return_inverse=True, return_counts=True
    )
    sums = np.asarray(np.bincount(place, weights=samples.value), dtype=np.float64)
    values = sums
    if metric.aggregation is Aggregation.TIME_IN_STATE:
        values = samples.value[np.cumsum(counts) - 1]
    elif metric.aggregation is not Aggregation.SUM:
        values = sums / counts
    return columns_of(minutes * MINUTE_MS, values, duration_ms=MINUTE_MS)


def _chosen(samples: Columns, look: Look) -> Ints:
    """Places of the samples to draw. A stated resolution is never thinned."""
    count = len(samples)
    if look.resolution and count > MOST:
        raise Invalid(
            f"The window holds {count} points at this resolution; at most {MOST} are given. "
            "Ask for a shorter window, or for a number of points."
        )
    if look.resolution or count <= look.points:
        return np.arange(count, dtype=np.int64)
    thin = ALGORITHMS[look.algorithm]
    chosen = thin(samples.start_ms, samples.value, n_out=look.points)
    return np.asarray(chosen, dtype=np.int64)


def _devices(patient_id: UUID, lanes: Sequence[DeviceLane]) -> list[tuple[UUID | None, str]]:
    """The devices that measured in the window, with their names; what names none is last."""
    known = sorted(lane.device_id for lane in lanes if lane.device_id)
    names = device_names(patient_id) if known else {}
    unnamed = [None] * (len(lanes) - len(known))
    return [(one, _name(names, one)) for one in [*known, *unnamed]]


def _name(names: Mapping[UUID, str], device_id: UUID | None) -> str:
    return "" if device_id is None else names.get(device_id, "")


def _device_of(
    shown: Columns, lanes: Sequence[DeviceLane], devices: Sequence[tuple[UUID | None, str]]
) -> list[int | None]:
    """For each point the place of its device; by time when several measured."""
    if len(devices) < 2 or not len(shown):
        return [0 if devices else None] * len(shown)
    of: list[int | None] = [None] * len(shown)
    known = [device for device, _ in devices]
    for lane in lanes:
        ours = np.isin(shown.start_ms, lane.samples.start_ms)
        for place in np.flatnonzero(ours).tolist():
            of[place] = known.index(lane.device_id)
    return of


def _drawn(
    metric: Metric, look: Look, samples: Columns, shown: Columns,
    devices: list[tuple[UUID | None, str]], device: Sequence[int | None], total: int,
) -> Window:  # fmt: skip
    gaps = pauses(samples)
    times, values, kept = with_breaks(
        shown.start_ms.tolist(), _converted(metric, shown.value, look.unit).tolist(), gaps
    )
    return Window(
        metric=metric, unit=look.unit or metric.unit, resolution=look.resolution or "points",
        total=total, times_ms=times, values=values, gaps=gaps,
        implausible=[kept[place] for place in np.flatnonzero(_doubtful(metric, shown.value))],
        devices=devices, device=_spread(device, kept, len(times)),
        ends_ms=_ends(metric, shown, kept, len(times)),
    )  # fmt: skip


def _ends(metric: Metric, shown: Columns, kept: Sequence[int], length: int) -> list[int | None]:
    if not metric.states:
        return []
    return _spread((shown.start_ms + shown.duration_ms).tolist(), kept, length)


def _from_rollups(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime, look: Look
) -> Window:
    found = periods_page(
        actor, patient_id, metric, start, end, period=look.resolution,
        device_id=look.device_id, size=None,
    )  # fmt: skip
    with acting_as(actor, patient_id):
        names = device_names(patient_id)
    return _drawn_periods(found, names, look)


def _drawn_periods(found: Periods, names: Mapping[UUID, str], look: Look) -> Window:
    metric, items = found.metric, found.items
    starts = columns_of(
        [ms_of(item.start_at) for item in items],
        [np.nan if item.figure.value is None else item.figure.value for item in items],
        duration_ms=PERIOD_MS[look.resolution],
    )
    gaps = pauses(starts, steps=1.5)
    times, values, kept = with_breaks(
        starts.start_ms.tolist(), _converted(metric, starts.value, look.unit).tolist(), gaps
    )
    known = list(dict.fromkeys(item.device_id for item in items))
    device: list[int | None] = [known.index(item.device_id) for item in items]
    return Window(
        metric=metric, unit=_unit_of(metric, look.unit), resolution=look.resolution,
        total=sum(item.count for item in items), times_ms=times, values=values, gaps=gaps,
        implausible=[kept[n] for n, item in enumerate(items) if item.implausible],
        devices=[(one, _name(names, one)) for one in known],
        device=_spread(device, kept, len(times)),
        **_ranges(metric, items, kept, len(times), look.unit),
    )  # fmt: skip


def _ranges(
    metric: Metric, items: Sequence[Period], kept: Sequence[int], length: int, unit: str
) -> dict[str, Any]:
    """What each hour or day ranges over: minutes by state, or lowest and highest."""
    match metric.aggregation:
        case Aggregation.TIME_IN_STATE:
            minutes = _spread([dict(item.figure.minutes) for item in items], kept, length)
            return {"minutes": [part or {} for part in minutes]}
        case Aggregation.SUM:
            return {}
    ends = [("low", [item.low for item in items]), ("high", [item.high for item in items])]
    return {
        name: _spread(_converted(metric, np.array(values), unit).tolist(), kept, length)
        for name, values in ends
    }


def _spread(values: Sequence[T | None], kept: Sequence[int], length: int) -> list[T | None]:
    """The values at their places among `length` points; None in gaps."""
    spread: list[T | None] = [None] * length
    for place, value in zip(kept, values, strict=True):
        spread[place] = value
    return spread


def _unit_of(metric: Metric, unit: str) -> str:
    if metric.aggregation is Aggregation.TIME_IN_STATE:
        return "min"
    return unit or metric.unit


def _converted(metric: Metric, values: Floats, unit: str) -> Floats:
    factor, shift = unit_inverse(metric, unit)
    return np.asarray(values * factor + shift, dtype=np.float64)


def _doubtful(metric: Metric, values: Floats) -> Mask:
    return np.asarray((values < metric.low) | (values > metric.high))
