"""Appointments as a calendar file (RFC 5545) for other calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event

FEED_NAME = "-//Clinicity//Appointments//EN"


@dataclass(frozen=True)
class FeedEntry:
    """What a calendar outside may know of an appointment: no name, no reason."""

    uid: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    status: str
    changed_at: datetime
    sequence: int
    url: str = ""
    place: str = ""


def feed(entries: Sequence[FeedEntry], *, now: datetime) -> bytes:
    """An .ics file of appointments."""
    calendar = Calendar()
    calendar.add("prodid", FEED_NAME)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Clinicity")
    names = {"planned": "CONFIRMED", "proposed": "TENTATIVE", "cancelled": "CANCELLED"}
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now)
        event.add("last-modified", entry.changed_at)
        event.add("sequence", entry.sequence)
        event.add("dtstart", entry.starts_at.astimezone(UTC))
        event.add("dtend", entry.ends_at.astimezone(UTC))
        event.add("summary", entry.summary)
        event.add("status", names.get(entry.status, "CONFIRMED"))
        event.add("class", "PRIVATE")
        if entry.place:
            event.add("location", entry.place)
        if entry.url:
            event.add("url", entry.url)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
