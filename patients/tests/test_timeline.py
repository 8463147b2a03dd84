"""The timeline's services and its list: versions, undo, sources, paging, figures."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from patients import selectors, services
from patients.models import Patient, TimelineEvent, TimelineEventVersion
from patients.selectors import Order, Wanted

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Add = Callable[..., TimelineEvent]


@pytest.fixture
def add(alice: User, patient: Patient) -> Add:
    def one(title: str = "Seen", *, at: datetime = NOON, **more: Any) -> TimelineEvent:
        given = {"kind": "note", "by": alice.actor, "patient_id": patient.id} | more
        return services.timeline_event_add(title=title, occurred_at=at, **given)

    return one


def walk(user: User, patient: Patient, size: int, **more: Any) -> list[UUID]:
    """Every entry of every page."""
    ids: list[UUID] = []
    cursor = None
    while True:
        page = selectors.timeline_list(user.actor, patient.id, cursor=cursor, size=size, **more)
        ids += [event.id for event in page.items]
        if page.next_cursor is None:
            return ids
        cursor = page.next_cursor


MOMENTS = st.lists(st.integers(0, 6), min_size=1, max_size=14)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moments=MOMENTS, size=st.integers(1, 5), order=st.sampled_from(Order), data=st.data())
def test_no_page_loses_or_doubles_an_entry(
    alice: User, patient: Patient, add: Add, moments: list[int], size: int, order: Order,
    data: st.DataObject,
) -> None:  # fmt: skip
    """Times repeat; between the pages entries arrive, and the one a cursor names goes."""
    with transaction.atomic():
        made = {add(at=NOON + timedelta(days=day)).id for day in moments}
        seen: list[UUID] = []
        cursor, later = None, set[UUID]()
        while True:
            page = selectors.timeline_list(
                alice.actor, patient.id, order=order, cursor=cursor, size=size
            )
            seen += [event.id for event in page.items]
            if page.next_cursor is None:
                break
            cursor = page.next_cursor
            if len(later) < 6 and data.draw(st.booleans()):
                later.add(add(at=NOON + timedelta(days=data.draw(st.integers(0, 6)))).id)
            if data.draw(st.booleans()):
                services.timeline_event_delete(by=alice.actor, event_id=page.items[-1].id)
        assert len(seen) == len(set(seen))
        assert made <= set(seen)
        transaction.set_rollback(True)


def test_both_orders_are_each_others_mirror(alice: User, patient: Patient, add: Add) -> None:
    for day in (1, 1, 1, 2, 5):
        add(at=NOON + timedelta(days=day))
    newest = walk(alice, patient, 2)
    assert newest == walk(alice, patient, 3, order=Order.OLDEST)[::-1]
    assert len(newest) == 5


@pytest.mark.parametrize(
    "cursor", ["x", "1.2", "99999999999999999999.0", "01890000-0000-7000-8000-000000000000"]
)
def test_a_cursor_of_elsewhere_is_refused(alice: User, patient: Patient, cursor: str) -> None:
    with pytest.raises(Invalid):
        selectors.timeline_list(alice.actor, patient.id, cursor=cursor)


def test_filters_narrow_together(alice: User, bob: User, patient: Patient, add: Add) -> None:
    add("Lab", kind="lab")
    add("Visit", kind="encounter", at=NOON + timedelta(days=3))
    mine = add("Call", kind="note", at=NOON + timedelta(days=3), by=bob.actor)
    both = Wanted(kinds=frozenset({"note", "encounter"}))
    assert len(walk(alice, patient, 9, wanted=both)) == 2
    one = Wanted(
        frozenset({"note"}), NOON + timedelta(days=1), NOON + timedelta(days=4), bob.id
    )
    assert walk(alice, patient, 9, wanted=one) == [mine.id]
    assert walk(alice, patient, 9, wanted=Wanted(text="call")) == [mine.id]


def test_an_edit_keeps_how_it_read(alice: User, bob: User, add: Add) -> None:
    event = add("Fell", body="Left wrist")
    services.timeline_event_edit(
        by=bob.actor, event_id=event.id, changes={"body": "Right wrist"}, version=1
    )
    history = selectors.timeline_history(alice.actor, event.id)
    edit, made = history.changes
    assert (edit.version, edit.act, edit.by) == (2, "edit", bob.id)
    assert [(c.field, c.before, c.after) for c in edit.changes] == [
        ("body", "Left wrist", "Right wrist")
    ]
    assert (made.act, made.by) == ("add", alice.id)
    assert AuditEvent.objects.filter(act="timeline.history", actor_id=alice.id).count() == 1


def test_a_stale_version_is_a_conflict_and_nothing_changes(alice: User, add: Add) -> None:
    event = add("Fell")
    edit = {"by": alice.actor, "event_id": event.id, "version": 1}
    services.timeline_event_edit(changes={"title": "Fell twice"}, **edit)
    with pytest.raises(Conflict):
        services.timeline_event_edit(changes={"title": "Never fell"}, **edit)
    with pytest.raises(Conflict):
        services.timeline_event_delete(**edit)
    assert selectors.timeline_event_get(alice.actor, event.id).title == "Fell twice"


def test_an_edit_that_changes_nothing_makes_no_version(alice: User, add: Add) -> None:
    event = add("Fell", body="Wrist")
    services.timeline_event_edit(
        by=alice.actor, event_id=event.id, changes={"title": " Fell ", "body": "Wrist"}
    )
    assert selectors.timeline_event_get(alice.actor, event.id).version == 1
    assert not AuditEvent.objects.filter(act="timeline.edit").exists()


def test_undo_takes_an_edit_back_and_again(alice: User, add: Add) -> None:
    event = add("Fell")
    services.timeline_event_edit(
        by=alice.actor, event_id=event.id, changes={"title": "Fell twice"}
    )
    for expected in ("Fell", "Fell twice"):
        services.timeline_event_undo(by=alice.actor, event_id=event.id)
        assert selectors.timeline_event_get(alice.actor, event.id).title == expected
    acts = [change.act for change in selectors.timeline_history(alice.actor, event.id).changes]
    assert acts == ["undo", "undo", "edit", "add"]
    with pytest.raises(Conflict):
        services.timeline_event_undo(by=alice.actor, event_id=add("New").id)


def test_a_removed_entry_comes_back_as_it_was(alice: User, patient: Patient, add: Add) -> None:
    event = add("Fell from a ladder")
    services.timeline_event_delete(by=alice.actor, event_id=event.id)
    with pytest.raises(NotFound):
        selectors.timeline_event_get(alice.actor, event.id)
    assert walk(alice, patient, 5, wanted=Wanted(text="ladder")) == []
    assert selectors.timeline_history(alice.actor, event.id).event.deleted_at
    services.timeline_event_restore(by=alice.actor, event_id=event.id)
    assert walk(alice, patient, 5, wanted=Wanted(text="ladder")) == [event.id]
    with pytest.raises(NotFound):
        services.timeline_event_restore(by=alice.actor, event_id=event.id)


def test_versions_can_only_be_added(alice: User, patient: Patient, add: Add) -> None:
    event = add()
    services.timeline_event_delete(by=alice.actor, event_id=event.id)
    for change in ("UPDATE {} SET version = 9", "DELETE FROM {}"):
        with (
            acting_as(alice.actor, patient.id),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change.format("patients_timelineeventversion"))


def test_versions_hide_with_their_event(
    alice: User, charlie: User, patient: Patient, add: Add
) -> None:
    event = add()
    services.timeline_event_delete(by=alice.actor, event_id=event.id)
    with acting_as(charlie.actor):
        assert not TimelineEventVersion.objects.exists()
    with pytest.raises(NotFound):
        selectors.timeline_history(charlie.actor, event.id)
    with acting_as(alice.actor, patient.id):
        assert TimelineEventVersion.objects.count() == 1


def test_strangers_change_nothing(alice: User, charlie: User, add: Add, admin: User) -> None:
    event = add()
    for act in (
        services.timeline_event_delete,
        services.timeline_event_undo,
        services.timeline_event_restore,
    ):
        with pytest.raises(NotFound):
            act(by=charlie.actor, event_id=event.id)
        with pytest.raises(Refused):
            act(by=admin.actor, event_id=event.id)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "  "), ("title", "x" * 201), ("body", "x" * 20_001), ("kind", ""),
        ("kind", "7 things!"), ("occurred_at", datetime(1600, 1, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_implausible_entries_are_refused_by_add_and_edit(
    alice: User, patient: Patient, add: Add, field: str, value: Any
) -> None:
    good = {"title": "Seen", "kind": "note", "occurred_at": NOON}
    with pytest.raises(Invalid) as refusal:
        services.timeline_event_add(
            by=alice.actor, patient_id=patient.id, **good | {field: value}
        )
    assert list(refusal.value.extra["errors"]) == [field]
    event = add()
    with pytest.raises(Invalid):
        services.timeline_event_edit(by=alice.actor, event_id=event.id, changes={field: value})
    assert selectors.timeline_event_get(alice.actor, event.id).version == 1


def test_kinds_are_written_as_one_word(add: Add) -> None:
    assert add(kind=" Follow-up Visit ").kind == "follow_up_visit"


def test_an_entry_follows_its_source(alice: User, patient: Patient) -> None:
    source = {
        "by": alice.actor, "patient_id": patient.id, "source_kind": "lab", "source_id": uuid4(),
    }  # fmt: skip
    told = {"kind": "lab", "occurred_at": NOON}
    first = services.timeline_source_follow(**source, **told, title="Lithium: 0.4 mmol/L")
    services.timeline_source_follow(**source, **told, title="Lithium: 0.4 mmol/L")
    services.timeline_source_follow(**source, **told, title="Lithium: 0.6 mmol/L")
    services.timeline_source_remove(**source)
    again = services.timeline_source_follow(**source, **told, title="Lithium: 0.7 mmol/L")
    assert again.id == first.id
    acts = [change.act for change in selectors.timeline_history(alice.actor, first.id).changes]
    assert acts == ["follow", "restore", "delete", "follow", "add"]
    with pytest.raises(Conflict):
        services.timeline_event_edit(
            by=alice.actor, event_id=first.id, changes={"title": "Mine"}
        )


def test_a_change_and_its_traces_are_one(
    alice: User, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = add("Fell")

    def fail(**given: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("patients.services.timeline.audit.record", fail)
    with pytest.raises(RuntimeError):
        services.timeline_event_edit(
            by=alice.actor, event_id=event.id, changes={"title": "Fell twice"}
        )
    monkeypatch.undo()
    history = selectors.timeline_history(alice.actor, event.id)
    assert history.event.title == "Fell"
    assert len(history.changes) == 1


def test_figures_are_counted_by_the_database(
    alice: User, bob: User, patient: Patient, add: Add
) -> None:
    # In London the 31st of May has 23 hours left of UTC's.
    add("Lab", kind="lab", at=datetime(2026, 5, 31, 23, 30, tzinfo=UTC))
    add("Call", at=datetime(2026, 4, 2, tzinfo=UTC))
    add("Call back", at=datetime(2026, 4, 3, tzinfo=UTC), by=bob.actor)
    gone = add("Gone")
    services.timeline_event_delete(by=alice.actor, event_id=gone.id)
    whole = selectors.timeline_summary(alice.actor, patient.id)
    assert (whole.total, whole.by_kind) == (3, {"note": 2, "lab": 1})
    assert {f"{month:%Y-%m}": n for month, n in whole.by_month.items()} == {
        "2026-04": 2, "2026-06": 1,
    }  # fmt: skip
    assert whole.by_author == {alice.id: 2, bob.id: 1}
    some = selectors.timeline_summary(
        alice.actor, patient.id, Wanted(kinds=frozenset({"note"}), text="back")
    )
    assert (some.total, some.offered, some.exact) == (1, {"note": 1}, True)
    assert not selectors.timeline_summary(
        alice.actor, patient.id, Wanted(text='"call back"')
    ).exact


def test_many_entries_cost_no_more_queries_or_rows(
    alice: User, patient: Patient, add: Add
) -> None:
    asks = {
        "page": lambda: selectors.timeline_list(alice.actor, patient.id, size=10),
        "search": lambda: selectors.timeline_search(
            alice.actor, patient.id, Wanted(text="seen"), size=10
        ),
        "summary": lambda: selectors.timeline_summary(alice.actor, patient.id),
    }

    def counted() -> dict[str, int]:
        found = {}
        for name, ask in asks.items():
            with CaptureQueriesContext(
                connection,
            ) as caught:
                ask()
            found[name] = len(caught)
        return found

    for day in range(12):
        add(at=NOON + timedelta(days=day))
    few = counted()
    for day in range(120):
        add(at=NOON + timedelta(days=day))
    assert counted() == few


@pytest.mark.parametrize("visibility", ["author", "restricted"])
def test_what_others_may_not_see_is_neither_listed_counted_found_nor_told(
    alice: User, bob: User, patient: Patient, add: Add, visibility: str
) -> None:
    """Bob covers: what is Alice's alone, or for those who treat, isn't his."""
    event = add("Doubts about adherence", visibility=visibility)
    services.timeline_event_edit(
        by=alice.actor, event_id=event.id, changes={"title": "Doubts about lithium"}
    )
    word = Wanted(text="doubts")
    assert walk(alice, patient, 5) == walk(alice, patient, 5, wanted=word) == [event.id]
    assert walk(bob, patient, 5) == walk(bob, patient, 5, wanted=word) == []
    assert selectors.timeline_summary(alice.actor, patient.id).total == 1
    assert selectors.timeline_summary(bob.actor, patient.id).total == 0
    assert selectors.timeline_summary(bob.actor, patient.id, word).offered == {}
    for read in (selectors.timeline_history, selectors.timeline_event_get):
        with pytest.raises(NotFound):
            read(bob.actor, event.id)
    with acting_as(bob.actor, patient.id):
        assert not TimelineEventVersion.objects.exists()
    with pytest.raises(NotFound):
        services.timeline_event_edit(
            by=bob.actor, event_id=event.id, changes={"visibility": "team"}
        )


def test_words_that_were_only_the_authors_stay_theirs(alice: User, bob: User, add: Add) -> None:
    event = add("Raw thoughts", visibility="author")
    services.timeline_event_edit(
        by=alice.actor, event_id=event.id,
        changes={"title": "Formulation", "visibility": "team"},
    )  # fmt: skip
    with pytest.raises(Conflict):  # an undo would bring back what Bob may not read
        services.timeline_event_undo(by=bob.actor, event_id=event.id)
    services.timeline_event_edit(
        by=bob.actor, event_id=event.id, changes={"title": "Formulation, agreed"}
    )
    theirs = selectors.timeline_history(bob.actor, event.id)
    assert [change.version for change in theirs.changes] == [3, 1]
    assert "Raw thoughts" not in repr(theirs.changes)
    assert "Raw thoughts" in repr(selectors.timeline_history(alice.actor, event.id).changes)


def test_nobody_hides_an_entry_from_themselves(alice: User, bob: User, add: Add) -> None:
    event = add()
    for visibility in ("author", "restricted"):
        with pytest.raises(Refused):
            services.timeline_event_edit(
                by=bob.actor, event_id=event.id, changes={"visibility": visibility}
            )
    assert selectors.timeline_event_get(alice.actor, event.id).visibility == "team"


def test_the_patient_reads_what_is_released(alice: User, patient: Patient, add: Add) -> None:
    from clinicity.accounts.services import user_create
    from clinicity.common.actors import SYSTEM, Role

    me = user_create(
        by=SYSTEM, email="zoe@home.example", password="correct horse battery staple",
        display_name="Zoë", role=Role.PATIENT,
    )  # fmt: skip
    with acting_as(alice.actor, patient.id):
        Patient.objects.filter(id=patient.id).update(user=me)
    add("For the team")
    shown = add("For Zoë", visibility="released")
    assert walk(me, patient, 5) == [shown.id]
    assert walk(me, patient, 5, wanted=Wanted(text="for")) == [shown.id]
    assert selectors.timeline_summary(me.actor, patient.id).total == 1
    with pytest.raises(Refused):
        services.timeline_event_delete(by=me.actor, event_id=shown.id)
