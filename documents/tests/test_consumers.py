"""A document's progress over a real socket, with real commits."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from clinicity.accounts.models import User
from clinicity.asgi import application
from conftest import DrainJobs
from documents import services
from documents.models import Document
from patients.models import Patient
from patients.services import care_team_member_end

pytestmark = pytest.mark.usefixtures("empty_index")
Connect = Callable[[User | None, UUID], Any]


@pytest.fixture
async def connect(
    real_transactions: None, client_for: Callable[[User | None], Client]
) -> AsyncIterator[Connect]:
    opened: list[WebsocketCommunicator] = []

    async def open_socket(user: User | None, document_id: UUID) -> WebsocketCommunicator:
        client = await sync_to_async(client_for)(user)
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"cookie", cookie.encode()), (b"origin", b"http://testserver")]
        socket = WebsocketCommunicator(
            application, f"/ws/documents/{document_id}/", headers=headers
        )
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        await socket.disconnect()


@pytest.fixture
def document(real_transactions: None, alice: User, patient: Patient, letter: bytes) -> Document:
    return services.document_upload(
        by=alice.actor, patient_id=patient.id, title="Letter", filename="a.pdf", content=letter
    )


async def test_progress_arrives_without_asking(
    connect: Connect, alice: User, document: Document, drain_jobs: DrainJobs
) -> None:
    socket = await connect(alice, document.id)
    assert (await socket.connect())[0]
    first = await socket.receive_json_from(timeout=5)
    assert (first["state"], first["settled"]) == ("received", False)
    assert "Letter" not in str(first)
    await sync_to_async(drain_jobs)()
    states = [first["state"]]
    while states[-1] != "ready":
        states.append((await socket.receive_json_from(timeout=10))["state"])
    assert "ready" in states


async def test_nobody_and_strangers_are_turned_away(
    connect: Connect, charlie: User, document: Document
) -> None:
    assert await (await connect(None, document.id)).connect() == (False, 4401)
    assert await (await connect(charlie, document.id)).connect() == (False, 4404)
    assert await (await connect(charlie, uuid4())).connect() == (False, 4404)


async def test_socket_closes_when_the_patient_is_no_longer_theirs(
    connect: Connect, alice: User, bob: User, patient: Patient, document: Document
) -> None:
    socket = await connect(bob, document.id)
    await socket.connect()
    await socket.receive_json_from(timeout=5)
    await sync_to_async(care_team_member_end)(
        by=alice.actor, patient_id=patient.id, user_id=bob.id
    )
    await sync_to_async(services.document_delete)(by=alice.actor, document_id=document.id)
    closed = await socket.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4404)
