"""The page of a patient's devices, and what its buttons do."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from biometrics import selectors, services
from biometrics.models import Device
from biometrics.presenters.devices import moved, skew_words
from biometrics.samples import Sample
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common import clock
from clinicity.common.actors import DOOR
from patients.models import Patient

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
MakeDevice = Callable[..., Device]


def url(patient: Patient, *parts: object) -> str:
    return f"/biometrics/patients/{patient.id}/devices/" + "".join(f"{p}/" for p in parts)


def text_of(client: Client, patient: Patient) -> str:
    answer = client.get(url(patient))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def steps_from(device: Device, user: User) -> None:
    services.readings_store(
        by=user.actor, patient_id=device.patient_id, device_id=device.id,
        samples=[Sample("steps", clock.now() - timedelta(hours=1), 60)],
    )  # fmt: skip


def test_empty_page_says_what_would_be_here(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    text = text_of(client_for(alice), patient)
    assert "No devices yet" in text
    assert "Register a device" in text
    assert "Which device counts" not in text


def test_registering_leads_to_the_device_and_a_blank_name_is_said(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client = client_for(alice)
    body = {"name": "Left wrist", "kind": "watch", "model": "GT9X", "serial_number": "S-1"}
    answer = client.post(url(patient), body)
    (device,) = selectors.devices(alice.actor, patient.id)
    assert answer["Location"] == f"{url(patient)}#device-{device.id}"
    text = text_of(client, patient)
    assert "watch or band · GT9X" in text
    assert "S-1" in text
    assert "Not paired yet" in text
    refused = client.post(url(patient), body | {"name": ""})
    assert refused.status_code == 422
    assert "Nothing was saved yet" in refused.content.decode()


def test_page_says_how_a_device_is(
    client_for: ClientFor, alice: User, patient: Patient, make_device: MakeDevice
) -> None:
    device = make_device()
    steps_from(device, alice)
    with acting_as(DOOR, patient.id):
        services.device_seen(
            by=DOOR, device_id=device.id, battery_percent=81.4,
            sent_at=clock.now() + timedelta(minutes=4),
        )  # fmt: skip
    text = text_of(client_for(alice), patient)
    assert "runs 4 min ahead" in text
    assert "81 %" in text
    assert "?metric=steps" in text
    assert text.count(" ago") >= 2


def test_code_is_shown_large_with_and_without_script_and_never_cached(
    client_for: ClientFor, alice: User, patient: Patient, make_device: MakeDevice
) -> None:
    client, device = client_for(alice), make_device()
    fragment = client.post(url(patient, device.id, "pair"), headers={"HX-Request": "true"})
    whole = client.post(url(patient, device.id, "pair"))
    codes = []
    for answer in (fragment, whole):
        found = re.search(r'class="pairing-code"[^>]*>([\w-]+)<', answer.content.decode())
        assert found
        codes.append(found[1])
        assert "no-store" in answer["Cache-Control"]
    assert "<html" not in fragment.content.decode()
    assert codes[0] != codes[1]
    assert codes[1] not in text_of(client, patient)
    assert services.device_pair(by=DOOR, code=codes[1], address="x").device.id == device.id


def test_standing_waits_then_says_that_it_is_paired_or_over(
    client_for: ClientFor, alice: User, patient: Patient, make_device: MakeDevice
) -> None:
    client, device = client_for(alice), make_device()

    def standing() -> tuple[str, str]:
        answer = client.get(url(patient, device.id, "standing"))
        return answer.content.decode(), answer.get("HX-Refresh", "")

    code = services.pairing_code_make(by=alice.actor, device_id=device.id).text
    assert "hx-trigger" in standing()[0]
    services.device_pair(by=DOOR, code=code, address="x")
    said, refresh = standing()
    assert "hx-trigger" not in said
    assert refresh == "true"
    assert "The device is paired." in text_of(client, patient)
    services.pairing_code_make(by=alice.actor, device_id=device.id)
    services.device_revoke(by=alice.actor, device_id=device.id)
    said, refresh = standing()
    assert "has ended" in said
    assert not refresh


def test_edit_and_revoke_come_back_to_the_list(
    client_for: ClientFor, alice: User, patient: Patient, make_device: MakeDevice
) -> None:
    client, device = client_for(alice), make_device()
    body = {"name": "Right wrist", "kind": "watch"}
    assert client.post(url(patient, device.id, "edit"), body).status_code == 302
    assert client.post(url(patient, device.id, "edit"), {"name": ""}).status_code == 400
    assert client.post(url(patient, device.id, "revoke"), {"reason": "lost"}).status_code == 302
    text = text_of(client, patient)
    assert "Right wrist can’t send readings any more" in text
    assert "Revoked" in text
    assert "Revoke Right wrist" not in text


def test_order_moves_by_buttons_and_can_be_given_up(
    client_for: ClientFor, alice: User, patient: Patient, make_device: MakeDevice
) -> None:
    client, watch, phone = client_for(alice), make_device("Watch"), make_device("Phone")
    for device in (watch, phone):
        steps_from(device, alice)
    text = text_of(client, patient)
    assert "Move Phone up for Steps" in text
    shown = {"metric": "steps", "device": [str(watch.id), str(phone.id)]}

    def press(body: dict[str, object], **headers: str) -> str:
        answer = client.post(url(patient, "order"), body, headers=headers)
        assert answer.status_code == (200 if headers else 302)
        return answer.content.decode()

    fragment = press(shown | {"up": str(phone.id)}, **{"HX-Request": "true"})
    assert "<html" not in fragment
    assert selectors.precedences(alice.actor, patient.id) == {"steps": [phone.id, watch.id]}
    assert "like all metrics" in fragment
    press({"metric": "steps"})
    assert selectors.precedences(alice.actor, patient.id) == {}
    for bad in ({"device": ["x"]}, {"device": [str(uuid4())]}, {"metric": "aura"}):
        assert client.post(url(patient, "order"), bad).status_code == 400


def test_admin_reads_and_finds_no_buttons(
    client_for: ClientFor, admin: User, patient: Patient, make_device: MakeDevice
) -> None:
    device = make_device()
    text = text_of(client_for(admin), patient)
    assert "Watch" in text
    assert f"{device.id}/pair/" not in text
    assert "Register" not in text
    assert client_for(admin).post(url(patient, device.id, "pair")).status_code == 403


def test_stranger_and_another_patients_address_find_nothing(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient, make_device: MakeDevice
) -> None:
    device, other = make_device(), Patient(id=UUID(int=7))
    client = client_for(alice)
    for part in ("pair", "edit", "revoke"):
        path = url(patient, device.id, part)
        assert client_for(charlie).post(path).status_code == 404
        assert client.post(url(other, device.id, part)).status_code == 404
    for path in (url(patient), url(patient, device.id, "standing")):
        assert client_for(charlie).get(path).status_code == 404
    assert client.get(url(other, device.id, "standing")).status_code == 404


def test_page_costs_the_same_for_many_devices(
    client_for: ClientFor, alice: User, patient: Patient, make_device: MakeDevice
) -> None:
    client, counts = client_for(alice), []
    for _ in range(2):
        for name in ("Watch", "Phone"):
            steps_from(make_device(name), alice)
        with CaptureQueriesContext(connection) as queries:
            text_of(client, patient)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (None, ""), (0, "right to a minute"), (-59_999, "right to a minute"),
        (240_000, "runs 4 min ahead"), (-3_840_000, "runs 1 h 04 min behind"),
    ],
)  # fmt: skip
def test_clock_in_words(ms: int | None, words: str) -> None:
    assert skew_words(ms) == words


def test_moving_past_an_end_or_what_is_not_there_changes_nothing() -> None:
    assert moved(["a", "b"], "b", up=True) == ["b", "a"]
    assert moved(["a", "b"], "a", up=False) == ["b", "a"]
    assert moved(["a", "b"], "a", up=True) == ["a", "b"]
    assert moved(["a", "b"], "b", up=False) == ["a", "b"]
    assert moved(["a", "b"], "c", up=True) == ["a", "b"]
