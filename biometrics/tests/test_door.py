"""The door, asked as an ASGI server asks it, with real transactions."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from biometrics import admission, group_commit, knocks, selectors, services
from biometrics import door as doors
from biometrics.device_tokens import token_for
from biometrics.models import Device, IngestBatch
from clinicity.accounts import throttles
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.tokens import pair_issue
from clinicity.common.actors import DOOR
from patients.models import Patient

pytestmark = pytest.mark.usefixtures("real_transactions")
Sent = tuple[int, dict[str, str], dict[str, Any]]


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """Stands for Django."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def beat(patient: Patient, minute: int = 0) -> bytes:
    event = {
        "patient_id": str(patient.id), "data_type": "heart_rate",
        "timestamp": f"2025-04-17T14:{minute:02}:00Z", "data": {"bpm": 60 + minute},
    }  # fmt: skip
    return json.dumps(event).encode()


async def knock(
    door: doors.Door, token: str, body: bytes, *, key: str = "", path: str = knocks.PATH
) -> Sent:
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    headers += [(b"idempotency-key", key.encode())] if key else []
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    parts = [body[n : n + 1000] for n in range(0, len(body), 1000)] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await door(scope, receive, send)
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, json.loads(sent[1]["body"])


def knock_all(*calls: dict[str, Any]) -> list[Sent]:
    async def all_at_once() -> list[Sent]:
        door = doors.Door(behind)
        answers = await asyncio.gather(*(knock(door, **call) for call in calls))
        door.close()
        return list(answers)

    return async_to_sync(all_at_once)()


def test_many_at_once_are_all_stored_with_their_own_receipts(
    alice: User, patient: Patient
) -> None:
    token = pair_issue(alice).access
    answers = knock_all(*({"token": token, "body": beat(patient, n)} for n in range(30)))
    assert [status for status, _, _ in answers] == [201] * 30
    assert sorted(body["position"] for _, _, body in answers) == list(range(1, 31))
    assert selectors.ledger_position(alice.actor, patient.id) == 30


def test_one_bad_request_leaves_its_group_alone(
    alice: User, charlie: User, patient: Patient
) -> None:
    mine, stranger = pair_issue(alice).access, pair_issue(charlie).access
    answers = knock_all(
        {"token": mine, "body": beat(patient, 1)},
        {"token": mine, "body": b"{"},
        {"token": stranger, "body": beat(patient, 2)},
        {"token": "nonsense", "body": beat(patient, 3)},
        {"token": mine, "body": beat(patient, 4)},
    )
    assert [status for status, _, _ in answers] == [201, 400, 404, 401, 201]
    assert answers[1][1]["content-type"] == "application/problem+json"
    assert selectors.ledger_position(alice.actor, patient.id) == 2


def test_same_key_stores_once_and_answers_alike(alice: User, patient: Patient) -> None:
    token = pair_issue(alice).access
    call = {"token": token, "body": beat(patient), "key": "k"}
    (first,) = knock_all(call)
    # Together they may come to two groups: then one of them is still running.
    again = [answer for answer in knock_all(call, call) if answer[0] != 409]
    assert again
    # All but what is left of the limit.
    assert all((status, body) == (first[0], first[2]) for status, _, body in again)
    (other,) = knock_all(call | {"body": beat(patient, 5)})
    assert other[0] == 422
    assert selectors.ledger_position(alice.actor, patient.id) == 1


def test_too_large_a_body_is_refused(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "LARGEST_BODY", 5000)
    ((status, _, body),) = knock_all({"token": pair_issue(alice).access, "body": b"x" * 6000})
    assert (status, body["type"].rsplit("/")[-1]) == (413, "too-large")


def test_full_house_answers_503_with_a_time(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MOST_INSIDE", 0)
    ((status, headers, _),) = knock_all(
        {"token": pair_issue(alice).access, "body": beat(patient)}
    )
    assert (status, headers["retry-after"]) == (503, "1")


def test_who_sends_too_often_is_told_to_wait(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.RATE_LIMITING_ENABLED = True
    few = throttles.Limit("ingest.actor", 1, 60)
    monkeypatch.setattr(group_commit, "BY_ACTOR", few)
    call = {"token": pair_issue(alice).access}
    first, over = (knock_all(call | {"body": beat(patient, n)})[0] for n in range(2))
    assert (first[0], over[0]) == (201, 429)
    assert 1 <= int(over[1]["retry-after"]) <= 60
    assert first[1]["ratelimit-policy"] == '"ingest.actor";q=1;w=60'
    assert first[1]["ratelimit"].startswith('"ingest.actor";r=0;t=')
    assert selectors.ledger_position(alice.actor, patient.id) == 1
    monkeypatch.setattr(group_commit, "BY_ACTOR", throttles.Limit("ingest.actor", 100, 60))
    ((status, _, _),) = knock_all(call | {"body": beat(patient, 2)})
    assert status == 201
    assert selectors.ledger_position(alice.actor, patient.id) == 2


def test_what_is_not_for_the_door_goes_on(alice: User) -> None:
    token = pair_issue(alice).access
    answers = knock_all({"token": "", "body": b""}, {"token": token, "body": b"", "path": "/x"})
    assert [status for status, _, _ in answers] == [299, 299]


def test_group_that_cannot_commit_tells_nobody_that_it_did(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def fail(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(group_commit, "_store", fail)
    ((status, _, _),) = knock_all({"token": pair_issue(alice).access, "body": beat(patient)})
    assert status == 503


def test_request_that_breaks_the_group_is_answered_alone(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = knocks.parcel_of

    def stumble(body: bytes, part: Any, device: Any) -> Any:
        if b":02:" in body:
            raise ZeroDivisionError
        return whole(body, part, device)

    monkeypatch.setattr(knocks, "parcel_of", stumble)
    token = pair_issue(alice).access
    answers = knock_all(*({"token": token, "body": beat(patient, n)} for n in range(4)))
    assert [status for status, _, _ in answers] == [201, 201, 500, 201]
    assert answers[2][1]["content-type"] == "application/problem+json"
    assert selectors.ledger_position(alice.actor, patient.id) == 3


def test_unsigned_token_is_refused_before_its_body_is_read(patient: Patient) -> None:
    door, read = doors.Door(behind), []

    async def ask() -> int:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            read.append(1)
            return {"type": "http.request", "body": b"x"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = [(b"authorization", b"Bearer forged")]
        scope = {
            "type": "http",
            "method": "POST",
            "path": knocks.PATH,
            "headers": headers,
        }
        await door(scope, receive, send)
        door.close()
        return int(sent[0]["status"])

    assert async_to_sync(ask)() == 401
    assert read == []


def test_too_many_bytes_at_once_are_turned_away(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MOST_BYTES", 100)
    ((status, headers, _),) = knock_all(
        {"token": pair_issue(alice).access, "body": beat(patient)}
    )
    assert (status, headers["retry-after"]) == (503, "1")


# A paired device.


@pytest.fixture
def watch(alice: User, patient: Patient) -> Device:
    device = services.device_register(by=alice.actor, patient_id=patient.id, name="Watch")
    made = services.pairing_code_make(by=alice.actor, device_id=device.id)
    services.device_pair(by=DOOR, code=made.text, address="127.0.0.1")
    group_commit._noted.clear()
    with acting_as(alice.actor):
        device.refresh_from_db()
    return device


def test_device_sends_for_its_patient_alone(
    alice: User, patient: Patient, watch: Device
) -> None:
    event = json.loads(beat(patient, 1))
    bare = {name: event[name] for name in ("data_type", "timestamp", "data")}
    stranger = bare | {"patient_id": str(alice.id), "timestamp": "2025-04-17T15:00:00Z"}
    body = json.dumps({"events": [bare, stranger], "battery_percent": 40}).encode()
    ((status, _, receipt),) = knock_all({"token": token_for(watch), "body": body})
    assert (status, receipt["accepted"], receipt["rejected"]) == (201, 1, 1)
    assert receipt["reasons"][0]["reason"].startswith("wrong_patient")
    with acting_as(alice.actor):
        row = IngestBatch.objects.get()
        watch.refresh_from_db()
    assert (row.device_id, row.actor_id) == (watch.id, watch.id)
    assert (watch.battery_percent, watch.last_seen_at is not None) == (40, True)


def test_revoked_device_is_turned_away(alice: User, patient: Patient, watch: Device) -> None:
    services.device_revoke(by=alice.actor, device_id=watch.id)
    ((status, _, _),) = knock_all({"token": token_for(watch), "body": beat(patient)})
    assert status == 401


def test_device_of_another_is_refused(alice: User, patient: Patient, watch: Device) -> None:
    body = json.dumps(json.loads(beat(patient)) | {"device_id": str(alice.id)}).encode()
    answers = knock_all(
        {"token": token_for(watch), "body": body},
        {"token": pair_issue(alice).access, "body": body},
    )
    assert [status for status, _, _ in answers] == [400, 404]
