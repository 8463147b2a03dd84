"""The timeline's page: entries under their days, chips with counts, months to jump to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.models import TimelineEvent, TimelineEventVersion, Visibility
from patients.selectors.timeline_history import FieldChange, TimelineHistory
from patients.selectors.timeline_rows import Wanted, parsed_place
from patients.selectors.timeline_search import Hit, Part
from patients.selectors.timeline_summary import TimelineSummary
from patients.timeline_words import kind_name, kind_names

DAY, MONTH, MOMENT = "j M Y", "F Y", "j M Y, H:i"
# The page on which a source row is seen, and whether it is the row's own or its patient's.
SOURCES = {
    "alert": ("alerts:detail", "row"),
    "alert_resolved": ("alerts:detail", "row"),
    "document": ("documents:document", "row"),
    "note": ("agents:note", "row"),
    "twin": ("twins:detail", "patient"),
}


@dataclass(frozen=True)
class Line:
    """One entry as the list shows it; `month` and `day` head it where they change."""

    event: TimelineEvent
    month: str
    day: str
    time: str
    kind: str
    author: str
    title: Sequence[Part]
    body: Sequence[Part]
    source_url: str

    @property
    def editable(self) -> bool:
        return self.event.source_id is None


@dataclass(frozen=True)
class Chip:
    label: str
    count: int
    chosen: bool
    query: str


@dataclass(frozen=True)
class Year:
    """A year with its months: label, count and the query that shows it from its end on."""

    year: int
    count: int
    months: Sequence[tuple[str, int, str]]


@dataclass(frozen=True)
class Told:
    """One act of an entry's history in words."""

    what: str
    who: str
    at: datetime
    changes: Sequence[tuple[str, str, str]]


def lines(
    hits: Sequence[Hit], names: Mapping[UUID, str], zone: ZoneInfo, *, cursor: str | None = None
) -> list[Line]:
    """Headings go on from the page before, which ended at the cursor."""
    before = parsed_place(cursor)
    last = before.occurred_at.astimezone(zone).date() if before else None
    made = []
    for hit in hits:
        at = hit.event.occurred_at.astimezone(zone)
        made.append(_line(hit, names, at, last))
        last = at.date()
    return made


def chips(summary: TimelineSummary, wanted: Wanted, query: Mapping[str, Any]) -> list[Chip]:
    """Each kind there is; a click adds it to the chosen ones or takes it out."""
    kinds = sorted({*summary.offered, *wanted.kinds}, key=kind_names)
    return [
        Chip(
            kind_names(kind), summary.offered.get(kind, 0), kind in wanted.kinds,
            _query(query, kind=sorted(wanted.kinds ^ {kind})),
        )
        for kind in kinds
    ]  # fmt: skip


def years(summary: TimelineSummary, query: Mapping[str, Any]) -> list[Year]:
    """The newest first."""
    months = sorted(summary.by_month.items(), reverse=True)
    return [
        Year(
            year,
            sum(count for month, count in months if month.year == year),
            [
                (date_format(month, "F"), count, _query(query, until=_end(month).isoformat()))
                for month, count in months
                if month.year == year
            ],
        )
        for year in dict.fromkeys(month.year for month, _count in months)
    ]


def told(history: TimelineHistory, names: Mapping[UUID, str], zone: ZoneInfo) -> list[Told]:
    acts = dict(TimelineEventVersion.Act.choices) | {"add": _("wrote this")}
    return [
        Told(
            str(acts[change.act]), names.get(change.by, _("Somebody")), change.at,
            [_changed(each, zone) for each in change.changes],
        )
        for change in history.changes
    ]  # fmt: skip


def _line(hit: Hit, names: Mapping[UUID, str], at: datetime, last: date | None) -> Line:
    same_month = last is not None and (last.year, last.month) == (at.year, at.month)
    event = hit.event
    return Line(
        event=event,
        month="" if same_month else date_format(at, MONTH),
        day="" if last == at.date() else date_format(at, DAY),
        time=date_format(at, "H:i"),
        kind=kind_name(event.kind),
        author=names.get(event.created_by, ""),
        title=hit.title,
        body=hit.snippet,
        source_url=_source_url(event),
    )


def _source_url(event: TimelineEvent) -> str:
    name, whose = SOURCES.get(event.source_kind, ("", ""))
    if not name:
        return ""
    try:
        return reverse(name, args=[event.source_id if whose == "row" else event.patient_id])
    except NoReverseMatch:
        return ""


def _changed(change: FieldChange, zone: ZoneInfo) -> tuple[str, str, str]:
    return (
        {
            "title": _("What happened"), "body": _("Details"), "kind": _("Kind"),
            "occurred_at": _("When"), "visibility": _("Seen by"),
        }[change.field],
        _value(change.field, change.before, zone),
        _value(change.field, change.after, zone),
    )  # fmt: skip


def _value(field: str, value: str | datetime, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return date_format(value.astimezone(zone), MOMENT)
    if field == "kind":
        return kind_name(value)
    if field == "visibility":
        return str(Visibility(value).label)
    return value or _("nothing")


def _query(query: Mapping[str, Any], **changes: Any) -> str:
    return urlencode({name: each for name, each in {**query, **changes}.items() if each}, True)  # noqa: FBT003  doseq


def _end(month: date) -> date:
    """The month's last day."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
