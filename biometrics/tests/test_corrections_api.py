"""Corrections, removals and earlier moments over the API: each endpoint, by the cast."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from biometrics import selectors, services
from biometrics.samples import Sample
from biometrics.services.corrections import Range
from biometrics.tests.measured import START
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients.models import Patient
from patients.services.people import patient_create

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
PROBLEM = "application/problem+json"
MINUTE = timedelta(minutes=1)
WHAT = Range("heart_rate", START + MINUTE, START + 3 * MINUTE)
END = START + 60 * MINUTE
ACTS = {
    "mark": "reading.error", "restore": "reading.restore", "remove": "reading.remove",
    "lift": "reading.removal_lift", "reports": "patient.read", "as_of": "reading.read_as_of",
}  # fmt: skip
WRITES = ("mark", "restore", "remove", "lift")
# Each with the token's check, the actor's settings and the savepoints around them.
MOST = {"mark": 45, "restore": 45, "remove": 45, "lift": 22, "reports": 15, "as_of": 22}


@pytest.fixture
def ids(alice: User, patient: Patient) -> dict[str, str]:
    """Four beats, two of them in error; steps that were removed; and what names them."""
    told = {"by": alice.actor, "patient_id": patient.id}
    beats = [Sample("heart_rate", START + n * MINUTE, 60 + n) for n in range(6)]
    services.readings_store(**told, samples=[*beats, Sample("steps", START, 10)])
    marked = services.readings_mark_error(**told, what=WHAT, reason="strap was off")
    report = services.readings_remove(
        **told, ground="erasure", reason="asked", metrics=["steps"]
    )
    return {
        "patient_id": str(patient.id), "position": str(marked.position),
        "removal_id": str(report.id),
    }  # fmt: skip


def call(client: APIClient, name: str, ids: dict[str, str], **changes: Any) -> Any:
    """Ask as a clinician would, with some of the request changed; None leaves a part out."""
    place = {"patient_id": ids["patient_id"]}
    window = {"metric": "heart_rate", "start": START.isoformat(), "end": END.isoformat()}
    key = changes.pop("key", None)
    method, path, body = {
        "mark": ("post", "biometrics/corrections", place | window | {"reason": "visitor"}),
        "restore": (
            "post", "biometrics/corrections/restore", place | {"position": ids["position"]},
        ),
        "remove": (
            "post", "biometrics/removals",
            place | {"ground": "consent_withdrawn", "reason": "asked", "metrics": ["heart_rate"]},
        ),
        "lift": ("post", f"biometrics/removals/{ids['removal_id']}/lift", place),
        "reports": ("get", "biometrics/removals", place),
        "as_of": ("get", "biometric-events", place | window | {"as_of": "1"}),
    }[name]  # fmt: skip
    said = {part: value for part, value in (body | changes).items() if value is not None}
    shape = {"format": "json"} if method == "post" else {}
    headers = {"Idempotency-Key": key} if key else {}
    return getattr(client, method)(f"/api/v1/{path}", said, headers=headers, **shape)


def beats(by: User, ids: dict[str, str]) -> list[float]:
    found = selectors.readings_array(by.actor, ids["patient_id"], "heart_rate", START, END)
    return found.values.tolist()


def acts(name: str) -> int:
    return AuditEvent.objects.filter(act=ACTS[name]).count()


@pytest.mark.parametrize("name", ACTS)
def test_works_is_on_record_and_frugal(
    api: Api, alice: User, ids: dict[str, str], name: str
) -> None:
    client, before = api(alice), acts(name)
    with CaptureQueriesContext(connection) as queries:
        answer = call(client, name, ids)
    assert answer.status_code in (200, 201), answer.content
    assert acts(name) == before + 1
    assert len(queries) <= MOST[name], len(queries)


@pytest.mark.parametrize("name", ACTS)
def test_nobody_and_a_stranger_get_nothing(
    api: Api, alice: User, charlie: User, ids: dict[str, str], name: str
) -> None:
    anonymous, stranger = (call(api(user), name, ids) for user in (None, charlie))
    assert (anonymous.status_code, stranger.status_code) == (401, 404)
    assert stranger["Content-Type"] == PROBLEM
    assert beats(alice, ids) == [60, 63, 64, 65]


@pytest.mark.parametrize("name", WRITES)
def test_admins_change_nothing(
    api: Api, alice: User, admin: User, ids: dict[str, str], name: str
) -> None:
    assert call(api(admin), name, ids).status_code == 403
    assert beats(alice, ids) == [60, 63, 64, 65]


@pytest.mark.parametrize("name", WRITES)
def test_repeated_with_a_key_is_done_once(
    api: Api, alice: User, ids: dict[str, str], name: str
) -> None:
    client, before = api(alice), acts(name)
    first, again = (call(client, name, ids, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert acts(name) == before + 1


@pytest.mark.parametrize(
    ("name", "status"), [("mark", 400), ("restore", 409), ("remove", 409), ("lift", 404)]
)
def test_repeated_without_a_key_says_why_not(
    api: Api, alice: User, ids: dict[str, str], name: str, status: int
) -> None:
    client = api(alice)
    assert call(client, name, ids).status_code in (200, 201)
    before = acts(name)
    again = call(client, name, ids)
    assert (again.status_code, again["Content-Type"]) == (status, PROBLEM)
    assert acts(name) == before


@pytest.mark.parametrize(
    ("name", "changes", "status"),
    [
        ("mark", {"metric": "aura"}, 400),
        ("mark", {"reason": ""}, 400),
        ("mark", {"end": START.isoformat()}, 400),
        ("mark", {"start": "noon"}, 400),
        ("mark", {"device_id": str(uuid4())}, 400),
        ("mark", {"patient_id": "x"}, 400),
        ("mark", {"to_patient_id": str(uuid4())}, 404),
        ("restore", {"position": 0}, 400),
        ("restore", {"position": 1}, 404),
        ("restore", {"position": None}, 400),
        ("remove", {"ground": "tidiness"}, 400),
        ("remove", {"reason": " "}, 400),
        ("remove", {"metrics": ["aura"]}, 400),
        ("remove", {"device_id": str(uuid4())}, 404),
        ("remove", {"start": END.isoformat(), "end": START.isoformat()}, 400),
        ("lift", {"patient_id": None}, 400),
        ("lift", {"patient_id": str(uuid4())}, 404),
        ("reports", {"patient_id": None}, 400),
        ("as_of", {"as_of": "yesterday"}, 400),
        ("as_of", {"metric": "aura"}, 400),
        ("as_of", {"start": None}, 400),
        ("as_of", {"end": START.isoformat()}, 400),
    ],
)
def test_bad_input_is_a_problem_detail_and_changes_nothing(
    api: Api, alice: User, ids: dict[str, str], name: str, changes: dict[str, Any], status: int
) -> None:
    answer = call(api(alice), name, ids, **changes)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert beats(alice, ids) == [60, 63, 64, 65]


def test_a_mark_and_its_way_back(api: Api, alice: User, ids: dict[str, str]) -> None:
    client = api(alice)
    marked = call(client, "mark", ids).json()
    assert (marked["kind"], marked["accepted"]) == ("error", 4)
    assert beats(alice, ids) == []
    restored = call(client, "restore", ids, position=marked["position"]).json()
    assert (restored["kind"], restored["accepted"]) == ("restore", 4)
    assert beats(alice, ids) == [60, 63, 64, 65]


def test_a_move_answers_with_both_receipts(
    api: Api, alice: User, ids: dict[str, str], patient: Patient
) -> None:
    other = patient_create(
        by=alice.actor,
        first_name="Otto",
        last_name="Other",
        date_of_birth=patient.date_of_birth,
    )
    answer = call(api(alice), "mark", ids, to_patient_id=str(other.id)).json()
    assert [
        (receipt["patient_id"], receipt["kind"], receipt["accepted"])
        for receipt in answer["receipts"]
    ] == [(ids["patient_id"], "moved_out", 4), (str(other.id), "moved_in", 4)]
    assert beats(alice, ids | {"patient_id": str(other.id)}) == [60, 63, 64, 65]


def test_reports_say_who_how_much_and_whether_they_stand(
    api: Api, alice: User, ids: dict[str, str]
) -> None:
    client = api(alice)
    call(client, "remove", ids)
    newest, oldest = call(client, "reports", ids).json()["items"]
    assert (newest["ground"], newest["samples"]) == ("consent_withdrawn", 4)
    # The ledger held the two in error twice: as they came, and as they were marked.
    assert newest["counts"] == {"heart_rate": 8}
    assert (oldest["counts"], oldest["lifted_at"]) == ({"steps": 1}, None)
    assert {newest["removed_by"], oldest["removed_by"]} == {str(alice.id)}
    assert call(client, "lift", ids).json()["lifted_at"]


def test_as_of_a_row_shows_what_counted_then(
    api: Api, alice: User, ids: dict[str, str]
) -> None:
    client = api(alice)
    (then,) = call(client, "as_of", ids).json()["devices"]
    (now,) = call(client, "as_of", ids, as_of=ids["position"]).json()["devices"]
    assert then["value"] == [60, 61, 62, 63, 64, 65]
    assert now["value"] == [60, 63, 64, 65]
    assert call(client, "as_of", ids, as_of="2020-01-01T00:00:00Z").json()["devices"] == []
