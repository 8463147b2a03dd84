"""Calendars and tables of appointments: read whole, over changes of the clocks, and refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clinicity.accounts.models import User
from clinicity.common.exceptions import Invalid
from patients import selectors, services
from patients.clinical import calendars, feeds
from patients.clinical.calendars import NotACalendar
from patients.models import Patient

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{body}END:VCALENDAR\n".encode()


WEEKLY = """
UID:weekly@x
SEQUENCE:1
DTSTART;TZID=Europe/London:20261001T100000
DTEND;TZID=Europe/London:20261001T103000
RRULE:FREQ=WEEKLY;UNTIL=20261119T235959Z
EXDATE;TZID=Europe/London:20261015T100000
SUMMARY:Weekly session
LOCATION:Room 4
ATTENDEE;CN=Ana:mailto:ana@example.org
"""
MOVED = """
UID:weekly@x
RECURRENCE-ID;TZID=Europe/London:20261029T100000
DTSTART;TZID=Europe/London:20261029T150000
DTEND;TZID=Europe/London:20261029T153000
SUMMARY:Weekly session
"""
ONE = "UID:one@x\nDTSTART:20261201T090000Z\nDTEND:20261201T093000Z\nSUMMARY:Review"
ICS = calendar(WEEKLY, MOVED, ONE)


def read(raw: bytes) -> calendars.Parsed:
    return calendars.parse(raw, now=NOW, zone=LONDON)


def test_ten_stays_ten_when_the_clocks_change() -> None:
    parsed = read(ICS)
    weekly = [visit for visit in parsed.visits if visit.uid == "weekly@x"]
    starts = [visit.starts_at.astimezone(UTC).strftime("%d %b %H:%M") for visit in weekly]
    assert starts == [
        "01 Oct 09:00", "08 Oct 09:00", "22 Oct 09:00", "29 Oct 15:00", "05 Nov 10:00",
        "12 Nov 10:00", "19 Nov 10:00",
    ]  # fmt: skip
    assert len({visit.occurrence for visit in weekly}) == 7
    assert (weekly[0].place, weekly[0].participants) == ("Room 4", ("Ana",))
    assert parsed.faults == []


@pytest.mark.parametrize(
    ("event", "start", "minutes"),
    [
        ("DTSTART:20261201T090000\nDURATION:PT45M", "09:00", 45),
        ("DTSTART:20260701T090000\nDTEND:20260701T093000", "08:00", 30),
        ("DTSTART;TZID=America/New_York:20261201T090000", "14:00", 30),
        ("DTSTART;VALUE=DATE:20261201", "00:00", 1440),
    ],
)
def test_bare_times_are_the_patients_and_lengths_are_given(
    event: str, start: str, minutes: int
) -> None:
    (visit,) = read(calendar(f"UID:a\n{event}")).visits
    assert visit.starts_at.astimezone(UTC).strftime("%H:%M") == start
    assert visit.ends_at - visit.starts_at == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("DTSTART:20261201T090000Z", "no UID"),
        ("UID:a", "no start"),
        ("UID:a\nDTSTART:banana", "start can't be read"),
        ("UID:a\nDTSTART:20261201T090000Z\nDTEND:20261201T080000Z", "ends before it starts"),
        ("UID:a\nDTSTART:20261101T090000Z\nRRULE:FREQ=SECONDLY", "more often than daily"),
        ("UID:a\nDTSTART:00010101T000000Z\nRRULE:FREQ=DAILY", "more than twenty years ago"),
        ("UID:a\nDTSTART:20261101T090000Z\nRRULE:FREQ=DAILY;BYDAY=XX", ""),
    ],
)
def test_an_event_that_cant_be_read_is_told_and_the_rest_is_kept(
    event: str, words: str
) -> None:
    parsed = read(calendar(event, ONE))
    assert [visit.uid for visit in parsed.visits] == ["one@x"]
    (fault,) = parsed.faults
    assert words in fault.reason
    assert fault.line == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"hello", "head line"),
        (b"\0\1\2", "text file"),
        (b"x" * (calendars.LARGEST + 1), "larger than"),
        (b"BEGIN:VCALENDAR\nfoo", "can't be read"),
        (b"BEGIN:VCALENDAR\n" * 70_000, "more than"),
        (calendar(*["UID:a\nDTSTART:20261201T090000Z"] * 2_001), "more than 2,000 events"),
        (
            calendar(*["UID:a\nDTSTART:20261201T090000Z\nRRULE:FREQ=DAILY"] * 201),
            "More than 200 events repeat",
        ),
        (
            calendar(
                *[f"UID:{n}\nDTSTART:20250101T090000Z\nRRULE:FREQ=DAILY" for n in range(9)]
            ),
            "more than 5,000 visits",
        ),
    ],
)
def test_hostile_files_are_refused_with_a_reason(raw: bytes, words: str) -> None:
    with pytest.raises(NotACalendar, match=words):
        read(raw)


def test_endless_rules_end() -> None:
    never = "UID:{n}\nDTSTART:20070101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"
    assert read(calendar(*[never.format(n=n) for n in range(5)])).visits == []
    counted = "UID:a\nDTSTART:20261101T090000Z\nRRULE:FREQ=DAILY;COUNT=3"
    assert len(read(calendar(counted)).visits) == 3


def test_a_table_is_read_line_by_line() -> None:
    table = (
        "uid;starts_at;ends_at;kind;zone;participants\n"
        "a;2026-12-01 10:00;2026-12-01 10:30;Follow-up;;Ana|Ben\n"
        "b;2026-12-01 10:00;;Review;America/New_York;\n"
        "c;tomorrow;;Review;;\n"
        "d;2026-12-01 10:00;2026-12-01 09:00;Review;;\n"
        "e;2026-12-01 10:00;;Review;Mars/Olympus;\n"
    )
    parsed = read(table.encode())
    assert [visit.uid for visit in parsed.visits] == ["a", "b"]
    assert parsed.visits[0].participants == ("Ana", "Ben")
    assert parsed.visits[1].starts_at.astimezone(UTC).hour == 15
    assert [fault.line for fault in parsed.faults] == [4, 5, 6]
    assert "isn't a time" in parsed.faults[0].reason


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clinicity.common.clock.now", lambda: NOW)


def take(alice: User, patient: Patient, raw: bytes) -> dict[str, int]:
    report = services.appointments_import(by=alice.actor, patient_id=patient.id, raw=raw)
    return {name: count for name, count in report.counts.items() if count}


def visits(alice: User, patient: Patient) -> list[Any]:
    return sorted(selectors.encounters(alice.actor, patient.id), key=lambda row: row.starts_at)


@pytest.mark.django_db
def test_a_second_import_doubles_nothing(alice: User, patient: Patient, frozen: None) -> None:
    assert take(alice, patient, ICS) == {"added": 8}
    assert take(alice, patient, ICS) == {"unchanged": 8}
    assert len(visits(alice, patient)) == 8


@pytest.mark.django_db
def test_a_preview_stores_nothing(alice: User, patient: Patient, frozen: None) -> None:
    report = services.appointments_preview(by=alice.actor, patient_id=patient.id, raw=ICS)
    assert (report.stored, report.count("added")) == (False, 8)
    assert visits(alice, patient) == []


@pytest.mark.django_db
def test_moved_and_cancelled_events_follow(alice: User, patient: Patient, frozen: None) -> None:
    take(alice, patient, calendar(ONE))
    later = ONE.replace("T0900", "T1400").replace("T0930", "T1430") + "\nSEQUENCE:1"
    assert take(alice, patient, calendar(later)) == {"changed": 1}
    assert visits(alice, patient)[0].starts_at.hour == 14
    assert take(alice, patient, calendar(ONE)) == {"unchanged": 1}  # an older file
    gone = later.replace("SEQUENCE:1", "SEQUENCE:2") + "\nSTATUS:CANCELLED"
    assert take(alice, patient, calendar(gone)) == {"cancelled": 1}
    assert visits(alice, patient)[0].status == "cancelled"


@pytest.mark.django_db
def test_a_visit_that_took_place_stays_as_it_was(
    alice: User, patient: Patient, frozen: None
) -> None:
    event = ONE.replace("20261201", "20261120")
    take(alice, patient, calendar(event))
    (row,) = visits(alice, patient)
    services.encounter_set_status(
        by=alice.actor, patient_id=patient.id, encounter_id=row.id, status="finished"
    )
    moved = event.replace("T0900", "T1400").replace("T0930", "T1430") + "\nSEQUENCE:5"
    assert take(alice, patient, calendar(moved)) == {"unchanged": 1}


@pytest.mark.django_db
def test_a_refused_file_stores_nothing(alice: User, patient: Patient, frozen: None) -> None:
    with pytest.raises(Invalid, match="more than 2,000 events"):
        take(alice, patient, calendar(*["UID:a\nDTSTART:20261201T090000Z"] * 2_001))
    assert visits(alice, patient) == []


@pytest.mark.django_db
def test_an_event_that_stands_twice_is_taken_once(
    alice: User, patient: Patient, frozen: None
) -> None:
    assert take(alice, patient, calendar(ONE, ONE)) == {"added": 1, "refused": 1}


def test_a_feed_can_be_read_again() -> None:
    entry = feeds.FeedEntry("u@c", "Appointment, patient 1a2b3c", NOW, NOW, "planned", NOW, 1)
    (visit,) = read(feeds.feed([entry], now=NOW)).visits
    assert (visit.uid, visit.starts_at, visit.kind) == ("u@c", NOW, entry.summary)
