"""A patient with two watches and some days of data, for the tests that read back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from biometrics import services
from biometrics.features.columns import Columns, columns_of
from clinicity.accounts.models import User
from patients.models import Patient

# Ten local days in London's winter: local midnight is midnight UTC.
START = datetime(2026, 1, 10, tzinfo=UTC)
DAYS = 10
MINUTE = 60_000
START_MS = round(START.timestamp() * 1000)
END = START + timedelta(days=DAYS)


def make_device(alice: User, patient: Patient, name: str) -> UUID:
    return services.device_register(by=alice.actor, patient_id=patient.id, name=name).id


def store(
    alice: User, patient: Patient, device_id: UUID | None, **columns: Columns
) -> services.Receipt:
    return services.columns_store(
        by=alice.actor, patient_id=patient.id, columns=columns, device_id=device_id,
        source="api",
    )  # fmt: skip


def minutes_of(days: int = DAYS, *, every: int = 10) -> np.ndarray:
    """Times of one sample every so many minutes."""
    return START_MS + np.arange(0, days * 1440, every, dtype=np.int64) * MINUTE


def window(patient: Patient, metric: str, **more: object) -> dict[str, object]:
    return {
        "patient_id": str(patient.id), "metric": metric, "start": START.isoformat(),
        "end": END.isoformat(),
    } | more  # fmt: skip


def measure(alice: User, patient: Patient) -> tuple[UUID, UUID]:
    """Two watches count steps, one of them the heart and the sleep; day 5 is missing."""
    watch, band = make_device(alice, patient, "Watch"), make_device(alice, patient, "Band")
    times = minutes_of()
    times = times[(times < START_MS + 5 * 86_400_000) | (times >= START_MS + 6 * 86_400_000)]
    beats = 60 + 20 * np.sin(np.arange(len(times)) / 20)
    beats[7] = 400.0
    nights = START_MS + np.arange(3, dtype=np.int64) * 86_400_000 + 23 * 3_600_000
    stages = np.concatenate([nights, nights + 90 * MINUTE])
    store(
        alice, patient, watch,
        heart_rate=columns_of(times, beats),
        steps=columns_of(times, np.full(len(times), 50.0), duration_ms=10 * MINUTE),
        sleep_stage=columns_of(
            stages, [1, 1, 1, 2, 2, 2], duration_ms=[90 * MINUTE] * 3 + [30 * MINUTE] * 3
        ),
        weight=columns_of([START_MS + 8 * 3_600_000], [81.5]),
    )  # fmt: skip
    store(
        alice, patient, band,
        steps=columns_of(minutes_of(2, every=60), np.full(48, 290.0), duration_ms=60 * MINUTE),
    )  # fmt: skip
    return watch, band
