"""The timeline over the API: each endpoint works, refuses and leaves its trace."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients import services
from patients.models import Patient, TimelineEvent

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Api = Callable[[User | None], Client]


@pytest.fixture
def event(alice: User, patient: Patient) -> TimelineEvent:
    return services.timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Fell", occurred_at=NOON,
        body="Left wrist, wakes at night",
    )  # fmt: skip


def send(client: Client, method: str, path: str, body: Any = None, **headers: str):  # type: ignore[no-untyped-def]
    ask = getattr(client, method)
    data = json.dumps(body or {})
    return ask(
        f"/api/v1/timeline/{path}", data, content_type="application/json", headers=headers
    )


def get(client: Client, path: str, patient: Patient | None = None, **query: Any) -> Any:
    query |= {"patient_id": str(patient.id)} if patient else {}
    return client.get(f"/api/v1/timeline/{path}", query)


def test_one_entry_is_read_with_its_history(
    api: Api, alice: User, bob: User, event: TimelineEvent
) -> None:
    place = f"event/{event.id}"
    edited = send(api(bob), "put", place, {"body": "Right wrist", "version": 1})
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    assert get(api(alice), place).json()["body"] == "Right wrist"
    history = get(api(alice), f"{place}/history").json()
    assert [(each["act"], each["by"]) for each in history["items"]] == [
        ("edit", str(bob.id)), ("add", str(alice.id)),
    ]  # fmt: skip
    assert history["items"][0]["changes"] == [
        {"field": "body", "before": "Left wrist, wakes at night", "after": "Right wrist"}
    ]
    assert history["deleted_at"] is None


def test_a_moment_in_a_history_is_a_moment(api: Api, alice: User, event: TimelineEvent) -> None:
    later = (NOON + timedelta(days=1)).isoformat()
    send(api(alice), "put", f"event/{event.id}", {"occurred_at": later})
    [change] = get(api(alice), f"event/{event.id}/history").json()["items"][0]["changes"]
    assert change == {"field": "occurred_at", "before": NOON.isoformat(), "after": later}


def test_undo_delete_and_restore(api: Api, alice: User, event: TimelineEvent) -> None:
    client, place = api(alice), f"event/{event.id}"
    assert send(client, "post", f"{place}/undo").status_code == 409
    send(client, "put", place, {"title": "Fell twice"})
    assert send(client, "post", f"{place}/undo", {"version": 2}).json()["title"] == "Fell"
    assert send(client, "post", f"{place}/undo", {"version": 2}).status_code == 409
    assert client.delete(f"/api/v1/timeline/{place}?version=1").status_code == 409
    assert client.delete(f"/api/v1/timeline/{place}?version=3").status_code == 204
    assert get(client, place).status_code == 404
    assert send(client, "delete", place).status_code == 404
    assert send(client, "post", f"{place}/restore").json()["title"] == "Fell"
    assert send(client, "post", f"{place}/restore").status_code == 404
    acts = AuditEvent.objects.filter(subject_id=event.id).values_list("act", flat=True)
    assert sorted(acts) == [
        "timeline.add", "timeline.delete", "timeline.edit", "timeline.restore", "timeline.undo",
    ]  # fmt: skip


def test_a_retried_undo_is_carried_out_once(
    api: Api, alice: User, event: TimelineEvent
) -> None:
    client, place = api(alice), f"event/{event.id}"
    send(client, "put", place, {"title": "Fell twice"})
    answers = [
        send(client, "post", f"{place}/undo", **{"Idempotency-Key": "undo-1"}).json()["title"]
        for _ in range(2)
    ]
    assert answers == ["Fell", "Fell"]
    assert get(client, place).json()["version"] == 3


def test_filters_order_and_size(api: Api, alice: User, patient: Patient) -> None:
    for day in range(6):
        services.timeline_event_add(
            by=alice.actor, patient_id=patient.id, kind=("note", "lab", "alert")[day % 3],
            title=f"Day {day}", occurred_at=NOON + timedelta(days=day),
        )  # fmt: skip
    client = api(alice)
    page = get(client, "", patient, kind="note,lab", order="oldest", size=3).json()
    assert [item["title"] for item in page["items"]] == ["Day 0", "Day 1", "Day 3"]
    rest = get(
        client, "", patient, kind="note,lab", order="oldest", cursor=page["next_cursor"]
    ).json()
    assert [item["title"] for item in rest["items"]] == ["Day 4"]
    since = (NOON + timedelta(days=2)).isoformat()
    found = get(client, "", patient, since=since, author=str(alice.id), q="day").json()["items"]
    assert len(found) == 4
    summary = get(client, "summary", patient, since=since).json()
    assert summary["by_kind"] == {"alert": 2, "note": 1, "lab": 1}
    assert summary["by_month"] == {"2026-03": 4}
    assert summary["by_author"] == {str(alice.id): 4}
    assert summary["says"].endswith("nothing since.")
    assert get(client, "summary", patient, since="2026-09-01T00:00:00Z").json()["says"] == (
        "Nothing on record since 1 Sep 2026."
    )


def test_search_gives_parts_and_pages(
    api: Api, alice: User, patient: Patient, event: TimelineEvent
) -> None:
    found = get(api(alice), "search", patient, q="waking wrist").json()
    assert found["next_cursor"] is None
    [item] = found["items"]
    assert item["id"] == str(event.id)
    assert [part["text"] for part in item["snippet"] if part["hit"]] == ["wrist", "wakes"]
    assert get(api(alice), "search", patient, q='"wakes wrist"').json()["items"] == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", {"cursor": "x"}), ("", {"order": "random"}), ("", {"size": 0}), ("", {"size": 501}),
        ("", {"author": "alice"}), ("", {"since": "soon"}), ("search", {"q": "?!"}),
        ("search", {"q": "a"}), ("search", {}), ("search", {"q": "x" * 201}),
        ("summary", {"since": "2026-02-01T00:00Z", "until": "2026-01-01T00:00Z"}),
    ],
)  # fmt: skip
def test_bad_questions_are_refused_in_words(
    api: Api, alice: User, patient: Patient, path: str, query: dict[str, Any]
) -> None:
    answer = get(api(alice), path, patient, **query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "},
        {"visibility": "everyone"},
        {"kind": "??"},
        {"occurred_at": "1500-01-01T00:00Z"},
    ],
)
def test_bad_changes_are_refused(
    api: Api, alice: User, event: TimelineEvent, change: dict[str, Any]
) -> None:
    answer = send(api(alice), "put", f"event/{event.id}", change)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(change)
    assert get(api(alice), f"event/{event.id}").json()["version"] == 1


def test_nobody_and_strangers_get_nothing(
    api: Api, charlie: User, patient: Patient, event: TimelineEvent
) -> None:
    place = f"event/{event.id}"
    reads = [(place, None), (f"{place}/history", None)]
    reads += [(path, patient) for path in ("", "summary", "search")]  # type: ignore[list-item]
    writes = [
        ("put", place),
        ("delete", place),
        ("post", f"{place}/undo"),
        ("post", f"{place}/restore"),
    ]
    for user, status in ((None, 401), (charlie, 404)):
        for path, whose in reads:
            assert get(api(user), path, whose, q="fell").status_code == status, path
        for method, path in writes:
            sent = {"title": "x"} if method == "put" else None
            assert send(api(user), method, path, sent).status_code == status, path
