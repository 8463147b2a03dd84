"""Devices for the tests of this app."""

from collections.abc import Callable
from typing import Any

import pytest

from biometrics import services
from biometrics.models import Device
from clinicity.accounts.models import User
from patients.models import Patient


@pytest.fixture
def make_device(alice: User, patient: Patient) -> Callable[..., Device]:
    """`make_device("Watch", kind="watch")`: a device of `patient`."""

    def make(name: str = "Watch", **fields: Any) -> Device:
        return services.device_register(
            by=alice.actor, patient_id=patient.id, name=name, **fields
        )

    return make
