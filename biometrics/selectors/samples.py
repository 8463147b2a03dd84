"""Single samples, a page at a time, in an order that new ones don't upset.

A sample stands at (start, duration, sequence, device): its identity. The cursor is the
identity of the page's last sample, so that what arrives meanwhile shifts no page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db.models import Sum

from biometrics.features.columns import Columns, Ints, Mask, columns_of, joined
from biometrics.metrics import Metric, metric_of
from biometrics.models import ReadingSegment
from biometrics.selectors.segments import DeviceLane, lanes_between, ms_of
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from patients import selectors as patients

# The headers of so many spans are looked at to choose the few that are opened.
SPANS_AT_ONCE = 64
NO_DEVICE = "-"


@dataclass(frozen=True)
class Identity:
    """Where a sample stands in the order of one patient's metric."""

    start_ms: int
    duration_ms: int
    sequence: int
    device: str

    def __str__(self) -> str:
        return f"{self.start_ms}.{self.duration_ms}.{self.sequence}.{self.device}"


@dataclass(frozen=True)
class Samples:
    """Samples in their order; `device[i]` is the place of sample i's device in `devices`."""

    metric: Metric
    columns: Columns
    device: Ints
    devices: Sequence[UUID | None]
    next_cursor: str | None = None

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def implausible(self) -> Mask:
        values = self.columns.value
        return np.asarray((values < self.metric.low) | (values > self.metric.high))

    def identity(self, place: int) -> Identity:
        columns = self.columns
        device = self.devices[int(self.device[place])]
        return Identity(
            int(columns.start_ms[place]), int(columns.duration_ms[place]),
            int(columns.sequence[place]), _key(device),
        )  # fmt: skip


def samples_page(
    actor: Actor, patient_id: UUID, metric: str, start: datetime, end: datetime, *,
    device_id: UUID | None = None, cursor: str | None = None, size: int = 500,
) -> Samples:  # fmt: skip
    """The samples that start in [start, end), oldest first, `size` at a time."""
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        page = samples_after(
            patient_id, metric, ms_of(start), ms_of(end), device_id=device_id,
            after=identity_of(cursor), size=size,
        )  # fmt: skip
        audit.record_read(
            by=actor, act="reading.read", subject="reading", patient_id=patient_id,
            metric=metric, samples=len(page),
        )  # fmt: skip
    return page


def samples_after(
    patient_id: UUID, metric: str, start_ms: int, end_ms: int, *, device_id: UUID | None,
    after: Identity | None, size: int,
) -> Samples:  # fmt: skip
    """The page behind `after`. Opens only the segments that it needs; call it while acting."""
    span = metric_of(metric).span_ms
    place = max(start_ms, after.start_ms if after else start_ms) // span * span
    parts: list[Samples] = []
    while sum(len(part) for part in parts) <= size:
        spans = _spans(patient_id, metric, place, end_ms, device_id, size)
        if not spans:
            break
        until = spans[-1] + span
        lanes = lanes_between(
            patient_id, metric, max(place, start_ms), min(until, end_ms), device_id
        )
        parts.append(_behind(_ordered(metric_of(metric), lanes), after))
        place = until
    return _cut(_chained(metric_of(metric), parts), size)


def identity_of(cursor: str | None) -> Identity | None:
    """The inverse of `str(identity)`; raises Invalid for anything else."""
    if not cursor:
        return None
    start, duration, sequence, device = (cursor.split(".") + [""] * 4)[:4]
    try:
        key = NO_DEVICE if device == NO_DEVICE else UUID(device).hex
        return Identity(int(start), int(duration), int(sequence), key)
    except ValueError as error:
        raise Invalid("The cursor is not one that this list gave.") from error


def _spans(
    patient_id: UUID, metric: str, from_ms: int, end_ms: int, device_id: UUID | None, size: int
) -> list[int]:
    """Starts of the next spans that hold `size` samples, besides the first one's."""
    rows = ReadingSegment.objects.filter(
        patient__record_of=patient_id, metric=metric, span_start_ms__gte=from_ms,
        span_start_ms__lt=end_ms,
    )  # fmt: skip
    rows = rows.filter(device_id=device_id) if device_id else rows
    counted = rows.values_list("span_start_ms").annotate(held=Sum("count"))
    chosen: list[int] = []
    held = 0
    for start, count in counted.order_by("span_start_ms")[:SPANS_AT_ONCE]:
        held += count if chosen else 0
        chosen.append(start)
        if held > size:
            break
    return chosen


def _ordered(metric: Metric, lanes: Sequence[DeviceLane]) -> Samples:
    lanes = sorted(lanes, key=lambda lane: _key(lane.device_id))
    columns = joined([lane.samples for lane in lanes])
    device = np.repeat(np.arange(len(lanes)), [len(lane.samples) for lane in lanes])
    order = np.lexsort((device, columns.sequence, columns.duration_ms, columns.start_ms))
    return Samples(
        metric, columns.take(order), device[order], [lane.device_id for lane in lanes]
    )


def _behind(samples: Samples, after: Identity | None) -> Samples:
    if after is None:
        return samples
    columns = samples.columns
    behind = samples.device >= sum(_key(device) <= after.device for device in samples.devices)
    for name in ("sequence", "duration_ms", "start_ms"):
        mine, its = getattr(columns, name), getattr(after, name)
        behind = (mine > its) | ((mine == its) & behind)
    return _taken(samples, np.flatnonzero(behind))


def _taken(samples: Samples, chosen: Ints) -> Samples:
    return Samples(
        samples.metric, samples.columns.take(chosen), samples.device[chosen], samples.devices
    )


def _chained(metric: Metric, parts: Sequence[Samples]) -> Samples:
    """The parts one after the other, with one list of devices."""
    devices: list[UUID | None] = list(
        dict.fromkeys(device for part in parts for device in part.devices)
    )
    places = [
        np.asarray([devices.index(one) for one in part.devices], dtype=np.int64)[part.device]
        for part in parts
        if len(part)
    ]
    columns = joined([part.columns for part in parts if len(part)])
    return Samples(
        metric, columns, np.concatenate([columns_of([], []).start_ms, *places]), devices
    )


def _cut(samples: Samples, size: int) -> Samples:
    if len(samples) <= size:
        return samples
    page = _taken(samples, np.arange(size))
    return Samples(
        page.metric, page.columns, page.device, page.devices, str(page.identity(size - 1))
    )


def _key(device_id: UUID | None) -> str:
    return device_id.hex if device_id else NO_DEVICE
