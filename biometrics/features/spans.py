"""Cutting samples into the spans of segments, and into runs of days. Pure numpy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from biometrics.features.columns import Columns, Ints
from biometrics.features.days import Zones, day_edges
from biometrics.metrics import DAY_MS, HOUR_MS, metric_of

# Samples further apart than this belong to different runs: what lies between them is
# neither read nor summed up again.
APART_MS = 2 * DAY_MS


@dataclass(frozen=True, slots=True)
class Run:
    """Local days that follow each other: day n is [edges[n], edges[n + 1]) in ms UTC."""

    days: list[date]
    edges: Ints
    # The whole hours (ms UTC) that are touched.
    first_hour: int
    end_hour: int

    # What has to be read: in a zone of half hours an hour lies in two days.

    @property
    def start_ms(self) -> int:
        return min(int(self.edges[0]), self.first_hour)

    @property
    def end_ms(self) -> int:
        return max(int(self.edges[-1]), self.end_hour)


def span_of(metric: str, moment_ms: int) -> int:
    """Start of the segment that holds a moment."""
    span = metric_of(metric).span_ms
    return moment_ms // span * span


def spans_between(metric: str, start_ms: int, end_ms: int) -> tuple[int, int]:
    """First and last start of the segments that hold [start_ms, end_ms)."""
    return span_of(metric, start_ms), span_of(metric, end_ms - 1)


def spans_in(metric: str, start_ms: Ints) -> list[int]:
    """Starts of the segments that hold some moments."""
    span = metric_of(metric).span_ms
    if len(start_ms) == 1:
        return [int(start_ms[0]) // span * span]
    return [int(start) for start in np.unique(start_ms // span) * span]


def by_span(metric: str, samples: Columns) -> Iterator[tuple[int, Columns]]:
    """Each span's start with its samples, which keep their order."""
    span = metric_of(metric).span_ms
    if len(samples) == 1:
        yield int(samples.start_ms[0]) // span * span, samples
        return
    starts = samples.start_ms // span
    if (starts[1:] < starts[:-1]).any():
        order = np.argsort(starts, kind="stable")
        samples, starts = samples.take(order), starts[order]
    cuts = [0, *(np.flatnonzero(np.diff(starts)) + 1).tolist(), len(starts)]
    for first, last in pairwise(cuts):
        if last > first:
            yield int(starts[first]) * span, samples.take(slice(first, last))


def runs_of(start_ms: Ints, zones: Zones) -> list[Run]:
    """The local days that samples touch, those that follow each other together."""
    if int(start_ms.max()) - int(start_ms.min()) <= APART_MS:
        return [_run(start_ms, zones)]
    days = np.unique(start_ms // DAY_MS)
    cuts = np.flatnonzero(np.diff(days) * DAY_MS > APART_MS) + 1
    runs = []
    for part in np.split(days, cuts):
        first, last = int(part[0]) * DAY_MS, (int(part[-1]) + 1) * DAY_MS
        runs.append(_run(start_ms[(start_ms >= first) & (start_ms < last)], zones))
    return _apart(runs, zones)


def _run(start_ms: Ints, zones: Zones) -> Run:
    first, last = int(start_ms.min()), int(start_ms.max())
    hours = first // HOUR_MS * HOUR_MS, (last // HOUR_MS + 1) * HOUR_MS
    return Run(*day_edges(hours[0], last, zones), *hours)


def _apart(runs: list[Run], zones: Zones) -> list[Run]:
    """Runs whose days meet become one, so that no day is in two of them."""
    found = runs[:1]
    for run in runs[1:]:
        if run.edges[0] < found[-1].edges[-1]:
            both = day_edges(int(found[-1].edges[0]), int(run.edges[-1]) - 1, zones)
            found[-1] = Run(*both, found[-1].first_hour, run.end_hour)
        else:
            found.append(run)
    return found
