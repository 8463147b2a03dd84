"""The conversation's socket, over the real channel layer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from agents import services
from agents.models import ChatSession
from clinicity.accounts.models import User
from clinicity.asgi import application
from clinicity.common import clock
from patients.models import CareTeamMember, Patient
from patients.services.timeline import timeline_event_add

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.fixture
def session(alice: User, patient: Patient) -> ChatSession:
    timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Missed dose",
        body="Lithium evening dose missed.", occurred_at=clock.now() - timedelta(days=2),
    )  # fmt: skip
    return services.session_create(by=alice.actor, patient_id=patient.id)


def cookie_of(user: User | None) -> bytes:
    client = Client()
    if user:
        client.force_login(user)
    return "; ".join(f"{name}={one.value}" for name, one in client.cookies.items()).encode()


async def socket(user: User | None, session_id: UUID) -> WebsocketCommunicator:
    cookie = await sync_to_async(cookie_of)(user)
    headers = [(b"cookie", cookie), (b"origin", b"http://testserver")]
    return WebsocketCommunicator(application, f"/ws/chat/{session_id}/", headers=headers)


@sync_to_async
def answered(user: User, session: ChatSession) -> UUID:
    turn = services.turn_ask(
        by=user.actor, session_id=session.id, question="Has she missed any doses?"
    )
    services.turn_answer(patient_id=session.patient_id, turn_id=turn.id)
    return turn.id


async def told(client: WebsocketCommunicator) -> list[dict[str, Any]]:
    messages = []
    while not messages or messages[-1]["kind"] != "done":
        messages.append(await client.receive_json_from(timeout=5))
    return messages


def test_each_event_is_told_once_and_in_order(alice: User, session: ChatSession) -> None:
    async def walk() -> list[dict[str, Any]]:
        client = await socket(alice, session.id)
        assert (await client.connect(timeout=5))[0]
        await answered(alice, session)
        messages = await told(client)
        await client.disconnect()
        return messages

    messages = async_to_sync(walk)()
    assert [message["sequence"] for message in messages] == list(range(1, len(messages) + 1))
    sentences = [message for message in messages if message["kind"] == "sentence"]
    assert "Lithium evening dose missed." in sentences[0]["text"]
    assert messages[-1]["state"] == "answered"


def test_missed_events_are_there_after_reconnect(alice: User, session: ChatSession) -> None:
    async def walk() -> list[dict[str, Any]]:
        turn_id = await answered(alice, session)
        client = await socket(alice, session.id)
        assert (await client.connect(timeout=5))[0]
        await client.send_json_to({"resume": str(turn_id), "after": 7})
        messages = await told(client)
        await client.disconnect()
        return messages

    assert async_to_sync(walk)()[0]["sequence"] == 8


@pytest.mark.parametrize("who", ["bob", "charlie", "nobody"])
def test_others_are_not_let_in(
    who: str, alice: User, bob: User, charlie: User, session: ChatSession
) -> None:
    user = {"bob": bob, "charlie": charlie, "nobody": None}[who]

    async def walk() -> bool:
        client = await socket(user, session.id)
        accepted, _ = await client.connect(timeout=5)
        await client.disconnect()
        return bool(accepted)

    assert not async_to_sync(walk)()


def test_socket_closes_when_access_ends(alice: User, session: ChatSession) -> None:
    async def walk() -> dict[str, Any]:
        client = await socket(alice, session.id)
        assert (await client.connect(timeout=5))[0]
        turn_id = await answered(alice, session)
        await told(client)
        await sync_to_async(leave_team)(session.patient_id)
        await client.send_json_to({"resume": str(turn_id), "after": 0})
        return await client.receive_output(timeout=5)

    closed = async_to_sync(walk)()
    assert (closed["type"], closed["code"]) == ("websocket.close", 4404)


def leave_team(patient_id: UUID) -> None:
    from clinicity.accounts.acting import acting_as
    from clinicity.common.actors import SYSTEM

    with acting_as(SYSTEM, patient_id):
        CareTeamMember.objects.filter(patient_id=patient_id).update(ends_at=clock.now())
    connection.close()


def test_socket_closes_after_logging_out(alice: User, session: ChatSession) -> None:
    async def walk() -> dict[str, Any]:
        client = await socket(alice, session.id)
        assert (await client.connect(timeout=5))[0]
        await sync_to_async(Session.objects.all().delete)()
        await answered(alice, session)
        return await client.receive_output(timeout=5)

    closed = async_to_sync(walk)()
    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)


@pytest.mark.parametrize("message", ["[]", '{"resume": "x"}', "{}", '{"stop": 7}'])
def test_bad_message_closes_the_socket(message: str, alice: User, session: ChatSession) -> None:
    async def walk() -> dict[str, Any]:
        client = await socket(alice, session.id)
        assert (await client.connect(timeout=5))[0]
        await client.send_to(text_data=message)
        return await client.receive_output(timeout=5)

    assert async_to_sync(walk)()["type"] == "websocket.close"
