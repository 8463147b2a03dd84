"""The ledger is the truth: it proves the rest, and the rest can be made of it."""

import datetime as dt
from io import StringIO
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from biometrics import selectors, services
from biometrics.features.blob import blob_from
from biometrics.features.columns import packed
from biometrics.models import LatestReading, ReadingSegment, Rollup
from biometrics.samples import Sample
from biometrics.services.replay import ledger, replayed
from biometrics.verification import readings_verify
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Conflict
from patients.models import Patient

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)


@pytest.fixture
def stored(alice: User, patient: Patient) -> Patient:
    """Three batches over a change of clocks: a repeat, a correction, two devices."""
    watch = services.device_register(by=alice.actor, patient_id=patient.id, name="Watch")

    def store(metric: str, count: int, shift: float, device: Any = None) -> None:
        services.readings_store(
            by=alice.actor, patient_id=patient.id, device_id=device,
            samples=[
                Sample(metric, NOON + dt.timedelta(minutes=n), 60 + n % 7 + shift)
                for n in range(count)
            ],
        )  # fmt: skip

    store("heart_rate", 2000, 0)
    store("heart_rate", 2100, 0)
    store("heart_rate", 10, 1)
    store("activity", 500, 0, watch.id)
    return patient


def state(patient: Patient) -> list[Any]:
    """Everything that is made of the ledger, without the ids of its rows."""
    with acting_as(WORKER, patient.id):
        return [
            [
                (row.device_id, row.metric, row.span_start_ms, row.count, packed(blob_from(row.samples).columns()))
                for row in ReadingSegment.objects.order_by("metric", "span_start_ms")
            ],
            list(
                Rollup.objects.order_by("metric", "period", "start_at").values_list(
                    "device_id", "metric", "period", "start_at", "local_date", "count", "mean",
                    "low", "high", "sd",
                )
            ),
            list(LatestReading.objects.order_by("metric").values_list("metric", "value", "measured_at")),
        ]  # fmt: skip


def test_what_was_stored_agrees_with_the_ledger(stored: Patient) -> None:
    verdict = readings_verify(WORKER, stored.id)
    assert verdict.faults == []
    assert (verdict.batches, verdict.samples) == (4, 2600)


def test_rebuilding_gives_the_same_bytes(alice: User, stored: Patient) -> None:
    before = state(stored)
    with acting_as(WORKER, stored.id):
        ReadingSegment.objects.filter(metric="activity").delete()
        Rollup.objects.all().delete()
    assert len(readings_verify(WORKER, stored.id).faults) == 2
    done = services.readings_rebuild(by=WORKER, patient_id=stored.id)
    assert (done.batches, done.samples) == (4, 2600)
    assert state(stored) == before
    assert AuditEvent.objects.filter(act="reading.rebuild").count() == 1


def test_as_of_an_earlier_position_the_old_value_stands(alice: User, stored: Patient) -> None:
    with acting_as(alice.actor):
        then = replayed(ledger(stored.id, until=2)).samples((None, "heart_rate"))
    assert then.value[0] == 60
    now = selectors.readings_array(
        alice.actor, stored.id, "heart_rate", NOON, NOON + dt.timedelta(minutes=1)
    )
    assert now.values.tolist() == [61]


@pytest.mark.parametrize(
    ("table", "change", "fault"),
    [
        (Rollup, {"mean": 1.0}, "rollups: 126 are wrong"),
        (ReadingSegment, {"count": 1}, "a count is not that of the samples"),
        (LatestReading, {"measured_at": NOON}, "latest values"),
    ],
)
def test_each_kind_of_damage_is_named(
    stored: Patient, table: Any, change: dict[str, Any], fault: str
) -> None:
    with acting_as(WORKER, stored.id):
        changed = table.objects.update(**change)
    found = "\n".join(readings_verify(WORKER, stored.id).faults)
    assert fault.replace("126", str(changed)) in found


def test_altered_ledger_row_is_named_and_stops_the_rebuild(
    stored: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("services.replay", "verification"):
        monkeypatch.setattr(f"biometrics.{module}.is_intact", lambda row: row.position != 1)
    assert "ledger: row 1 doesn't match its digest" in readings_verify(WORKER, stored.id).faults
    before = state(stored)
    with pytest.raises(Conflict, match="Ledger row 1"):
        services.readings_rebuild(by=WORKER, patient_id=stored.id)
    assert state(stored) == before


def test_commands_say_what_they_found(stored: Patient) -> None:
    out = StringIO()
    call_command("rebuild_segments", stdout=out)
    call_command("verify_readings", stdout=out, verbosity=2)
    assert "1/1" in out.getvalue()
    assert "2600 samples" in out.getvalue()
    assert "All agree." in out.getvalue()
    with acting_as(WORKER, stored.id):
        Rollup.objects.all().delete()
    with pytest.raises(CommandError, match="are missing"):
        call_command("verify_readings", stdout=out)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_two_devices_at_one_moment_the_same_is_the_latest(
    alice: User, patient: Patient, order: tuple[int, ...]
) -> None:
    watches = [
        services.device_register(by=alice.actor, patient_id=patient.id, name=name).id
        for name in ("One", "Two")
    ]
    devices: list[UUID | None] = [None, *sorted(watches)]

    def store(place: int, value: float) -> None:
        services.readings_store(
            by=alice.actor, patient_id=patient.id, device_id=devices[place],
            samples=[Sample("heart_rate", NOON, value)],
        )  # fmt: skip

    def latest() -> list[Any]:
        with acting_as(WORKER, patient.id):
            return list(LatestReading.objects.values_list("device_id", "value"))

    for place in order:
        store(place, 60 + place)
    assert latest() == [(devices[2], 62)]
    store(2, 72)
    store(0, 70)
    assert latest() == [(devices[2], 72)]
    assert readings_verify(WORKER, patient.id).faults == []
    services.readings_rebuild(by=WORKER, patient_id=patient.id)
    assert latest() == [(devices[2], 72)]
