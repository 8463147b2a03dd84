"""Chat and notes over the API."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient
from rest_framework.test import APIClient

from agents.models import ChatSession, Turn
from clinicity.accounts import tokens
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from patients.models import Patient
from patients.services.timeline import timeline_event_add

ApiFor = Callable[[User | None], APIClient]
pytestmark = pytest.mark.usefixtures("database")
QUESTION = "Has she missed any doses?"


@pytest.fixture
def charted(alice: User, patient: Patient) -> Patient:
    timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Missed dose",
        body="Lithium evening dose missed.", occurred_at=clock.now() - timedelta(days=2),
    )  # fmt: skip
    return patient


def body(patient: Patient, message: str = QUESTION, **more: Any) -> dict[str, Any]:
    return {"message": message, "patient_id": str(patient.id), **more}


def test_answer_has_sentences_with_citations(
    alice: User, charted: Patient, api: ApiFor
) -> None:
    answer = api(alice).post("/api/v1/chat/", body(charted), format="json").json()
    assert not answer["abstained"]
    first = answer["sentences"][0]
    assert "Lithium evening dose missed." in first["text"]
    assert first["citations"][0]["n"] >= 1
    assert first["citations"][0]["kind"] == "timeline"
    assert str(charted.id) in first["citations"][0]["url"]
    assert answer["confidence"].startswith("Moderate: 1 source")
    assert answer["prompts"]["psychiatrist"]["digest"]
    assert answer["engine"] == "extractive"


def test_no_evidence_is_said_plainly(alice: User, charted: Patient, api: ApiFor) -> None:
    answer = (
        api(alice).post("/api/v1/chat", body(charted, "The right knee?"), format="json").json()
    )
    assert answer["abstained"]
    assert answer["sentences"][0]["part"] == "gap"
    assert "no evidence" in answer["answer"]


def test_conversation_goes_on_and_is_listed(alice: User, charted: Patient, api: ApiFor) -> None:
    client = api(alice)
    made = client.post("/api/v1/chat/session", {"patient_id": str(charted.id)}, format="json")
    assert made.status_code == 201
    session = made.json()["session_id"]
    for question in (QUESTION, "And her mood?"):
        answer = client.post(
            "/chat/", {"session_id": session, "message": question}, format="json"
        )
        assert answer.json()["session_id"] == session
    history = client.get("/chat/history", {"patient_id": str(charted.id)}).json()
    assert [item["question"] for item in history["items"]] == ["And her mood?", QUESTION]


def test_repeated_request_is_answered_once(alice: User, charted: Patient, api: ApiFor) -> None:
    client = api(alice)
    answers = [
        client.post("/api/v1/chat/", body(charted), format="json", HTTP_IDEMPOTENCY_KEY="once")
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    with acting_as(alice.actor):
        assert Turn.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"message": ""},
        {"message": "x" * 4001},
        {"message": None},
        {"patient_id": "nobody"},
        {"patient_id": None},
        {"start": "2026-11-03"},
        {"start": "2026-11-03", "end": "2026-11-01"},
        {"start": "3 Nov", "end": "4 Nov"},
    ],
)
def test_bad_input_is_a_problem(
    alice: User, charted: Patient, api: ApiFor, wrong: dict[str, Any]
) -> None:
    sent = body(charted) | wrong
    for path in ("/api/v1/chat/", "/api/v1/chat/stream"):
        answer = api(alice).post(path, sent, format="json")
        assert answer.status_code == 400
        assert answer["Content-Type"].startswith("application/problem+json")
    with acting_as(alice.actor):
        assert not Turn.objects.exists()


def test_strangers_patient_is_not_there(charlie: User, charted: Patient, api: ApiFor) -> None:
    client = api(charlie)
    for path in ("/api/v1/chat/", "/api/v1/chat/stream", "/api/v1/chat/session"):
        assert client.post(path, body(charted), format="json").status_code == 404
    assert client.post("/api/v1/notes/draft", body(charted), format="json").status_code == 404


def test_colleagues_conversation_is_not_there(
    alice: User, bob: User, charted: Patient, api: ApiFor
) -> None:
    mine = api(alice).post("/api/v1/chat/", body(charted), format="json").json()
    on = {"session_id": mine["session_id"], "message": QUESTION}
    assert api(bob).post("/api/v1/chat/", on, format="json").status_code == 404
    assert api(bob).get("/api/v1/chat/history").json()["items"] == []
    resume = {"HTTP_LAST_EVENT_ID": f"{mine['turn_id']}/0"}
    assert api(bob).get("/api/v1/chat/stream", **resume).status_code == 404


def test_anonymous_and_auditor_may_not(auditor: User, charted: Patient, api: ApiFor) -> None:
    assert api(None).post("/api/v1/chat/", body(charted), format="json").status_code == 401
    assert api(auditor).post("/api/v1/chat/", body(charted), format="json").status_code == 403


def test_asking_and_answering_are_on_record(alice: User, charted: Patient, api: ApiFor) -> None:
    api(alice).post("/api/v1/chat/", body(charted), format="json")
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {"chat.session", "chat.ask", "chat.answer"} <= acts
    answered = AuditEvent.objects.get(act="chat.answer")
    assert answered.actor_id == alice.id
    assert "Lithium" not in json.dumps(answered.details)


def test_history_queries_do_not_grow(
    alice: User, charted: Patient, api: ApiFor, django_assert_max_num_queries: Any
) -> None:
    client = api(alice)
    for _ in range(3):
        client.post("/api/v1/chat/", body(charted), format="json")
    with django_assert_max_num_queries(12):
        assert len(client.get("/api/v1/chat/history").json()["items"]) == 3


@pytest.mark.parametrize("path", ["expert_opinion", "expert_opinion/history", "anatomy"])
def test_unbuilt_rooms_say_so(alice: User, api: ApiFor, path: str) -> None:
    answer = api(alice).get(f"/api/v1/{path}/")
    assert answer.status_code == 501
    assert answer.json()["type"].endswith("not-built")


def test_note_from_draft_to_amendment(alice: User, charted: Patient, api: ApiFor) -> None:
    client = api(alice)
    draft = client.post("/api/v1/notes/draft", {"patient_id": str(charted.id)}, format="json")
    note = draft.json()
    assert draft.status_code == 201
    assert note["state"] == "draft"
    assert note["sections"]["mental_state"] == []
    assert note["sections"]["risk_formulation"] == []
    assert note["sections"]["subjective"][0]["citations"][0]["kind"] == "timeline"
    path = f"/api/v1/notes/{note['note_id']}"
    texts = {"mental_state": "Calm, well kempt."}
    signed = client.post(f"{path}/sign", {"revision": 1, "texts": texts}, format="json").json()
    assert signed["state"] == "signed"
    assert signed["sections"]["mental_state"][0] == {
        "text": "Calm, well kempt.",
        "citations": [],
    }
    assert signed["sections"]["subjective"] == note["sections"]["subjective"]
    refused = client.put(path, {"revision": 2, "texts": texts}, format="json")
    assert refused.status_code == 409
    change = {"revision": 2, "texts": {"plan": "See in a week."}, "reason": "Forgot the plan"}
    amended = client.post(f"{path}/amend", change, format="json").json()
    assert (amended["state"], amended["revision"]) == ("amended", 3)
    assert [one["state"] for one in client.get(path).json()["items"]] == [
        "amended", "signed", "draft",
    ]  # fmt: skip


def test_draft_is_its_authors_alone(
    alice: User, bob: User, charted: Patient, api: ApiFor
) -> None:
    draft = {"patient_id": str(charted.id)}
    note = api(alice).post("/api/v1/notes/draft", draft, format="json").json()
    path = f"/api/v1/notes/{note['note_id']}"
    assert api(bob).get(path).status_code == 404
    assert api(bob).post(f"{path}/sign", {"revision": 1}, format="json").status_code == 404
    api(alice).post(f"{path}/sign", {"revision": 1}, format="json")
    assert api(bob).get(path).status_code == 200


def test_stale_revision_is_a_conflict(alice: User, charted: Patient, api: ApiFor) -> None:
    client = api(alice)
    draft = {"patient_id": str(charted.id)}
    note = client.post("/api/v1/notes/draft", draft, format="json").json()
    path = f"/api/v1/notes/{note['note_id']}"
    change = {"revision": 1, "texts": {"plan": "Rest."}}
    assert client.put(path, change, format="json").status_code == 200
    assert client.put(path, change, format="json").status_code == 409


Event = tuple[str, str, dict[str, Any]]


def frames(raw: bytes) -> list[Event]:
    """The events of a stream: id, kind and data."""
    found = []
    for frame in raw.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in frame.splitlines() if ": " in line)
        if "id" in lines:
            found.append((lines["id"], lines["event"], json.loads(lines["data"])))
    return found


async def read(user: User, method: str, **request: Any) -> list[Event]:
    client = AsyncClient()
    access = (await sync_to_async(tokens.pair_issue)(user)).access
    headers = {"Authorization": f"Bearer {access}"} | request.pop("headers", {})
    send = getattr(client, method)
    response = await send("/api/v1/chat/stream", headers=headers, **request)
    assert response["Content-Type"] == "text/event-stream"
    raw = b"".join([chunk async for chunk in response.streaming_content])
    return frames(raw)


@pytest.mark.usefixtures("real_transactions")
def test_stream_tells_steps_sentences_and_outcome_and_resumes(
    alice: User, charted: Patient
) -> None:
    async def walk() -> tuple[list[Event], list[Event]]:
        asked = {"data": body(charted), "content_type": "application/json"}
        whole = await asyncio.wait_for(read(alice, "post", **asked), 20)
        again = {"headers": {"Last-Event-ID": whole[4][0]}}
        return whole, await asyncio.wait_for(read(alice, "get", **again), 20)

    whole, rest = async_to_sync(walk)()
    kinds = [kind for _, kind, _ in whole]
    assert kinds[:7] == ["step"] * 7
    assert kinds[7] == "sentence"
    assert kinds[-1] == "done"
    assert whole[0][2]["step"] == "authorise"
    assert whole[7][2]["citations"][0]["kind"] == "timeline"
    assert whole[-1][2]["state"] == "answered"
    assert rest == whole[5:]
    with acting_as(alice.actor):
        assert ChatSession.objects.count() == 1


def test_resume_needs_an_id_of_a_stream(alice: User, api: ApiFor) -> None:
    client = api(alice)
    assert client.get("/api/v1/chat/stream").status_code == 400
    bad = client.get("/api/v1/chat/stream", HTTP_LAST_EVENT_ID="7")
    assert bad.status_code == 400
    gone = client.get("/api/v1/chat/stream", HTTP_LAST_EVENT_ID=f"{uuid4()}/1")
    assert gone.status_code == 404
