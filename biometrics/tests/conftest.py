"""Fixtures of this app's tests."""

from collections.abc import Callable
from typing import Any

import pytest

from biometrics import services
from biometrics.models import Device
from biometrics.tests.import_lines import lines, make_upload
from clinicity.accounts.models import User
from patients.models import Patient

__all__ = ["lines", "make_device", "make_upload"]


@pytest.fixture
def make_device(alice: User, patient: Patient) -> Callable[..., Device]:
    """`make_device("Watch", kind="watch")`: a device of `patient`."""

    def make(name: str = "Watch", **fields: Any) -> Device:
        return services.device_register(
            by=alice.actor, patient_id=patient.id, name=name, **fields
        )

    return make
