"""An import's progress over a real socket, with real commits."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from biometrics import services
from biometrics.models import ImportRun
from biometrics.services import ImportOptions
from biometrics.tests.import_lines import Upload, text_of
from clinicity.accounts.models import User
from clinicity.asgi import application
from conftest import DrainJobs
from patients.models import Patient
from patients.services import care_team_member_end

Connect = Callable[[User | None, UUID], Any]


@pytest.fixture
async def connect(
    real_transactions: None, client_for: Callable[[User | None], Client]
) -> AsyncIterator[Connect]:
    opened: list[WebsocketCommunicator] = []

    async def open_socket(user: User | None, import_id: UUID) -> WebsocketCommunicator:
        client = await sync_to_async(client_for)(user)
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"cookie", cookie.encode()), (b"origin", b"http://testserver")]
        socket = WebsocketCommunicator(
            application, f"/ws/imports/{import_id}/", headers=headers
        )
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        await socket.disconnect()


@pytest.fixture
def run(
    real_transactions: None, alice: User, patient: Patient, make_upload: Upload
) -> ImportRun:
    upload = make_upload(text_of(12), name="Zoë Tester.txt")
    return services.import_request(
        by=alice.actor, patient_id=patient.id, upload_id=upload.id, options=ImportOptions()
    )


async def test_progress_arrives_without_asking(
    connect: Connect, alice: User, run: ImportRun, drain_jobs: DrainJobs
) -> None:
    socket = await connect(alice, run.id)
    assert (await socket.connect())[0]
    told = [await socket.receive_json_from(timeout=5)]
    assert (told[0]["state"], told[0]["settled"]) == ("queued", False)
    await sync_to_async(drain_jobs)()
    while told[-1]["state"] != "done":
        told.append(await socket.receive_json_from(timeout=10))
    assert (told[-1]["accepted"], told[-1]["position"], told[-1]["settled"]) == (12, 12, True)
    assert "Tester" not in str(told)


async def test_nobody_and_strangers_are_turned_away(
    connect: Connect, charlie: User, run: ImportRun
) -> None:
    assert await (await connect(None, run.id)).connect() == (False, 4401)
    assert await (await connect(charlie, run.id)).connect() == (False, 4404)
    assert await (await connect(charlie, uuid4())).connect() == (False, 4404)


async def test_socket_closes_when_the_patient_is_no_longer_theirs(
    connect: Connect, alice: User, bob: User, patient: Patient, run: ImportRun
) -> None:
    socket = await connect(bob, run.id)
    await socket.connect()
    await socket.receive_json_from(timeout=5)
    await sync_to_async(care_team_member_end)(
        by=alice.actor, patient_id=patient.id, user_id=bob.id
    )
    await sync_to_async(services.import_pause)(by=alice.actor, run_id=run.id)
    closed = await socket.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4404)
