"""From what a client sends to columns: units, times and plausibility checked. Pure.

A bad sample is rejected with its index, its field and a reason; the good ones beside it
are kept. A whole column is checked at once; only what looks unusual is looked at by
itself, in `_row`, which is the one place that has words for what is wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

import msgspec
import numpy as np

from biometrics.features.columns import EMPTY, NO_SEQUENCE, Columns, Floats, Ints, Mask, joined
from biometrics.features.moments import moments
from biometrics.metrics import METRICS, Metric
from clinicity.common.exceptions import Invalid

# A device's clock may run ahead by this much; what is later is no measurement.
AHEAD = timedelta(minutes=5)
OLDEST_MS = 0
# Fewer samples than this are checked one by one: arrays cost more than they save.
FEW = 24
# The vendor's number of a sample is kept as 64 bits.
SEQUENCES = range(NO_SEQUENCE, 2**63)
# Minutes east of UTC, as far as clocks have been set.
OFFSETS = range(-18 * 60, 18 * 60 + 1)

# Index of the sample in the request, the field, and why.
Reason = tuple[int, str, str]
Row = tuple[int, int, float, int, int]
ROW = ("start_ms", "duration_ms", "value", "offset_min", "sequence")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
NOTHING: Mapping[str, Any] = {}


class Sample(msgspec.Struct, gc=False, kw_only=False):
    """One measurement as sent: times carry their zone; an empty unit is the metric's own.

    A number stands in `value`, or in `data` under one of the metric's names.
    """

    metric: str
    start: str | datetime
    value: Any = None
    unit: str = ""
    end: str | datetime | None = None
    sequence: int = NO_SEQUENCE
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One metric's samples as they were sent, by column. Starts and ends are text, moments
    or ms UTC; `indexes` are the samples' places in the request."""

    metric: str
    indexes: Sequence[int]
    start: Sequence[Any]
    value: Sequence[Any]
    unit: Sequence[str]
    end: Sequence[Any] | None = None
    sequence: Sequence[int] | None = None
    offset_min: Sequence[int] | None = None
    duration_ms: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Good samples by metric, in the order they came, and the reasons for the others."""

    columns: Mapping[str, Columns]
    reasons: Sequence[Reason]


class BadField(Invalid):
    """One field of one sample can't be kept."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


def checked(sent: Iterable[Sent], *, now: datetime) -> Checked:
    """Check every sample and lay the good ones out as columns."""
    columns: dict[str, list[Columns]] = {}
    reasons: list[Reason] = []
    for part in sent:
        if part.metric not in METRICS:
            why = f"There is no metric {part.metric!r}."
            reasons += [(index, "data_type", why) for index in part.indexes]
            continue
        found, bad = _lane(METRICS[part.metric], part, now)
        reasons += bad
        if len(found):
            columns.setdefault(part.metric, []).append(found)
    return Checked({code: joined(parts) for code, parts in columns.items()}, sorted(reasons))


def sent_of(samples: Sequence[Any], indexes: Sequence[int] | None = None) -> list[Sent]:
    """Samples (anything with a Sample's attributes) by metric."""
    names = range(len(samples)) if indexes is None else indexes
    codes = {sample.metric for sample in samples}
    if len(codes) == 1:
        return [_sent(codes.pop(), samples, names)]
    places: dict[str, list[int]] = {code: [] for code in sorted(codes)}
    for place, sample in enumerate(samples):
        places[sample.metric].append(place)
    return [
        _sent(code, [samples[n] for n in chosen], [names[n] for n in chosen])
        for code, chosen in places.items()
    ]


def implausible_count(columns: Mapping[str, Columns]) -> int:
    """How many values lie outside what a body does: kept, and shown as doubtful."""
    return sum(_implausible_in(METRICS[code], part.value) for code, part in columns.items())


def _implausible_in(metric: Metric, values: Floats) -> int:
    if len(values) == 1:
        return int(is_implausible(metric, values[0]))
    return int(np.count_nonzero((values < metric.low) | (values > metric.high)))


def is_implausible(metric: Metric, value: float) -> bool:
    return not metric.low <= value <= metric.high


def _sent(code: str, samples: Sequence[Any], indexes: Sequence[int]) -> Sent:
    keys = (*METRICS[code].keys, "value") if code in METRICS else ()
    ends = [sample.end for sample in samples]
    sequences = [sample.sequence for sample in samples]
    values, units = _alike(samples, keys) or _apart(samples, keys)
    return Sent(
        code,
        indexes,
        [sample.start for sample in samples],
        values,
        units,
        None if ends.count(None) == len(ends) else ends,
        None if sequences.count(NO_SEQUENCE) == len(sequences) else sequences,
    )


def _alike(samples: Sequence[Any], keys: Sequence[str]) -> tuple[list[Any], list[str]] | None:
    """Values and units where every sample is written alike: one number under one name."""
    held = [sample.data for sample in samples]
    given = [sample.value for sample in samples]
    if None in held or given.count(None) < len(given) or set(map(len, held)) != {1}:
        return None
    for key in keys:
        if key in held[0]:
            try:
                return [data[key] for data in held], [sample.unit for sample in samples]
            except KeyError:
                return None
    return None


def _apart(samples: Sequence[Any], keys: Sequence[str]) -> tuple[list[Any], list[str]]:
    values = [_raw_value(sample, keys) for sample in samples]
    units = [sample.unit or (sample.data or NOTHING).get("unit", "") for sample in samples]
    return values, units


def _raw_value(sample: Any, keys: Sequence[str]) -> Any:
    if sample.value is not None or sample.data is None:
        return sample.value
    for key in keys:
        if key in sample.data:
            return sample.data[key]
    return None


def _lane(metric: Metric, sent: Sent, now: datetime) -> tuple[Columns, list[Reason]]:
    if len(sent.start) < FEW:
        return _one_by_one(metric, sent, now)
    columns, unsure = _at_once(metric, sent, now)
    if not unsure.any():
        return columns, []
    kept, reasons = ~unsure, list[Reason]()
    for place in np.flatnonzero(unsure).tolist():
        try:
            row = _row(metric, sent, place, now)
        except BadField as refusal:
            reasons.append((sent.indexes[place], refusal.field, refusal.detail))
            continue
        kept[place] = True
        for name, number in zip(ROW, row, strict=True):
            getattr(columns, name)[place] = number
    return columns if kept.all() else columns.take(kept), reasons


def _one_by_one(metric: Metric, sent: Sent, now: datetime) -> tuple[Columns, list[Reason]]:
    """A few samples: arrays would cost more than they save."""
    rows, reasons = list[Row](), list[Reason]()
    for place, index in enumerate(sent.indexes):
        try:
            rows.append(_row(metric, sent, place, now))
        except BadField as refusal:
            reasons.append((index, refusal.field, refusal.detail))
    if not rows:
        return EMPTY, reasons
    start, duration, value, offset, sequence = zip(*rows, strict=True)
    return Columns(
        np.array(start, dtype=np.int64), np.array(duration, dtype=np.int64),
        np.array(value, dtype=np.float64), np.array(offset, dtype=np.int64),
        np.array(sequence, dtype=np.int64), np.zeros(len(rows), dtype=np.int64),
    ), reasons  # fmt: skip


def _at_once(metric: Metric, sent: Sent, now: datetime) -> tuple[Columns, Mask]:
    """The whole column; where the second result is True the sample is still to be checked."""
    start_ms, offset, unsure = _moments(sent.start)
    latest = _ms(now + AHEAD)
    unsure |= (start_ms > latest) | (start_ms < OLDEST_MS)
    values, odd = _values(metric, sent)
    unsure |= odd
    duration = np.full(len(start_ms), metric.lasts_ms, dtype=np.int64)
    if sent.duration_ms is not None:
        duration = np.array([n if n in SEQUENCES else -1 for n in sent.duration_ms])
        unsure |= (duration < 0) | (duration > latest - start_ms)
    if sent.end is not None:
        end_ms, _, odd = _moments(["" if end is None else end for end in sent.end])
        given = np.array([end is not None for end in sent.end])
        duration = np.where(given, end_ms - start_ms, duration)
        unsure |= given & (odd | (end_ms > latest) | (duration < 0))
    sequence = np.full(len(start_ms), NO_SEQUENCE, dtype=np.int64)
    if sent.sequence is not None:
        odd = np.array([number not in SEQUENCES for number in sent.sequence])
        sequence[~odd] = [number for number in sent.sequence if number in SEQUENCES]
        unsure |= odd
    if sent.offset_min is not None:
        odd = np.array([minutes not in OFFSETS for minutes in sent.offset_min])
        offset[~odd] = [minutes for minutes in sent.offset_min if minutes in OFFSETS]
        unsure |= odd
    void = np.zeros_like(sequence)
    return Columns(start_ms, duration, values, offset, sequence, void), unsure


def _moments(given: Sequence[Any]) -> tuple[Ints, Ints, Mask]:
    kinds = set(map(type, given))
    if kinds == {str}:
        found = moments(given)
        return found.ms, found.offset_min, found.unsure
    zeros = np.zeros(len(given), dtype=np.int64)
    if kinds == {int} and all(number in SEQUENCES for number in given):
        return np.array(given, dtype=np.int64), zeros, np.zeros(len(given), dtype=bool)
    return zeros, zeros.copy(), np.ones(len(given), dtype=bool)


def _values(metric: Metric, sent: Sent) -> tuple[Floats, Mask]:
    """Values in the metric's own unit; unsure where a value or unit is not the usual."""
    unsure, unit = np.ones(len(sent.value), dtype=bool), sent.unit[0]
    numeric = set(map(type, sent.value)) <= {int, float}
    if not numeric or sent.unit.count(unit) < len(sent.unit):
        return np.zeros(len(unsure)), unsure
    try:
        factor, shift = metric.factor_of(str(unit))
        values = np.array(sent.value, dtype=np.float64)
    except (Invalid, OverflowError):
        return np.zeros(len(unsure)), unsure
    if (factor, shift) != (1.0, 0.0):
        values = values * factor + shift
    return values, ~np.isfinite(values)


def _row(metric: Metric, sent: Sent, place: int, now: datetime) -> Row:
    """One sample, checked field by field; raises BadField with the sentence for it."""
    start_ms, offset = _moment("timestamp", sent.start[place], now)
    value = _value(metric, sent.value[place], sent.unit[place])
    duration = _duration(metric, sent, place, start_ms, now)
    sequence = sent.sequence[place] if sent.sequence else NO_SEQUENCE
    if sequence not in SEQUENCES:
        raise BadField("sequence", "The sequence is a whole number below 2^63.")
    if sent.offset_min is not None:
        offset = sent.offset_min[place]
    if offset not in OFFSETS:
        raise BadField("offset_min", "The offset is minutes east of UTC: at most 18 hours.")
    return start_ms, duration, value, offset, sequence


def _duration(metric: Metric, sent: Sent, place: int, start_ms: int, now: datetime) -> int:
    end = sent.end[place] if sent.end else None
    if end is None and sent.duration_ms is not None:
        end = start_ms + sent.duration_ms[place]
    if end is None:
        return metric.lasts_ms
    duration = _moment("end", end, now)[0] - start_ms
    if duration < 0:
        raise BadField("end", "A sample can't end before it starts.")
    return duration


def _value(metric: Metric, raw: Any, unit: Any) -> float:
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        names = " or ".join(repr(key) for key in (*metric.keys, "value"))
        raise BadField("data", f"`data` of {metric.code} needs a number under {names}.")
    try:
        factor, shift = metric.factor_of(str(unit))
        value = raw * factor + shift
    except Invalid as refusal:
        raise BadField("unit", refusal.detail) from refusal
    except OverflowError as error:
        raise BadField("data", "The value is not a number.") from error
    if not isfinite(value):
        raise BadField("data", "The value is not a number.")
    return float(value)


def _moment(field: str, given: Any, now: datetime) -> tuple[int, int]:
    moment = _read(field, given)
    if moment.tzinfo is None:
        raise BadField(field, "The time has no zone: write it as 2025-04-17T14:23:00Z.")
    milliseconds = _ms(moment)
    if milliseconds > _ms(now + AHEAD):
        raise BadField(field, "The time is in the future.")
    if milliseconds < OLDEST_MS:
        raise BadField(field, "The time is before 1970.")
    offset = moment.utcoffset() or timedelta()
    return milliseconds, int(offset.total_seconds() // 60)


def _ms(moment: datetime) -> int:
    """Exactly: as a float of seconds, half a millisecond would fall either way."""
    return round((moment - EPOCH) / MILLISECOND)


def _read(field: str, given: Any) -> datetime:
    if isinstance(given, datetime):
        return given
    try:
        if isinstance(given, int):
            return EPOCH + timedelta(milliseconds=given)
        return datetime.fromisoformat(given.upper())  # RFC 3339 knows a small z
    except (ValueError, OverflowError) as error:
        raise BadField(field, "This is no time: write it as 2025-04-17T14:23:00Z.") from error
