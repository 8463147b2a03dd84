"""When an Open mHealth or IEEE 1752 body was in effect. Pure.

A part of the day is one of four quarters: the standard names them and gives no hours.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from biometrics.importers.local_times import day, instant
from biometrics.importers.records import LATEST_MS, Span, json_number
from biometrics.metrics import DAY_MS, HOUR_MS, Metric
from clinicity.common.exceptions import Invalid

# Hours after midnight: from, to.
PARTS = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
DURATIONS_MS = {
    "ms": 1, "sec": 1000, "s": 1000, "min": 60_000, "h": HOUR_MS, "d": DAY_MS, "wk": 7 * DAY_MS,
}  # fmt: skip


def span_of(frame: Mapping[str, Any], zone: ZoneInfo, metric: Metric) -> Span:
    """The span of an `effective_time_frame`; a moment lasts as its metric does.

    Raises Invalid for a frame without a time.
    """
    if isinstance(frame.get("date_time"), str):
        start, offset = instant(frame["date_time"], zone)
        return Span(start, metric.lasts_ms, offset)
    interval = frame.get("time_interval")
    if not isinstance(interval, Mapping):
        raise Invalid("The body says no time.")
    if "date" in interval:
        return _part(str(interval["date"]), str(interval.get("part_of_day", "")), zone)
    return _interval(interval, zone)


def _interval(interval: Mapping[str, Any], zone: ZoneInfo) -> Span:
    begun, ended = interval.get("start_date_time"), interval.get("end_date_time")
    if begun is not None:
        start, offset = instant(str(begun), zone)
        if ended is not None:
            return _ordered(Span(start, instant(str(ended), zone)[0] - start, offset))
        return Span(start, _duration_ms(interval), offset)
    if ended is None:
        raise Invalid("The interval has neither a start nor an end.")
    end, offset = instant(str(ended), zone)
    length = _duration_ms(interval)
    return Span(end - length, length, offset)


def _part(date: str, part: str, zone: ZoneInfo) -> Span:
    midnight, end, offset = day(date, zone)
    if not part:
        return Span(midnight, end - midnight, offset)
    if part not in PARTS:
        raise Invalid(f"{part!r} is no part of the day.")
    first, last = PARTS[part]
    begun = instant(f"{date}T{first:02}:00", zone)
    over = end if last == 24 else instant(f"{date}T{last:02}:00", zone)[0]
    return Span(begun[0], over - begun[0], begun[1])


def _duration_ms(interval: Mapping[str, Any]) -> int:
    duration = interval.get("duration")
    if not isinstance(duration, Mapping) or duration.get("unit") not in DURATIONS_MS:
        raise Invalid("The interval has no duration that can be read.")
    value = json_number(duration.get("value"), "The duration")
    if value < 0:
        raise Invalid("A sample can't end before it starts.")
    return round(min(value * DURATIONS_MS[duration["unit"]], LATEST_MS))


def _ordered(span: Span) -> Span:
    if span.duration_ms < 0:
        raise Invalid("A sample can't end before it starts.")
    return span
