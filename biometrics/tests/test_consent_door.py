"""What comes through the door after a withdrawal, with real transactions."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from biometrics import door as doors
from biometrics import selectors, services
from biometrics.knocks import PATH
from biometrics.tests.knocking import LINES, ask, behind, lines
from clinicity.accounts.models import User
from clinicity.accounts.tokens import pair_issue
from clinicity.common.actors import DOOR
from patients.models import Patient
from patients.services import consent_record

pytestmark = pytest.mark.usefixtures("real_transactions")


def withdraw(alice: User, patient: Patient, purpose: str = "monitoring") -> None:
    decide(alice, patient, purpose, given=False)


def decide(alice: User, patient: Patient, purpose: str, *, given: bool) -> None:
    consent_record(
        by=alice.actor, patient_id=patient.id, purpose=purpose, given=given, source="paper"
    )


@pytest.mark.parametrize("purpose", ["monitoring", "care"])
def test_a_device_is_refused_at_once_and_let_in_again_without_pairing(
    purpose: str, alice: User, patient: Patient
) -> None:
    device = services.device_register(by=alice.actor, patient_id=patient.id, name="Watch")
    made = services.pairing_code_make(by=alice.actor, device_id=device.id)
    token = services.device_pair(by=DOOR, code=made.text, address="127.0.0.1").token
    assert ask(token, lines(patient.id, [1]), **LINES)[0] == 201
    withdraw(alice, patient, purpose)  # no job has run yet
    status, answer = ask(token, lines(patient.id, [2]), **LINES)
    assert (status, answer["type"].rpartition("/")[2]) == (403, "no-consent")
    assert "consent" in answer["detail"]
    assert selectors.ledger_position(alice.actor, patient.id) == 1
    decide(alice, patient, purpose, given=True)
    assert ask(token, lines(patient.id, [3]), **LINES)[0] == 201


@pytest.mark.parametrize("kind", ["json", "lines"])
def test_a_body_that_was_under_way_at_the_withdrawal_is_refused(
    kind: str, alice: User, patient: Patient
) -> None:
    body, headers = lines(patient.id, range(40)), dict(LINES)
    if kind == "json":
        body = b"[" + b",".join(body.split(b"\n")[:-1]) + b"]"
        headers = {"content-type": "application/json"}
    status, answer = sent_around(body, headers, lambda: withdraw(alice, patient), alice)
    assert "no-consent" in json.dumps(answer)
    assert status == 403
    assert selectors.ledger_position(alice.actor, patient.id) == 0


def sent_around(body: bytes, headers: dict[str, str], between: Any, user: User) -> Any:
    """Send half of a body, do something, and send the rest."""
    named = {"authorization": f"Bearer {pair_issue(user).access}"} | headers
    scope = {
        "type": "http", "method": "POST", "path": PATH, "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }  # fmt: skip
    halves = [body[: len(body) // 2], body[len(body) // 2 :]]
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if len(halves) == 1:
            await sync_to_async(between)()
        half = halves.pop(0)
        return {"type": "http.request", "body": half, "more_body": bool(halves)}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    async def knock() -> None:
        door = doors.Door(behind)
        try:
            await door(scope, receive, send)
        finally:
            door.close()

    async_to_sync(knock)()
    return told[0]["status"], json.loads(told[1]["body"])
