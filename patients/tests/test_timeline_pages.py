"""Pages of the timeline: with and without script, and what they cost at 10,000 entries."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients import selectors, services
from patients.models import Patient, TimelineEvent
from patients.services.timeline import index
from patients.timeline_export import harmless

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ClientFor = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(client_for: ClientFor, alice: User) -> Client:
    return client_for(alice)


def add(
    user: User, patient: Patient, title: str = "Seen", day: int = 0, **more: Any
) -> TimelineEvent:
    given = {"kind": "note", "occurred_at": NOON + timedelta(days=day)} | more
    return services.timeline_event_add(
        by=user.actor, patient_id=patient.id, title=title, **given
    )


def url(patient: Patient, rest: str = "") -> str:
    return f"/patients/{patient.id}/timeline/{rest}"


def page(client: Client, patient: Patient, rest: str = "", **headers: str) -> str:
    answer = client.get(url(patient, rest), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_timeline_reassures_nobody(browser: Client, patient: Patient) -> None:
    text = page(browser, patient)
    assert "Nothing is on record yet" in text
    assert "Add an entry" in text


def test_entries_stand_under_months_and_days(
    browser: Client, alice: User, patient: Patient
) -> None:
    add(alice, patient, "Rang")
    add(alice, patient, "Rang again")
    add(alice, patient, "Came in", day=40, kind="encounter")
    text = page(browser, patient)
    assert text.count("1 Mar 2026") == 2  # one heading, and the sentence of the figures
    assert text.index("April 2026") < text.index("Came in") < text.index("March 2026")
    assert "3 entries, 1 Mar 2026 to 10 Apr 2026; nothing since." in text


def test_chips_choose_kinds_and_count_the_others(
    browser: Client, alice: User, patient: Patient
) -> None:
    add(alice, patient, "Rang")
    add(alice, patient, "Lithium: 0.7 mmol/L", kind="lab")
    text = page(browser, patient, "?kind=lab")
    assert "Rang" not in text
    assert 'aria-current="true"' in text
    assert re.search(r"kind=lab&amp;kind=note[^>]*>Notes <span class=\"count\">1<", text)
    assert '<input type="hidden" name="kind" value="lab"' in text


def test_search_marks_what_it_finds(browser: Client, alice: User, patient: Patient) -> None:
    add(alice, patient, "Rang", body="<b>Wakes</b> at four")
    add(alice, patient, "Sleeps")
    text = page(browser, patient, "?find=waking")
    assert "&lt;b&gt;<mark>Wakes</mark>&lt;/b&gt;" in text
    assert "Sleeps" not in text
    assert "No entry answers to this" in page(browser, patient, "?find=submarine")


@pytest.mark.parametrize("query", ["find=%3F", "since=yesterday", "author=x", "order=sideways"])
def test_a_filter_that_cannot_be_read_is_said_and_left_out(
    browser: Client, alice: User, patient: Patient, query: str
) -> None:
    add(alice, patient, "Rang")
    text = page(browser, patient, f"?{query}")
    assert "field-error" in text
    assert "Rang" in text


def test_periods_are_days_of_the_patient(
    browser: Client, alice: User, patient: Patient
) -> None:
    """In London 23:30 UTC of the 31st of May is the 1st of June."""
    add(alice, patient, "Late", occurred_at=datetime(2026, 5, 31, 23, 30, tzinfo=UTC))
    assert "Late" in page(browser, patient, "?since=2026-06-01&until=2026-06-01")
    assert "Late" not in page(browser, patient, "?until=2026-05-31")


def test_htmx_gets_the_list_and_older_lines_alone(
    browser: Client, alice: User, patient: Patient
) -> None:
    for day in range(60):
        add(alice, patient, f"Day {day}", day=day)
    whole = page(browser, patient)
    more = re.search(r'id="(older-[^"]+)"><a class="[^"]+" href="(\?[^"]+)"', whole)
    assert more
    part = page(
        browser, patient, more[2].replace("&amp;", "&"), **HTMX | {"HX-Target": more[1]}
    )
    assert part.lstrip().startswith("<li")
    assert part.count("data-row") == 10
    listed = page(browser, patient, "?find=day", **HTMX)
    assert listed.lstrip().startswith('<div id="timeline-list"')
    restored = page(browser, patient, **HTMX | {"HX-History-Restore-Request": "true"})
    assert restored.startswith("<!doctype html>")


def test_a_life_without_script(browser: Client, alice: User, patient: Patient) -> None:
    written = {
        "title": "Fell", "body": "Left wrist", "kind": "incident", "visibility": "team",
        "occurred_at": "2026-07-01T09:30",
    }  # fmt: skip
    made = browser.post(url(patient, "new/"), written)
    assert made.status_code == 302
    event = selectors.timeline_list(alice.actor, patient.id).items[0]
    assert event.occurred_at == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    place = url(patient, f"{event.id}/")
    assert "Left wrist" in browser.get(place).content.decode()
    assert 'value="2026-07-01T09:30"' in browser.get(f"{place}edit/").content.decode()
    browser.post(f"{place}edit/", written | {"body": "Right wrist", "version": 1})
    told = browser.get(place).content.decode()
    assert "<del>Left wrist</del> <ins>Right wrist</ins>" in told
    assert "Alice Archer" in told
    for act, words in (
        ("undo", "Left wrist"), ("remove", "Put it back"), ("restore", "Take the last edit back"),
    ):  # fmt: skip
        answer = browser.post(f"{place}{act}/", follow=True)
        assert words in answer.content.decode()


def test_edit_in_place_and_its_undo(browser: Client, alice: User, patient: Patient) -> None:
    event = add(alice, patient, "Fell", occurred_at=NOON + timedelta(seconds=42))
    place = url(patient, f"{event.id}/")
    form = browser.get(f"{place}edit/", headers=HTMX).content.decode()
    assert form.lstrip().startswith(f'<li id="event-{event.id}"')
    sent = {
        "title": "Fell twice", "body": "", "kind": "note", "visibility": "team",
        "occurred_at": "2026-03-01T12:00", "version": 1,
    }  # fmt: skip
    done = browser.post(f"{place}edit/", sent, headers=HTMX).content.decode()
    assert "Fell twice" in done
    assert f'hx-post="{place}undo/"' in done
    assert selectors.timeline_event_get(alice.actor, event.id).occurred_at.second == 42
    stale = browser.post(f"{place}edit/", sent | {"title": "Never"}, headers=HTMX)
    assert "Someone else changed this entry meanwhile" in stale.content.decode()
    gone = browser.post(f"{place}remove/", headers=HTMX).content.decode()
    assert "removed" in gone
    assert f'hx-post="{place}restore/"' in gone
    assert "Fell twice" in browser.post(f"{place}restore/", headers=HTMX).content.decode()
    assert "twice" in browser.get(f"{place}history/", headers=HTMX).content.decode()


def test_a_form_that_lacks_something_says_so(browser: Client, patient: Patient) -> None:
    answer = browser.post(url(patient, "new/"), {"title": "", "occurred_at": "soon"})
    assert answer.status_code == 422
    assert answer.content.decode().count("field-error") >= 2


def test_a_source_row_is_not_edited_here(
    browser: Client, alice: User, patient: Patient
) -> None:
    event = add(
        alice, patient, "Letter", kind="document", source_kind="document", source_id=uuid4()
    )
    text = page(browser, patient)
    assert f"/documents/{event.source_id}/" in text
    assert f"{event.id}/edit/" not in text
    assert browser.post(url(patient, f"{event.id}/remove/")).status_code == 409


def test_pages_of_a_stranger_and_of_another_patients_entry(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient
) -> None:
    event = add(alice, patient, "Secret")
    other = services.patient_create(
        by=alice.actor,
        first_name="Nia",
        last_name="Other",
        date_of_birth=datetime(1990, 1, 1).date(),  # noqa: DTZ001
    )
    places = ["", "print/", "export.csv", "new/", f"{event.id}/", f"{event.id}/edit/"]
    for place in places:
        assert client_for(charlie).get(url(patient, place)).status_code == 404
    for act in ("", "edit/", "history/"):
        assert client_for(alice).get(url(other, f"{event.id}/{act}")).status_code == 404
    for act in ("remove/", "restore/", "undo/"):
        for who, whose in ((charlie, patient), (alice, other)):
            answer = client_for(who).post(url(whose, f"{event.id}/{act}"))
            assert answer.status_code == 404
    assert selectors.timeline_event_get(alice.actor, event.id).version == 1


def test_export_is_whole_on_record_and_runs_nowhere(
    browser: Client, alice: User, patient: Patient
) -> None:
    for day in range(505):
        add(alice, patient, f"Day {day}", day=day)
    add(alice, patient, '=HYPERLINK("http://evil")', body="-1+1", day=600)
    answer = browser.get(url(patient, "export.csv?kind=note"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 506
    assert rows[0]["what"] == '\'=HYPERLINK("http://evil")'
    assert rows[0]["details"] == "'-1+1"
    assert rows[0]["written by"] == "Alice Archer"
    assert "attachment" in answer["Content-Disposition"]
    assert AuditEvent.objects.get(act="timeline.export").details["count"] == 506


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\r=1", "  =1", "＝1"])
def test_cells_that_begin_a_formula_are_quoted(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"x{cell}") == f"x{cell}"


def test_print_says_what_it_leaves_out(
    browser: Client, alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(3):
        add(alice, patient, f"Day {day}", day=day)
    assert "Only the first" not in page(browser, patient, "print/")
    monkeypatch.setattr("patients.views.timeline_page.MOST_PRINTED", 2)
    assert "Only the first 2" in page(browser, patient, "print/")


def many(user: User, patient: Patient, count: int) -> None:
    """Rows in bulk, sealed and indexed as the service does it one by one."""
    kinds = ("note", "lab", "encounter", "medication", "alert")
    with acting_as(user.actor, patient.id):
        rows = [
            TimelineEvent(
                patient_id=patient.id, kind=kinds[number % 5], title=f"Entry {number}",
                body="Reports waking early, low in mood, walks the dog twice a day. " * 3,
                occurred_at=NOON - timedelta(hours=9 * number), created_by=user.id,
            )
            for number in range(count)
        ]  # fmt: skip
        for row in rows:
            index(row)
        TimelineEvent.objects.bulk_create(rows, batch_size=1000)


def test_ten_thousand_entries_cost_a_page_no_more_than_sixty(
    browser: Client, alice: User, patient: Patient
) -> None:
    asks = ["", "?kind=lab", "?find=waking", '?find="low in mood"']

    def cost(ask: str) -> tuple[int, int]:
        browser.get(url(patient, ask))  # what is cached is cached by then
        with CaptureQueriesContext(connection) as caught:
            text = page(browser, patient, ask)
        assert len(text.encode()) < 150_000
        return len(caught), text.count("data-row")

    many(alice, patient, 260)
    few = {ask: cost(ask) for ask in asks}
    assert max(queries for queries, _ in few.values()) <= 40  # those around a transaction too
    many(alice, patient, 9_740)
    assert {ask: cost(ask) for ask in asks} == few
    assert all(rows <= 51 for _, rows in few.values())
