"""The live feed over a real socket, a real channel layer and real commits."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from alerts import services
from alerts.models import Alert, AlertRule
from clinicity.accounts.models import User
from clinicity.asgi import application
from clinicity.common.actors import WORKER
from patients.models import Patient
from patients.services import care_team_member_end

Measure = Callable[..., None]
Connect = Callable[[User | None], Any]


@pytest.fixture
async def connect(
    real_transactions: None, client_for: Callable[[User | None], Client]
) -> AsyncIterator[Connect]:
    opened: list[WebsocketCommunicator] = []

    async def open_socket(user: User | None) -> WebsocketCommunicator:
        client = await sync_to_async(client_for)(user)
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"cookie", cookie.encode()), (b"origin", b"http://testserver")]
        socket = WebsocketCommunicator(application, "/ws/alerts/", headers=headers)
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        await socket.disconnect()


@pytest.fixture
def ring(
    real_transactions: None, patient: Patient, make_rule: Callable[..., AlertRule],
    measure: Measure,
) -> Callable[[], Any]:  # fmt: skip
    """Let a new rule be breached, and give the alert."""

    def now() -> Alert:
        make_rule()
        measure(patient, "heart_rate", [140])
        [alert] = services.patient_evaluate(by=WORKER, patient_id=patient.id)
        return alert

    return sync_to_async(now)


async def test_an_alert_arrives_without_asking(
    connect: Connect, ring: Callable[[], Any], alice: User
) -> None:
    socket = await connect(alice)
    assert (await socket.connect())[0]
    assert await socket.receive_json_from() == {"kind": "hello", "number": 0}
    alert = await ring()
    assert await socket.receive_json_from(timeout=5) == {
        "kind": "alert", "number": alert.number, "alert_id": str(alert.id), "act": "raise",
        "state": "open", "severity": "medium",
    }  # fmt: skip


async def test_what_was_missed_while_away_is_asked_for_by_number(
    connect: Connect, ring: Callable[[], Any], alice: User, bob: User
) -> None:
    alert = await ring()
    await sync_to_async(services.alert_acknowledge)(by=bob.actor, alert_id=alert.id)
    socket = await connect(alice)
    await socket.connect()
    hello = await socket.receive_json_from()
    assert hello["number"] == alert.number + 1
    await socket.send_json_to({"after": alert.number - 1})
    missed = [await socket.receive_json_from(timeout=5) for _ in range(2)]
    assert [item["act"] for item in missed] == ["raise", "acknowledge"]
    await socket.send_json_to({"after": alert.number})
    assert (await socket.receive_json_from(timeout=5))["act"] == "acknowledge"
    assert await socket.receive_nothing()


async def test_a_stranger_and_one_who_left_the_team_hear_nothing(
    connect: Connect, ring: Callable[[], Any], alice: User, bob: User, charlie: User,
    patient: Patient,
) -> None:  # fmt: skip
    sockets = [await connect(charlie), await connect(bob)]
    for socket in sockets:
        await socket.connect()
        await socket.receive_json_from()
    await sync_to_async(care_team_member_end)(
        by=alice.actor, patient_id=patient.id, user_id=bob.id
    )
    await ring()
    for socket in sockets:
        await socket.send_json_to({"after": 0})
        assert await socket.receive_nothing(timeout=0.3)


async def test_the_socket_closes_when_the_session_ends(
    connect: Connect, ring: Callable[[], Any], alice: User
) -> None:
    socket = await connect(alice)
    await socket.connect()
    await socket.receive_json_from()
    await sync_to_async(_sessions_end)()
    await ring()
    closed = await socket.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)


@pytest.mark.parametrize("who", ["nobody", "auditor"])
async def test_others_are_not_let_in(
    connect: Connect, who: str, request: pytest.FixtureRequest
) -> None:
    user = None if who == "nobody" else await sync_to_async(request.getfixturevalue)(who)
    socket = await connect(user)
    connected, code = await socket.connect()
    assert (connected, code) == (False, 4401)


async def test_a_bad_message_is_answered_and_changes_nothing(
    connect: Connect, alice: User
) -> None:
    socket = await connect(alice)
    await socket.connect()
    await socket.receive_json_from()
    for bad in ({"after": "1"}, {"after": -1}, [], {"after": True}):
        await socket.send_json_to(bad)
        assert (await socket.receive_json_from())["kind"] == "refused"


def _sessions_end() -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()
