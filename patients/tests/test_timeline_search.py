"""Search over the sealed timeline: what is found, by whom, and what the rows give away."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.exceptions import Invalid, NotFound
from patients import selectors, services
from patients.models import Patient, TimelineEvent
from patients.selectors import Order, Wanted

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLANTED = "xanthopsia"
Api = Callable[[User], Client]


def add(
    user: User, patient: Patient, title: str, body: str = "", day: int = 0
) -> TimelineEvent:
    return services.timeline_event_add(
        by=user.actor, patient_id=patient.id, kind="note", title=title, body=body,
        occurred_at=NOON + timedelta(days=day),
    )  # fmt: skip


def titles(user: User, patient: Patient, text: str, **more: Any) -> list[str]:
    page = selectors.timeline_search(user.actor, patient.id, Wanted(text=text), **more)
    return [hit.event.title for hit in page.items]


def raw(table: str) -> str:
    """The table as its owner's disk has it, every column as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return "\n".join(row[0] for row in cursor.fetchall())


def test_the_newest_hit_is_first_and_marked(alice: User, patient: Patient) -> None:
    add(alice, patient, "Called", "Reports waking at four and being tired", day=1)
    add(alice, patient, "Wakes early", day=2)
    add(alice, patient, "Sleeps well", day=3)
    page = selectors.timeline_search(alice.actor, patient.id, Wanted(text="wake"))
    newer, older = page.items
    assert [(part.text, part.hit) for part in newer.title] == [
        ("Wakes", True), (" early", False),
    ]  # fmt: skip
    assert [part.text for part in older.snippet if part.hit] == ["waking"]
    assert "".join(part.text for part in older.snippet) == older.event.body


def test_a_long_body_is_cut_around_its_hit(alice: User, patient: Patient) -> None:
    add(alice, patient, "Long", "lorem ipsum " * 200 + "a needle here " + "dolor sit " * 200)
    [hit] = selectors.timeline_search(alice.actor, patient.id, Wanted(text="needle")).items
    shown = "".join(part.text for part in hit.snippet)
    assert "a needle here" in shown
    assert (shown[0], shown[-1]) == ("…", "…")
    assert len(shown) < 320


def test_words_are_and_phrases_are_in_order(alice: User, patient: Patient) -> None:
    add(alice, patient, "A", "early waking")
    add(alice, patient, "B", "waking early")
    assert titles(alice, patient, "early waking") == ["B", "A"]
    assert titles(alice, patient, '"early waking"') == ["A"]
    assert titles(alice, patient, "early sister") == []


def test_a_rare_phrase_is_found_behind_many_candidates(alice: User, patient: Patient) -> None:
    add(alice, patient, "Deep", "early waking")
    for day in range(1, 60):
        add(alice, patient, "Other", "waking early", day=day)
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = selectors.timeline_search(
            alice.actor, patient.id, Wanted(text='"early waking"'), cursor=cursor, size=3
        )
        found += [hit.event.title for hit in page.items]
        cursor, pages = page.next_cursor, pages + 1
    assert found == ["Deep"]
    assert pages > 1


@pytest.mark.parametrize("order", Order)
def test_pages_of_hits_go_on_where_they_ended(
    alice: User, patient: Patient, order: Order
) -> None:
    made = [add(alice, patient, f"Seen {day}", day=day // 2).title for day in range(7)]
    found, cursor = [], None
    while True:
        page = selectors.timeline_search(
            alice.actor, patient.id, Wanted(text="seen"), order=order, cursor=cursor, size=3
        )
        found += [hit.event.title for hit in page.items]
        if not (cursor := page.next_cursor):
            break
    assert found == (made if order is Order.OLDEST else made[::-1])


def test_edits_removals_and_undos_are_followed(alice: User, patient: Patient) -> None:
    event = add(alice, patient, "Fell", "Left wrist")
    services.timeline_event_edit(
        by=alice.actor, event_id=event.id, changes={"body": "Right ankle"}
    )
    assert titles(alice, patient, "wrist") == []
    assert titles(alice, patient, "ankle") == ["Fell"]
    services.timeline_event_undo(by=alice.actor, event_id=event.id)
    assert titles(alice, patient, "wrist") == ["Fell"]
    services.timeline_event_delete(by=alice.actor, event_id=event.id)
    assert titles(alice, patient, "wrist") == []
    with acting_as(alice.actor, patient.id):
        assert TimelineEvent.objects.get(id=event.id).search_tokens == []


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(
        st.lists(st.sampled_from("anna ruft müde schläft wacht vier uhr lithium tremor".split()),
                 min_size=1, max_size=5),
        min_size=1, max_size=5,
    ),
    word=st.sampled_from("anna müde wacht tremor clozapin".split()),
)  # fmt: skip
def test_exactly_the_entries_with_the_word_are_found(
    alice: User, patient: Patient, texts: list[list[str]], word: str
) -> None:
    made = {add(alice, patient, "Eintrag", " ".join(text)).id: text for text in texts}
    page = selectors.timeline_search(alice.actor, patient.id, Wanted(text=word), size=50)
    found = {hit.event.id for hit in page.items} & set(made)
    assert found == {id for id, text in made.items() if word in text}


def test_no_row_holds_a_planted_word(alice: User, patient: Patient, auditor: User) -> None:
    event = add(alice, patient, f"Sees {PLANTED}", f"Reports {PLANTED} at dusk")
    services.timeline_event_edit(
        by=alice.actor, event_id=event.id, changes={"body": f"No {PLANTED} any more"}
    )
    assert titles(alice, patient, PLANTED) == [event.title]
    with acting_as(alice.actor, patient.id):
        rows = raw("patients_timelineevent") + raw("patients_timelineeventversion")
    with acting_as(auditor.actor):
        history = raw("clinicity_field_history()")
    rows += history + raw("audit_auditevent") + raw("common_outboxevent")
    assert str(event.id) in rows
    assert PLANTED not in rows.lower()
    assert "search_tokens" not in history


def test_the_trail_says_that_there_was_a_search_and_not_for_what(
    alice: User, patient: Patient
) -> None:
    add(alice, patient, PLANTED)
    titles(alice, patient, PLANTED)
    event = AuditEvent.objects.get(act="timeline.search")
    assert (event.actor_id, event.patient_id) == (alice.id, patient.id)
    assert event.details == {"count": 1}


def test_one_word_of_two_patients_has_different_tokens(alice: User, patient: Patient) -> None:
    other = services.patient_create(
        by=alice.actor, first_name="Nia", last_name="Other", date_of_birth=date(1990, 1, 1)
    )
    mine, theirs = add(alice, patient, "Insomnia"), add(alice, other, "Insomnia")
    assert mine.search_tokens
    assert theirs.search_tokens
    assert not set(mine.search_tokens) & set(theirs.search_tokens)


def test_a_stranger_finds_nothing_not_even_by_the_index(
    alice: User, charlie: User, patient: Patient
) -> None:
    event = add(alice, patient, PLANTED)
    with pytest.raises(NotFound):
        titles(charlie, patient, PLANTED)
    assert AuditEvent.objects.filter(outcome="refused", actor_id=charlie.id).exists()
    for user, expected in ((charlie, []), (alice, [(event.id,)])):
        with acting_as(user.actor), connection.cursor() as cursor:
            cursor.execute(
                "SELECT clinicity_timeline_holding(%s::bigint[])", [event.search_tokens]
            )
            assert cursor.fetchall() == expected


@pytest.mark.parametrize("text", ["", "  ", "?!", '""', " ".join(f"w{n}" for n in range(21))])
def test_a_question_without_words_or_with_too_many_is_refused(
    alice: User, patient: Patient, text: str
) -> None:
    with pytest.raises(Invalid):
        titles(alice, patient, text)


def stale(alice: User, patient: Patient, count: int) -> None:
    """Rows as they were before there were tokens."""
    for day in range(count):
        add(alice, patient, f"Seen {day}", day=day)
    with acting_as(alice.actor, patient.id):
        TimelineEvent.objects.update(search_tokens=[], search_scheme="")


def test_rows_of_before_are_indexed_by_command(alice: User, patient: Patient) -> None:
    stale(alice, patient, 5)
    assert titles(alice, patient, "seen") == []
    summary = selectors.timeline_summary(alice.actor, patient.id, Wanted(text="seen"))
    assert (summary.total, summary.unsearchable) == (0, 5)
    said = StringIO()
    call_command("rebuild_search_index", batch=2, stdout=said)
    assert said.getvalue().splitlines() == [
        "2/5 entries indexed", "4/5 entries indexed", "5/5 entries indexed",
        "0 entries are left without tokens.",
    ]  # fmt: skip
    assert len(titles(alice, patient, "seen")) == 5


def test_a_cut_rebuild_goes_on_where_it_was(alice: User, patient: Patient) -> None:
    from clinicity.common.actors import WORKER
    from patients.services.timeline_index import timeline_index_left, timeline_index_rebuild

    stale(alice, patient, 5)
    next(timeline_index_rebuild(by=WORKER, batch=2))
    assert timeline_index_left(by=WORKER) == 3
    assert list(timeline_index_rebuild(by=WORKER, batch=2)) == [2, 1]


def test_a_new_secret_makes_all_rows_stale_and_a_rebuild_heals(
    alice: User, patient: Patient, settings: Any
) -> None:
    add(alice, patient, PLANTED)
    settings.HASH_SECRET = "a-new-secret-of-the-clinic-0123456789"
    with acting_as(alice.actor, patient.id):
        before = TimelineEvent.objects.get().search_tokens
    call_command("rebuild_search_index", stdout=StringIO())
    with acting_as(alice.actor, patient.id):
        assert not set(before) & set(TimelineEvent.objects.get().search_tokens)
    assert titles(alice, patient, PLANTED) == [PLANTED]


def test_an_erased_patient_keeps_no_tokens_and_stops_no_rebuild(
    alice: User, patient: Patient
) -> None:
    from clinicity.common.actors import WORKER
    from clinicity.privacy import keyring
    from patients.services.timeline_index import timeline_index_forget, timeline_index_left

    add(alice, patient, PLANTED)
    assert timeline_index_forget(by=WORKER, patient_id=patient.id) == 1
    stale(alice, patient, 2)
    keyring.subject_key_destroy(patient.id)
    call_command("rebuild_search_index", stdout=StringIO())
    assert timeline_index_left(by=WORKER) == 0
    with acting_as(alice.actor, patient.id):
        assert {len(row.search_tokens) for row in TimelineEvent.objects.all()} == {0}
