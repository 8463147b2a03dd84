"""Pairing with real commits: many clients at once, and what row security hides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from biometrics.models import Device, PairingCode
from biometrics.services.pairing import BadCode
from biometrics.tests.test_pairing import code_for, pair
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common.actors import DOOR

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.fixture
def device(make_device: Callable[..., Device]) -> Device:
    return make_device()


def test_one_of_sixteen_clients_gets_the_token(device: Device, alice: User) -> None:
    code = code_for(device, alice)

    def attempt(number: int) -> str | None:
        try:
            return pair(code, f"client-{number}").token
        except BadCode:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(attempt, range(16)))
    assert len([answer for answer in answers if answer]) == 1
    with acting_as(alice.actor):
        assert Device.objects.get(id=device.id).token_version == 1


def test_row_security_hides_codes_from_who_acts_for_nobody(
    device: Device, alice: User, charlie: User
) -> None:
    code_for(device, alice)
    for actor, seen in ((DOOR, 0), (charlie.actor, 0), (alice.actor, 1)):
        with acting_as(actor):
            assert PairingCode.objects.count() == seen
