"""Devices over the API: each endpoint, by the cast."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.response import Response
from rest_framework.test import APIClient

from biometrics import services
from biometrics.models import Device
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients.models import Patient
from patients.services.people import patient_create

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
PROBLEM = "application/problem+json"


@pytest.fixture
def device(make_device: Callable[..., Device]) -> Device:
    return make_device("Watch", kind="watch", serial_number="S-1")


def call(client: APIClient, method: str, path: str, body: Any = None, **headers: str) -> Any:
    send = getattr(client, method)
    if method == "get":
        return send(f"/api/v1/{path}", headers=headers)
    return send(f"/api/v1/{path}", body or {}, format="json", headers=headers)


def endpoints(device: Device) -> dict[str, tuple[str, str, Any]]:
    one, patient = f"devices/{device.id}", device.patient_id
    return {
        "list": ("get", f"devices/?patient_id={patient}", None),
        "register": ("post", "devices/", {"patient_id": str(patient), "name": "X"}),
        "get": ("get", f"{one}/", None),
        "edit": ("patch", f"{one}/", {"name": "Left"}),
        "code": ("post", f"{one}/pairing-code", None),
        "revoke": ("post", f"{one}/revoke", {"reason": "lost"}),
        "orders": ("get", f"devices/precedence?patient_id={patient}", None),
        "order": ("put", f"devices/precedence?patient_id={patient}",
                  {"metric": "steps", "devices": [str(device.id)]}),
    }  # fmt: skip


NAMES = ["list", "register", "get", "edit", "code", "revoke", "orders", "order"]
ACTS = {
    "list": "patient.read", "get": "patient.read", "orders": "patient.read",
    "register": "device.register", "edit": "device.edit", "code": "device.pairing_code",
    "revoke": "device.revoke", "order": "device.precedence",
}  # fmt: skip
# With the token's check, the actor's settings and the savepoints around them.
QUERIES = 22


@pytest.mark.parametrize("name", NAMES)
def test_works_for_who_treats_and_is_on_record(
    api: Api, alice: User, device: Device, name: str
) -> None:
    method, path, body = endpoints(device)[name]
    seen = AuditEvent.objects.filter(act=ACTS[name], actor_id=alice.id).count()
    client = api(alice)
    with CaptureQueriesContext(connection) as queries:
        answer = call(client, method, path, body)
    assert answer.status_code in (200, 201)
    assert AuditEvent.objects.filter(act=ACTS[name], actor_id=alice.id).count() == seen + 1
    assert len(queries) <= QUERIES, [query["sql"] for query in queries]


@pytest.mark.parametrize("name", NAMES)
def test_nobody_and_a_stranger_get_nothing(
    api: Api, alice: User, charlie: User, device: Device, name: str
) -> None:
    method, path, body = endpoints(device)[name]
    anonymous, stranger = (call(api(user), method, path, body) for user in (None, charlie))
    assert (anonymous.status_code, stranger.status_code) == (401, 404)
    assert "Watch" not in stranger.content.decode()
    assert stranger["Content-Type"] == PROBLEM
    shown = call(api(alice), "get", f"devices/{device.id}/").json()
    assert (shown["name"], shown["revoked_at"]) == ("Watch", None)


@pytest.mark.parametrize("name", ["register", "edit", "revoke", "order"])
def test_repeated_write_with_a_key_is_done_once(
    api: Api, alice: User, device: Device, name: str
) -> None:
    method, path, body = endpoints(device)[name]
    key = {"Idempotency-Key": "k"}
    first, again = (call(api(alice), method, path, body, **key) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert AuditEvent.objects.filter(act=ACTS[name], actor_id=alice.id).count() == (
        2 if name == "register" else 1
    )


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "devices/", None),
        ("get", "devices/precedence?patient_id=x", None),
        ("post", "devices/", {"patient_id": "PATIENT"}),
        ("post", "devices/", {"patient_id": "PATIENT", "name": "X", "kind": "toaster"}),
        ("post", "devices/", {"patient_id": "PATIENT", "name": "x" * 101}),
        ("patch", "devices/DEVICE/", {"name": ""}),
        ("patch", "devices/DEVICE/", {"kind": "toaster"}),
        ("post", "devices/DEVICE/revoke", {"reason": "eaten by the dog"}),
        ("put", "devices/precedence?patient_id=PATIENT", {}),
        ("put", "devices/precedence?patient_id=PATIENT", {"devices": [str(uuid4())]}),
        ("put", "devices/precedence?patient_id=PATIENT", {"devices": [], "metric": "aura"}),
        ("post", "devices/pair", {}),
        ("post", "devices/pair", {"code": "x" * 41}),
    ],
)
def test_bad_input_is_a_problem_detail_and_changes_nothing(
    api: Api, alice: User, device: Device, method: str, path: str, body: Any
) -> None:
    ids = {"PATIENT": str(device.patient_id), "DEVICE": str(device.id)}
    for word, id in ids.items():
        path = path.replace(word, id)
        body = {k: id if v == word else v for k, v in body.items()} if body else body
    answer = call(api(alice), method, path, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM
    listed = call(api(alice), "get", f"devices/?patient_id={device.patient_id}").json()
    assert [(one["name"], one["kind"]) for one in listed["items"]] == [("Watch", "watch")]


def test_unknown_device_is_not_found(api: Api, alice: User) -> None:
    assert call(api(alice), "get", f"devices/{uuid4()}/").status_code == 404
    assert call(api(alice), "post", f"devices/{uuid4()}/pairing-code").status_code == 404


def pair(client: APIClient, code: str) -> Response:
    answer: Response = call(client, "post", "devices/pair", {"code": code})
    return answer


def test_a_device_pairs_with_nobody_signed_in(
    api: Api, alice: User, device: Device, patient: Patient
) -> None:
    made = call(api(alice), "post", f"devices/{device.id}/pairing-code").json()
    assert set(made) == {"device_id", "code", "expires_at"}
    answer = pair(api(), made["code"])
    paired = answer.json()
    assert answer.status_code == 200
    assert (paired["device_id"], paired["patient_id"]) == (str(device.id), str(patient.id))
    assert paired["expires_in"] == 365 * 86_400
    assert call(api(alice), "get", f"devices/{device.id}/").json()["paired_at"]
    again, wrong = pair(api(), made["code"]), pair(api(), "AAAA-AAAA")
    assert again.status_code == wrong.status_code == 422
    assert again["Content-Type"] == PROBLEM
    said = [
        {k: v for k, v in each.json().items() if k != "request_id"} for each in (again, wrong)
    ]
    assert said[0] == said[1]
    assert "Zoë" not in answer.content.decode()


def test_each_code_is_new_and_none_is_kept(api: Api, alice: User, device: Device) -> None:
    key = {"Idempotency-Key": "k"}
    path = f"devices/{device.id}/pairing-code"
    first, again = (call(api(alice), "post", path, **key).json() for _ in range(2))
    assert first["code"] != again["code"]
    assert pair(api(), first["code"]).status_code == 422
    assert pair(api(), again["code"]).status_code == 200


def test_list_costs_the_same_for_many_devices(
    api: Api, alice: User, make_device: Callable[..., Device], patient: Patient
) -> None:
    client, path = api(alice), f"devices/?patient_id={patient.id}"
    counts = []
    for _ in range(2):
        for number in range(3):
            make_device(f"Device {number}")
        with CaptureQueriesContext(connection) as queries:
            call(client, "get", path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_order_is_set_shown_and_taken_away(
    api: Api, alice: User, make_device: Callable[..., Device], patient: Patient
) -> None:
    ids = [str(make_device(name).id) for name in ("Watch", "Phone")]
    path = f"devices/precedence?patient_id={patient.id}"
    call(api(alice), "put", path, {"devices": ids[::-1]})
    shown = call(api(alice), "put", path, {"metric": "steps", "devices": ids}).json()
    assert shown == {"items": [
        {"metric": "", "devices": ids[::-1]}, {"metric": "steps", "devices": ids},
    ]}  # fmt: skip
    left = call(api(alice), "put", path, {"metric": "steps", "devices": []}).json()
    assert left == call(api(alice), "get", path).json()
    assert [row["metric"] for row in left["items"]] == [""]


def test_device_of_another_patient_stands_in_no_order(
    api: Api, alice: User, device: Device
) -> None:
    other = patient_create(
        by=alice.actor, first_name="Yan", last_name="Tester", date_of_birth=date(1990, 1, 1)
    )
    services.device_register(by=alice.actor, patient_id=other.id, name="Ring")
    path = f"devices/precedence?patient_id={other.id}"
    answer = call(api(alice), "put", path, {"devices": [str(device.id)]})
    assert answer.status_code == 400
