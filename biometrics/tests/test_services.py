"""The ledger, the segments and what is made of them."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from biometrics import selectors, services
from biometrics.features.columns import columns_of
from biometrics.features.payload import lanes_unpacked
from biometrics.models import IngestBatch, ReadingSegment
from biometrics.samples import Sample
from biometrics.selectors.windows import Look, window
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from clinicity.common.exceptions import NotFound
from clinicity.common.models import OutboxEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def beats(*values: float, start: dt.datetime = NOON) -> list[Sample]:
    return [
        Sample("heart_rate", start + dt.timedelta(minutes=n), value)
        for n, value in enumerate(values)
    ]


def counts(receipt: services.Receipt) -> tuple[int, int, int, int]:
    return receipt.accepted, receipt.duplicate, receipt.corrected, receipt.rejected


def values(alice: User, patient: Patient) -> list[float]:
    day = dt.timedelta(days=1)
    found = selectors.readings_array(
        alice.actor, patient.id, "heart_rate", NOON - day, NOON + day
    )
    return found.values.tolist()


def test_receipt_says_what_became_of_each_sample(alice: User, patient: Patient) -> None:
    def store(samples: list[Sample]) -> services.Receipt:
        return services.readings_store(by=alice.actor, patient_id=patient.id, samples=samples)

    assert counts(store(beats(60, 61, 62))) == (3, 0, 0, 0)
    assert counts(store(beats(60, 99, 62))) == (0, 2, 1, 0)
    late = beats(50, start=NOON - dt.timedelta(hours=30))
    assert counts(store([*late, Sample("nonsense", NOON, 1)])) == (1, 0, 0, 1)
    assert values(alice, patient) == [60, 99, 62]


def test_rejected_samples_are_named_by_index(alice: User, patient: Patient) -> None:
    bad = [
        Sample("heart_rate", NOON.replace(tzinfo=None), 60),
        Sample("heart_rate", NOON + dt.timedelta(days=4000), 60),
        Sample("heart_rate", NOON, 60, unit="furlong"),
        Sample("heart_rate", NOON, float("nan")),
        Sample("heart_rate", NOON, 60),
    ]
    receipt = services.readings_store(by=alice.actor, patient_id=patient.id, samples=bad)
    assert counts(receipt) == (1, 0, 0, 4)
    assert [(index, field) for index, field, _ in receipt.reasons] == [
        (0, "timestamp"), (1, "timestamp"), (2, "unit"), (3, "data"),
    ]  # fmt: skip
    assert "zone" in receipt.reasons[0][2]


def test_units_convert_and_the_implausible_is_kept_and_flagged(
    alice: User, patient: Patient
) -> None:
    samples = [
        Sample("body_temperature", NOON, 98.6, unit="[degF]"),
        Sample("heart_rate", NOON, 400),
    ]
    services.readings_store(by=alice.actor, patient_id=patient.id, samples=samples)
    heart, warmth = selectors.latest(alice.actor, patient.id)
    assert warmth.value == pytest.approx(37.0)
    assert (heart.value, heart.implausible, warmth.implausible) == (400, True, False)


def test_ledger_keeps_what_came_and_counts_without_gaps(alice: User, patient: Patient) -> None:
    for value in (60, 70, 80):
        services.readings_store(by=alice.actor, patient_id=patient.id, samples=beats(value))
    with acting_as(alice.actor):
        rows = list(IngestBatch.objects.order_by("position"))
        stored = [
            lanes_unpacked(row.payload)[None, "heart_rate"].value.tolist() for row in rows
        ]
    assert [row.position for row in rows] == [1, 2, 3]
    assert stored == [[60], [70], [80]]
    assert selectors.ledger_position(alice.actor, patient.id) == 3


def test_days_follow_the_patients_zone_and_clock_changes(alice: User, patient: Patient) -> None:
    # Clocks in London went forward on 29 March 2026: that day has 23 hours.
    start = dt.datetime(2026, 3, 28, tzinfo=dt.UTC)
    starts = [
        round((start + dt.timedelta(minutes=n)).timestamp() * 1000) for n in range(2 * 1440)
    ]
    services.columns_store(
        by=alice.actor, patient_id=patient.id, source="test",
        columns={"activity": columns_of(starts, np.ones(len(starts)), duration_ms=60_000)},
    )  # fmt: skip
    days = selectors.daily_rollups(
        alice.actor, patient.id, ["activity"], dt.date(2026, 3, 28), dt.date(2026, 3, 30)
    )
    assert [(day.local_date.day, day.count) for day in days] == [
        (28, 1440),
        (29, 1380),
        (30, 60),
    ]


def test_rollups_follow_corrections(alice: User, patient: Patient) -> None:
    for value in (60, 100):
        services.readings_store(by=alice.actor, patient_id=patient.id, samples=beats(value, 80))
    (day,) = selectors.daily_rollups(
        alice.actor, patient.id, ["heart_rate"], NOON.date(), NOON.date()
    )
    assert (day.count, day.mean, day.low, day.high) == (2, 90, 80, 100)


def test_series_keeps_peaks_and_draws_gaps(alice: User, patient: Patient) -> None:
    starts = [n * 60_000 + round(NOON.timestamp() * 1000) for n in range(5000)]
    shape = np.zeros(5000)
    shape[2500] = 200
    keep = np.r_[0:3000, 3600:5000]
    services.columns_store(
        by=alice.actor, patient_id=patient.id, source="test",
        columns={"activity": columns_of(np.array(starts)[keep], shape[keep])},
    )  # fmt: skip
    end = NOON + dt.timedelta(days=4)
    found = window(alice.actor, patient.id, "activity", NOON, end, Look(points=100))
    assert found.total == 4400
    assert len(found.times_ms) <= 102
    assert max(value for value in found.values if value is not None) == 200
    assert found.values.count(None) == 1
    assert all(first <= second for first, second in pairwise(found.times_ms))


def test_one_audit_event_and_one_outbox_event_a_batch(alice: User, patient: Patient) -> None:
    services.readings_store(
        by=alice.actor, patient_id=patient.id, samples=beats(*range(60, 90))
    )
    event = AuditEvent.objects.get(act="reading.ingest")
    assert (event.details["metrics"], event.details["stored"]) == (["heart_rate"], 30)
    assert OutboxEvent.objects.get().name == "biometrics.readings_stored"


def test_failing_audit_takes_everything_back(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "record_many", refuse)
    with pytest.raises(RuntimeError):
        services.readings_store(by=alice.actor, patient_id=patient.id, samples=beats(60))
    monkeypatch.undo()
    with acting_as(alice.actor):
        assert not IngestBatch.objects.exists()
        assert not ReadingSegment.objects.exists()
    assert selectors.latest(alice.actor, patient.id) == []


def test_strangers_store_and_see_nothing(charlie: User, patient: Patient) -> None:
    with pytest.raises(NotFound):
        services.readings_store(by=charlie.actor, patient_id=patient.id, samples=beats(60))
    assert selectors.latest(charlie.actor, patient.id) == []
