"""A device's token opens the door for readings, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from biometrics import services
from biometrics.device_tokens import (
    LIFETIME,
    DeviceToken,
    demand_signed_device,
    device_of,
    token_for,
)
from biometrics.models import Device
from clinicity.accounts import tokens
from clinicity.accounts.models import User
from clinicity.accounts.tokens import BadToken
from patients.models import Patient
from patients.services.people import patient_delete
from tests.test_access import NOBODY, OPEN, ROUTES

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(make_device: Callable[..., Device]) -> Device:
    return make_device()


def test_claims(device: Device, patient: Patient) -> None:
    text = token_for(device)
    claims = demand_signed_device(text)
    assert (claims.device_id, claims.patient_id, claims.version) == (device.id, patient.id, 0)
    token = DeviceToken(text)  # type: ignore[arg-type]
    assert (token["token_type"], token["role"]) == ("device", "device")
    assert token["exp"] - token["iat"] == LIFETIME.total_seconds()
    assert device_of(claims).name == "Watch"


def test_other_tokens_are_no_devices(device: Device, alice: User) -> None:
    pair = tokens.pair_issue(alice)
    forged = DeviceToken()
    forged["sub"] = str(device.id)  # without a patient and a version
    for text in (pair.access, pair.refresh, "", "a.b.c", str(forged), f"{token_for(device)}x"):
        with pytest.raises(BadToken):
            demand_signed_device(text)


def test_expired_token_is_refused(device: Device) -> None:
    token = DeviceToken(token_for(device))  # type: ignore[arg-type]
    token.set_exp(lifetime=-timedelta(seconds=1))
    with pytest.raises(BadToken):
        demand_signed_device(str(token))


def test_version_and_patient_must_be_the_devices_own(
    device: Device, alice: User, patient: Patient
) -> None:
    token = DeviceToken(token_for(device))  # type: ignore[arg-type]
    for claim, value in (("ver", 1), ("patient", str(uuid4())), ("sub", str(uuid4()))):
        kept, token[claim] = token[claim], value
        with pytest.raises(BadToken):
            device_of(demand_signed_device(str(token)))
        token[claim] = kept
    claims = demand_signed_device(str(token))
    assert device_of(claims).id == device.id
    patient_delete(by=alice.actor, patient_id=patient.id)
    with pytest.raises(BadToken):
        device_of(claims)


def test_revoked_device_has_no_token(device: Device, alice: User) -> None:
    claims = demand_signed_device(token_for(device))
    services.device_revoke(by=alice.actor, device_id=device.id)
    with pytest.raises(BadToken):
        device_of(claims)


def test_token_classes_take_only_their_own_type(device: Device) -> None:
    for kind in (AccessToken, RefreshToken):
        with pytest.raises(TokenError):
            kind(token_for(device))  # type: ignore[arg-type]


API = [route for route in ROUTES if route.startswith("api/v1/") and route not in OPEN]


def test_the_walk_finds_the_api() -> None:
    assert len(API) > 30


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_every_endpoint_of_the_api_refuses_a_device(
    client: Client, device: Device, method: str
) -> None:
    headers = {"Authorization": f"Bearer {token_for(device)}"}
    for route in API:
        path = "/" + route.replace(NOBODY, str(device.id)).replace("/x/", "/1/")
        answer = getattr(client, method)(path, headers=headers)
        assert answer.status_code == 401, f"{method} {path} answered {answer.status_code}"
