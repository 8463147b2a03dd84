"""Recordings for twins, stored as devices store them."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from biometrics import services as biometrics
from biometrics.features.columns import columns_of
from clinicity.accounts.models import User
from patients.models import Patient

Record = Callable[..., None]
START = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def record(alice: User, patient: Patient) -> Record:
    """`record(days)`: minutes of activity, up from 7 to 23, from START on."""

    def store(days: int, *, start: datetime = START, seed: int = 1) -> None:
        count = days * 1440
        hour = (np.arange(count) / 60) % 24
        level = np.where((hour >= 7) & (hour < 23), 200.0, 4.0)
        values = level * np.random.default_rng(seed).gamma(2.0, 0.5, count)
        first = int(start.timestamp() * 1000)
        rows = columns_of(first + np.arange(count) * 60_000, values)
        biometrics.columns_store(
            by=alice.actor, patient_id=patient.id, columns={"activity": rows}, source="test"
        )

    return store
