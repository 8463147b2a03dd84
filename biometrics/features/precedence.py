"""Which of several devices speaks for a metric, hour by hour. Pure numpy.

Two devices that measure the same thing can't be added: a phone and a watch count the
same steps. Nor can they be matched sample by sample, for each measures at moments of its
own. Whole days would lose the morning in which the watch lay on its charger. An hour is
the least that rollups know, so that a chart and its summaries choose the same device,
and being of UTC it needs no zone and is never doubled or skipped by summer time.
"""

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from biometrics.features.columns import Columns, columns_of, joined

HOUR_MS = 3_600_000
DeviceLane = tuple[UUID | None, Columns]


def preferred(lanes: Sequence[DeviceLane], order: Sequence[UUID | None]) -> Columns:
    """One device's samples for each UTC hour, sorted by start.

    An hour belongs to the first device of `order` with a sample that starts in it.
    Devices that `order` doesn't name follow as given; samples without a device come last.
    """
    full = [columns for _, columns in ranked(lanes, order) if len(columns)]
    if not full:
        return columns_of([], [])
    if len(full) == 1:
        return _by_start(full[0])
    both = joined(full)
    rank = np.repeat(np.arange(len(full)), [len(columns) for columns in full])
    # Lanes are joined by rank: the first place of an hour is in the lane that speaks for it.
    _, first, place = np.unique(
        both.start_ms // HOUR_MS, return_index=True, return_inverse=True
    )
    return _by_start(both.take(rank == rank[first[place]]))


def ranked(lanes: Sequence[DeviceLane], order: Sequence[UUID | None]) -> list[DeviceLane]:
    """The lanes with the one that is preferred first."""
    named = {device: place for place, device in enumerate(order)}
    unnamed, nameless = len(named), len(named) + 1

    def place(lane: DeviceLane) -> int:
        return named.get(lane[0], nameless if lane[0] is None else unnamed)

    return sorted(lanes, key=place)


def _by_start(columns: Columns) -> Columns:
    if np.all(columns.start_ms[1:] >= columns.start_ms[:-1]):
        return columns
    return columns.take(np.argsort(columns.start_ms, kind="stable"))
