"""Readings for rules to judge, without the room that stores them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from alerts import services
from alerts.models import AlertRule
from clinicity.accounts.models import User
from clinicity.common import clock
from patients.models import Patient

METRICS = frozenset({"heart_rate", "activity", "sleep_duration"})
Measure = Callable[..., None]


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Measure:
    """`measure(patient, "heart_rate", [72, 75])`: a value a minute, the last one just now."""
    held: dict[tuple[UUID, str], list[tuple[int, float]]] = {}

    def add(
        patient: Patient, metric: str, values: list[float], *, until: datetime | None = None
    ) -> None:
        end = until or clock.now() - timedelta(seconds=1)
        times = [end - timedelta(minutes=back) for back in range(len(values))][::-1]
        rows = held.setdefault((patient.id, metric), [])
        rows += [
            (int(at.timestamp() * 1000), float(v)) for at, v in zip(times, values, strict=True)
        ]

    def readings(
        actor: Any, patient_id: UUID, metric: str, start: datetime, end: datetime
    ) -> Any:
        rows = sorted(held.get((patient_id, metric), []))
        low, high = start.timestamp() * 1000, end.timestamp() * 1000
        kept = [row for row in rows if low <= row[0] <= high]
        return SimpleNamespace(
            times_ms=np.array([t for t, _ in kept], dtype=np.int64),
            values=np.array([v for _, v in kept], dtype=np.float64),
        )

    monkeypatch.setattr("biometrics.selectors.readings_array", readings)
    return add


@pytest.fixture
def make_rule(alice: User) -> Callable[..., AlertRule]:
    """A rule for a heart rate above 120, unless told otherwise."""

    def make(**changes: Any) -> AlertRule:
        params = {"metric": "heart_rate", "comparison": "above", "value": 120}
        values = {
            "name": "Fast heart", "kind": "threshold", "severity": "medium",
            "cooldown_minutes": 60, "params": params,
        }  # fmt: skip
        return services.rule_create(by=alice.actor, **(values | changes))

    return make
