"""A code for a token: once, in time, for one device."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from biometrics import selectors, services
from biometrics.device_tokens import demand_signed_device, device_of
from biometrics.models import Device, PairingCode
from biometrics.services.pairing import ALPHABET, VALID_FOR, BadCode, Paired
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.throttles import Throttled
from clinicity.accounts.tokens import BadToken
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import DOOR
from patients.models import Patient
from patients.services.people import patient_delete

pytestmark = pytest.mark.django_db
MakeDevice = Callable[..., Device]


@pytest.fixture
def device(make_device: MakeDevice) -> Device:
    return make_device()


def code_for(device: Device, user: User) -> str:
    return services.pairing_code_make(by=user.actor, device_id=device.id).text


def pair(code: str, address: str = "192.0.2.7") -> Paired:
    return services.device_pair(by=DOOR, code=code, address=address)


def test_code_is_eight_clear_characters_and_only_its_hash_is_kept(
    device: Device, alice: User
) -> None:
    made = services.pairing_code_make(by=alice.actor, device_id=device.id)
    first, second = made.text.split("-")
    assert (len(first), len(second)) == (4, 4)
    assert set(first + second) <= set(ALPHABET)
    assert not set(ALPHABET) & set("0O1IL2Z5S8BUV") - {"V"}
    assert made.expires_at - made.made_at == VALID_FOR
    with acting_as(alice.actor):
        row = PairingCode.objects.get(device=device)
    assert first not in str(row.__dict__)
    assert len(row.code_index) == 64
    assert AuditEvent.objects.get(act="device.pairing_code").subject_id == device.id


def test_pairing_gives_a_token_of_the_device(
    device: Device, alice: User, patient: Patient
) -> None:
    code = code_for(device, alice)
    paired = pair(f" {code.lower().replace('-', ' ')} ")
    claims = demand_signed_device(paired.token)
    assert (claims.device_id, claims.patient_id) == (device.id, patient.id)
    found = device_of(claims)
    assert found.id == device.id
    assert found.paired_at is not None
    event = AuditEvent.objects.get(act="device.pair")
    assert (event.actor_id, event.patient_id) == (DOOR.id, patient.id)
    assert (
        selectors.pairing_state(alice.actor, device.patient_id, device.id).used_at is not None
    )


def test_wrong_used_late_and_ended_codes_get_one_sentence(
    device: Device, alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = code_for(device, alice)
    pair(used)
    ended = code_for(device, alice)
    late = code_for(device, alice)
    with acting_as(alice.actor):
        PairingCode.objects.filter(used_at__isnull=True).update(expires_at=clock.now())
    revoked = code_for(device, alice)
    services.device_revoke(by=alice.actor, device_id=device.id)
    said = set()
    for code in (used, ended, late, revoked, "AAAA-AAAA", "", "💥"):
        with pytest.raises(BadCode) as refusal:
            pair(code)
        said.add((refusal.value.detail, refusal.value.title, refusal.value.status))
    assert len(said) == 1
    assert AuditEvent.objects.filter(act="device.pair", outcome="refused").count() == 7


def test_code_of_a_patient_off_the_list_is_no_code(
    device: Device, alice: User, patient: Patient
) -> None:
    code = code_for(device, alice)
    patient_delete(by=alice.actor, patient_id=patient.id)
    with pytest.raises(BadCode):
        pair(code)


def test_pairing_anew_ends_the_token_before_and_undoes_a_revocation(
    device: Device, alice: User
) -> None:
    old = demand_signed_device(pair(code_for(device, alice)).token)
    new = demand_signed_device(pair(code_for(device, alice)).token)
    with pytest.raises(BadToken):
        device_of(old)
    assert device_of(new).id == device.id
    services.device_revoke(by=alice.actor, device_id=device.id)
    with pytest.raises(BadToken):
        device_of(new)
    again = demand_signed_device(pair(code_for(device, alice)).token)
    assert device_of(again).revoked_at is None


def test_pairing_without_its_record_is_undone(
    device: Device, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_for(device, alice)

    def fail(**_: Any) -> None:
        raise RuntimeError("the trail is full")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", fail)
        with pytest.raises(RuntimeError):
            pair(code)
    assert selectors.device_get(alice.actor, device.id).token_version == 0
    assert pair(code).device.token_version == 1


def test_tries_are_counted_by_address(
    device: Device, alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RATE_LIMITING_ENABLED = True
    address = f"test-{device.id}"
    for _ in range(60):
        with pytest.raises(BadCode):
            pair("AAAA-AAAA", address)
    with pytest.raises(Throttled):
        pair(code_for(device, alice), address)
    assert pair(code_for(device, alice), f"{address}-other").token


def test_expired_code_is_refused(
    device: Device, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, now = code_for(device, alice), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + VALID_FOR)
    with pytest.raises(BadCode):
        pair(code)
