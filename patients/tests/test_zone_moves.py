"""Moves between time zones: over the API and on the page, by the cast."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.models import OutboxEvent
from patients import selectors
from patients.models import Patient

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
ClientFor = Callable[[User | None], Client]
SINCE = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
MOVE = {"zone": "America/New_York", "since": SINCE.isoformat()}


def path(patient: Patient) -> str:
    return f"/api/v1/patients/{patient.id}/zone-moves/"


def moves(by: User, patient: Patient) -> list[tuple[str, str, datetime]]:
    found = selectors.zone_moves(by.actor, patient.id)
    return [(move.before, move.zone, move.since) for move in found]


def zone(by: User, patient: Patient) -> str:
    return selectors.patient_get(by.actor, patient.id).time_zone


def test_a_move_is_noted_told_and_on_record(api: Api, alice: User, patient: Patient) -> None:
    client = api(alice)
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(path(patient), MOVE, format="json")
    assert (answer.status_code, answer.json()["time_zone"]) == (201, "America/New_York")
    assert answer.json()["version"] == patient.version + 1
    assert len(queries) <= 30
    with CaptureQueriesContext(connection) as queries:
        (item,) = client.get(path(patient)).json()["items"]
    assert len(queries) <= 15
    assert (item["before"], item["zone"]) == ("Europe/London", "America/New_York")
    assert item["made_by"] == str(alice.id)
    assert AuditEvent.objects.get(act="patient.zone_move").patient_id == patient.id
    assert OutboxEvent.objects.filter(name="patients.zone_changed").count() == 1


def test_an_earlier_move_that_is_told_later_leaves_the_newest_zone(
    api: Api, alice: User, patient: Patient
) -> None:
    client = api(alice)
    client.post(path(patient), MOVE, format="json")
    before = {"zone": "Asia/Tokyo", "since": (SINCE - timedelta(days=30)).isoformat()}
    assert client.post(path(patient), before, format="json").status_code == 201
    assert zone(alice, patient) == "America/New_York"
    assert [part[:2] for part in moves(alice, patient)] == [
        ("Europe/London", "America/New_York"), ("Europe/London", "Asia/Tokyo"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"zone": "Mars/Olympus"}, 400),
        ({"zone": "Europe"}, 400),
        ({"zone": ""}, 400),
        ({"since": "yesterday"}, 400),
        ({"since": "2126-01-01T00:00:00Z"}, 400),
        ({"since": None}, 400),
    ],
)
def test_bad_input_is_a_problem_detail(
    api: Api, alice: User, patient: Patient, changes: dict[str, Any], status: int
) -> None:
    answer = api(alice).post(path(patient), MOVE | changes, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert moves(alice, patient) == []


def test_repeated_with_a_key_it_is_noted_once(api: Api, alice: User, patient: Patient) -> None:
    client, key = api(alice), {"Idempotency-Key": "k"}
    first, again = (
        client.post(path(patient), MOVE, format="json", headers=key) for _ in range(2)
    )
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert client.post(path(patient), MOVE, format="json").status_code == 409
    assert len(moves(alice, patient)) == 1


def test_nobody_and_a_stranger_get_nothing(
    api: Api, alice: User, charlie: User, patient: Patient
) -> None:
    for user, status in ((None, 401), (charlie, 404)):
        client = api(user)
        assert client.get(path(patient)).status_code == status
        assert client.post(path(patient), MOVE, format="json").status_code == status
    assert moves(alice, patient) == []


def test_the_page_takes_the_time_in_the_patients_zone(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client, edit = client_for(alice), f"/patients/{patient.id}/edit/"
    assert "Moved to another time zone" in client.get(edit).content.decode()
    said = {"zone": "America/New_York", "since": "2026-07-01T10:00"}
    answer = client.post(f"/patients/{patient.id}/zone-moves/", said)
    assert (answer.status_code, answer["Location"]) == (302, edit)
    ((before, to, since),) = moves(alice, patient)
    assert (before, to) == ("Europe/London", "America/New_York")
    assert since == datetime(2026, 7, 1, 9, tzinfo=UTC)  # summer time
    assert "America/New_York, before Europe/London" in client.get(edit).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zone": "Europe"}, "Give an IANA time zone"),
        ({"since": "2126-01-01T00:00"}, "This is in the future"),
        ({"since": ""}, "This field is required."),
    ],
)
def test_the_page_explains_bad_input(
    client_for: ClientFor, alice: User, patient: Patient, changes: dict[str, str], words: str
) -> None:
    said = {"zone": "America/New_York", "since": "2026-07-01T10:00"} | changes
    answer = client_for(alice).post(f"/patients/{patient.id}/zone-moves/", said)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert moves(alice, patient) == []


def test_a_form_that_was_open_meanwhile_does_not_move_the_patient_back(
    client_for: ClientFor, api: Api, alice: User, patient: Patient
) -> None:
    api(alice).post(path(patient), MOVE, format="json")
    stale = {
        "first_name": "Zoë", "last_name": "Tester", "date_of_birth": "1985-07-20",
        "sex": "unknown", "time_zone": "Europe/London", "version": patient.version,
    }  # fmt: skip
    answer = client_for(alice).post(f"/patients/{patient.id}/edit/", stale)
    assert "changed this patient meanwhile" in answer.content.decode()
    assert zone(alice, patient) == "America/New_York"
