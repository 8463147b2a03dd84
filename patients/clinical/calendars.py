"""Appointments from calendar files (RFC 5545) and tables.

A file is read as a whole into a list of visits and a list of faults; nothing is stored
here. Recurring events become one visit each, within a window around `now`; a moved or
cancelled occurrence replaces its own. Times keep the zone that they were written in, so
that ten o'clock stays ten o'clock when the clocks change.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr
from icalendar import Calendar

LARGEST = 2 * 1024 * 1024
MOST_EVENTS = 2_000
MOST_VISITS = 5_000
MOST_LINES = 60_000
BACK, AHEAD = timedelta(days=366), timedelta(days=2 * 366)
LONGEST_VISIT = timedelta(days=7)
USUAL = timedelta(minutes=30)
# A rule is worked out from its first day on, so that day may not lie too far back.
OLDEST_SERIES = timedelta(days=20 * 366)
MOST_SERIES = 200
TOO_FAST = frozenset(("SECONDLY", "MINUTELY", "HOURLY"))
STATUSES = {"CONFIRMED": "planned", "TENTATIVE": "proposed", "CANCELLED": "cancelled"}
COLUMNS = ("uid", "starts_at", "ends_at", "status", "kind", "reason", "place", "participants")
NEEDED = ("starts_at",)


class NotACalendar(ValueError):
    """The file as a whole can't be read; the message says why and what to do."""


@dataclass(frozen=True)
class VisitLine:
    """One visit of a file. `uid` and `occurrence` make it the same when it comes again."""

    line: int
    uid: str
    occurrence: str
    starts_at: datetime
    ends_at: datetime
    status: str
    kind: str = ""
    reason: str = ""
    place: str = ""
    sequence: int = 0
    participants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What couldn't be read, with the event or line it stands in."""

    line: int
    uid: str
    reason: str


@dataclass
class Parsed:
    """Everything that a file held."""

    visits: list[VisitLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    outside: int = 0


def parse(raw: bytes, *, now: datetime, zone: tzinfo) -> Parsed:
    """A calendar or a table, told apart by how it starts. `zone` is that of bare times."""
    text = _text(raw)
    if text.lstrip("\ufeff \r\n\t").upper().startswith("BEGIN:VCALENDAR"):
        return parse_ics(text, now=now, zone=zone)
    return parse_csv(text, zone=zone)


def _text(raw: bytes) -> str:
    if len(raw) > LARGEST:
        raise NotACalendar(f"The file is larger than {LARGEST // 1024 // 1024} MiB. Split it.")
    if b"\0" in raw:
        raise NotACalendar("This isn't a text file. Give an .ics calendar or a CSV table.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if text.count("\n") > MOST_LINES:
        raise NotACalendar(f"The file has more than {MOST_LINES:,} lines. Split it.")
    if not text.strip():
        raise NotACalendar("The file is empty.")
    return text


def parse_ics(text: str, *, now: datetime, zone: tzinfo) -> Parsed:
    if len(re.findall(r"(?im)^BEGIN:VEVENT\s*$", text)) > MOST_EVENTS:
        raise NotACalendar(f"The calendar has more than {MOST_EVENTS:,} events. Split it.")
    if len(re.findall(r"(?im)^RRULE[:;]", text)) > MOST_SERIES:
        raise NotACalendar(f"More than {MOST_SERIES} events repeat. Split the calendar.")
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError, RecursionError) as error:
        raise NotACalendar(f"The calendar can't be read: {_short(error)}.") from error
    parsed = Parsed()
    overrides: list[tuple[int, Any]] = []
    masters: list[tuple[int, Any]] = []
    for number, event in enumerate(_events(calendars), 1):
        (overrides if "RECURRENCE-ID" in event else masters).append((number, event))
    for number, event in masters:
        _read(parsed, number, event, (now, zone), overrides)
    known = {str(event.get("UID", "")) for _, event in masters}
    for number, event in overrides:
        if str(event.get("UID", "")) not in known:  # an occurrence without its series
            _read(parsed, number, event, (now, zone), ())
    return parsed


def _events(calendars: Sequence[Any]) -> Iterator[Any]:
    for calendar in calendars:
        yield from calendar.walk("VEVENT")


def _read(
    parsed: Parsed,
    number: int,
    event: Any,
    when: tuple[datetime, tzinfo],
    overrides: Sequence[tuple[int, Any]],
) -> None:
    uid = str(event.get("UID", "")).strip()
    try:
        if not uid:
            raise ValueError("the event has no UID, so it couldn't be told from a new one")
        visits = list(_occurrences(event, number, when, overrides))
    except (ValueError, TypeError, AttributeError, OverflowError, KeyError) as error:
        parsed.faults.append(Fault(number, uid, _short(error)))
        return
    now = when[0]
    inside = [one for one in visits if now - BACK <= one.starts_at <= now + AHEAD]
    parsed.outside += len(visits) - len(inside)
    parsed.visits.extend(inside)
    if len(parsed.visits) > MOST_VISITS:
        raise NotACalendar(
            f"The calendar's repeated events make more than {MOST_VISITS:,} visits."
        )


def _occurrences(
    event: Any,
    number: int,
    when: tuple[datetime, tzinfo],
    overrides: Sequence[tuple[int, Any]],
) -> Iterator[VisitLine]:
    first = _visit(event, number, when[1])
    if "RRULE" not in event and "RDATE" not in event:
        yield first
        return
    moved = {
        _moment(other["RECURRENCE-ID"].dt, when[1]).astimezone(UTC): (line, other)
        for line, other in overrides
        if str(other.get("UID", "")).strip() == first.uid
    }
    length = first.ends_at - first.starts_at
    for start in _starts(event, when):
        key = start.astimezone(UTC)
        if key in moved:
            line, other = moved[key]
            yield replace(_visit(other, line, when[1]), occurrence=_stamp(key))
        else:
            yield replace(
                first, occurrence=_stamp(key), starts_at=start, ends_at=_plus(start, length)
            )


def _starts(event: Any, when: tuple[datetime, tzinfo]) -> list[datetime]:
    """Each start within the window, by the clock on the wall of the event's own zone."""
    now, zone = when
    start = _moment(event["DTSTART"].dt, zone)
    own = start.tzinfo or zone
    wall = start.replace(tzinfo=None)
    low, high = ((now + shift).astimezone(own).replace(tzinfo=None) for shift in (-BACK, AHEAD))
    found = {wall} if "RRULE" not in event else set()
    for rule in _listed(event.get("RRULE")):
        found |= set(_recurring(rule, wall, own, (low, high)))
    for dates in _listed(event.get("RDATE")):
        found |= {_wall(entry.dt, own, zone) for entry in dates.dts}
    for dates in _listed(event.get("EXDATE")):
        found -= {_wall(entry.dt, own, zone) for entry in dates.dts}
    return [moment.replace(tzinfo=own) for moment in sorted(found)]


def _recurring(
    rule: Any, wall: datetime, own: tzinfo, window: tuple[datetime, datetime]
) -> Iterator[datetime]:
    if TOO_FAST & {str(word).upper() for word in _listed(rule.get("FREQ"))}:
        raise ValueError("it repeats more often than daily, which no appointment does")
    if wall < window[0] - OLDEST_SERIES:
        raise ValueError("its series began more than twenty years ago")
    text = _bounded(rule.to_ical().decode(), own, window[1])
    most = _count(next(iter(_listed(rule.get("COUNT"))), 0)) or None
    for moment in islice(rrulestr(text, dtstart=wall, cache=False), most):
        if window[0] <= moment <= window[1]:
            yield moment


def _bounded(rule: str, own: tzinfo, last: datetime) -> str:
    """The rule with the window's end as its own, so that no rule runs for ever."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    parts.pop("COUNT", None)
    until = parts.get("UNTIL", "")
    if until.endswith("Z"):
        until = _until(until[:-1], own)
    elif until and "T" not in until:
        until += "T235959"
    end = last.strftime("%Y%m%dT%H%M%S")
    parts["UNTIL"] = min(until, end) if until else end
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _until(text: str, own: tzinfo) -> str:
    """An end in UTC, by the clock of the event's zone, as its starts are counted."""
    moment = datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return moment.astimezone(own).strftime("%Y%m%dT%H%M%S")


def _visit(event: Any, number: int, zone: tzinfo) -> VisitLine:
    if "DTSTART" not in event:
        raise ValueError("the event has no start")
    try:
        start = _moment(event["DTSTART"].dt, zone)
    except (AttributeError, ValueError) as error:
        raise ValueError("its start can't be read") from error
    end = _end(event, start, zone)
    if not timedelta(0) <= end - start <= LONGEST_VISIT:
        raise ValueError("it ends before it starts, or lasts longer than a week")
    cancelled = str(event.get("STATUS", "CONFIRMED")).upper()
    return VisitLine(
        line=number, uid=str(event.get("UID", "")).strip()[:500], occurrence="",
        starts_at=start, ends_at=end, status=STATUSES.get(cancelled, "planned"),
        kind=_words(event.get("SUMMARY"), 40) or "Appointment",
        reason=_words(event.get("DESCRIPTION"), 2_000), place=_words(event.get("LOCATION"), 200),
        sequence=_count(event.get("SEQUENCE")), participants=tuple(_people(event)),
    )  # fmt: skip


def _end(event: Any, start: datetime, zone: tzinfo) -> datetime:
    if "DTEND" in event:
        return _moment(event["DTEND"].dt, zone)
    if "DURATION" in event:
        return _plus(start, event["DURATION"].dt)
    is_day = not isinstance(event["DTSTART"].dt, datetime)
    return _plus(start, timedelta(days=1) if is_day else USUAL)


def _plus(start: datetime, length: timedelta) -> datetime:
    """A length of elapsed time, also across a change of the clocks."""
    return (start.astimezone(UTC) + length).astimezone(start.tzinfo)


def _people(event: Any) -> Iterator[str]:
    for person in [*_listed(event.get("ORGANIZER")), *_listed(event.get("ATTENDEE"))][:20]:
        name = person.params.get("CN") if hasattr(person, "params") else ""
        yield _words(name or str(person).removeprefix("mailto:").removeprefix("MAILTO:"), 120)


def _moment(value: Any, zone: tzinfo) -> datetime:
    """A moment with a zone: the file's own, else the one that bare times are in."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime.combine(value, time.min, zone)
    raise ValueError("a time can't be read")


def _wall(value: Any, own: tzinfo, zone: tzinfo) -> datetime:
    if isinstance(value, tuple):  # a period: its start
        value = value[0]
    return _moment(value, zone).astimezone(own).replace(tzinfo=None)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _count(value: Any) -> int:
    return min(max(int(value or 0), 0), 2_000_000_000)


def _words(value: Any, most: int) -> str:
    return " ".join(str(value or "").split())[:most]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__


def parse_csv(text: str, *, zone: tzinfo) -> Parsed:
    """A table with a head line. Bare times are in `zone`; a column `zone` names another."""
    try:
        dialect: Any = csv.Sniffer().sniff(text[:2_000], ",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = csv.DictReader(io.StringIO(text), dialect=dialect, strict=True)
    heads = [str(name).strip().casefold().replace(" ", "_") for name in rows.fieldnames or ()]
    missing = [name for name in NEEDED if name not in heads]
    if missing:
        raise NotACalendar(
            f"The table needs a head line with at least {', '.join(NEEDED)}; "
            f"it may have {', '.join(COLUMNS)} and zone."
        )
    rows.fieldnames = heads
    parsed = Parsed()
    try:
        for number, row in enumerate(rows, 2):
            if number > MOST_EVENTS + 1:
                raise NotACalendar(f"The table has more than {MOST_EVENTS:,} lines. Split it.")
            _table_line(parsed, number, row, zone)
    except csv.Error as error:
        raise NotACalendar(f"The table can't be read: {_short(error)}.") from error
    return parsed


def _table_line(parsed: Parsed, number: int, row: Any, zone: tzinfo) -> None:
    cells = {k: (v or "").strip() for k, v in row.items() if k and isinstance(v, str)}
    uid = cells.get("uid", "")[:500]
    try:
        own = ZoneInfo(cells["zone"]) if cells.get("zone") else zone
        start = _cell_moment(cells.get("starts_at", ""), own)
        end = _cell_moment(cells["ends_at"], own) if cells.get("ends_at") else start + USUAL
        if not timedelta(0) <= end - start <= LONGEST_VISIT:
            raise ValueError("it ends before it starts, or lasts longer than a week")
        status = cells.get("status", "").casefold() or "planned"
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        parsed.faults.append(Fault(number, uid, _short(error)))
        return
    parsed.visits.append(
        VisitLine(
            line=number, uid=uid or f"{_stamp(start)} {cells.get('kind', '')}", occurrence="",
            starts_at=start, ends_at=end, status=status,
            kind=_words(cells.get("kind"), 40) or "Appointment",
            reason=_words(cells.get("reason"), 2_000), place=_words(cells.get("place"), 200),
            participants=tuple(filter(None, (
                _words(name, 120) for name in cells.get("participants", "").split("|")
            ))),
        )
    )  # fmt: skip


def _cell_moment(text: str, zone: tzinfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise ValueError(
            f"“{text[:40]}” isn't a time; write it like 2026-11-30 14:15"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
