"""Readings that were wrong or are to go: void, moved, removed, and nothing brings them back."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from biometrics import selectors, services
from biometrics.models import IngestBatch, ReadingSegment, ReadingsRemoval
from biometrics.samples import Sample
from biometrics.services.corrections import Range
from biometrics.verification import readings_verify
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from clinicity.common.models import OutboxEvent
from conftest import DrainJobs
from patients.models import Patient
from patients.services.people import patient_create, patient_zone_move

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def beats(*values: float, start: dt.datetime = NOON) -> list[Sample]:
    return [
        Sample("heart_rate", start + dt.timedelta(minutes=n), value)
        for n, value in enumerate(values)
    ]


def store(by: User, patient: Patient, samples: list[Sample]) -> services.Receipt:
    return services.readings_store(by=by.actor, patient_id=patient.id, samples=samples)


def values(by: User, patient: Patient) -> list[float]:
    day = dt.timedelta(days=1)
    found = selectors.readings_array(by.actor, patient.id, "heart_rate", NOON - day, NOON + day)
    return found.values.tolist()


def two_minutes(minute: int = 1) -> Range:
    start = NOON + dt.timedelta(minutes=minute)
    return Range("heart_rate", start, start + dt.timedelta(minutes=2))


def mark(by: User, patient: Patient, what: Range | None = None) -> services.Receipt:
    return services.readings_mark_error(
        by=by.actor, patient_id=patient.id, what=what or two_minutes(), reason="strap was off"
    )


def faults(patient: Patient) -> list[str]:
    return list(readings_verify(WORKER, patient.id).faults)


def test_what_was_entered_in_error_leaves_every_figure(alice: User, patient: Patient) -> None:
    store(alice, patient, beats(60, 200, 220, 62))
    receipt = mark(alice, patient)
    assert (receipt.kind, receipt.accepted, receipt.rejected) == ("error", 2, 0)
    assert values(alice, patient) == [60, 62]
    (day,) = selectors.daily_rollups(
        alice.actor, patient.id, ["heart_rate"], NOON.date(), NOON.date()
    )
    assert (day.count, day.high) == (2, 62)
    assert faults(patient) == []
    assert AuditEvent.objects.get(act="reading.error").patient_id == patient.id


def test_a_device_that_sends_it_again_brings_nothing_back(
    alice: User, patient: Patient
) -> None:
    store(alice, patient, beats(60, 200, 220, 62))
    mark(alice, patient)
    again = store(alice, patient, beats(60, 200, 220, 62))
    assert (again.accepted, again.duplicate) == (0, 4)
    assert values(alice, patient) == [60, 62]
    corrected = store(alice, patient, beats(60, 70))
    assert corrected.corrected == 1
    assert values(alice, patient) == [60, 70, 62]
    assert faults(patient) == []


def test_the_newest_value_falls_back_to_the_one_before(alice: User, patient: Patient) -> None:
    store(alice, patient, beats(60, 61, 250))
    mark(alice, patient, Range("heart_rate", NOON + dt.timedelta(minutes=2), NOON + HOUR))
    assert [row.value for row in selectors.latest(alice.actor, patient.id)] == [61]
    mark(alice, patient, Range("heart_rate", NOON, NOON + HOUR))
    assert selectors.latest(alice.actor, patient.id) == []
    assert faults(patient) == []


def test_undo_lets_them_count_again(alice: User, patient: Patient) -> None:
    store(alice, patient, beats(60, 200, 220, 62))
    receipt = mark(alice, patient)
    restored = services.readings_restore(
        by=alice.actor, patient_id=patient.id, position=receipt.position
    )
    assert restored.accepted == 2
    assert values(alice, patient) == [60, 200, 220, 62]
    with pytest.raises(Conflict):
        services.readings_restore(
            by=alice.actor, patient_id=patient.id, position=receipt.position
        )
    with pytest.raises(NotFound):
        services.readings_restore(by=alice.actor, patient_id=patient.id, position=1)
    assert faults(patient) == []


def test_an_earlier_moment_still_shows_what_counted_then(alice: User, patient: Patient) -> None:
    store(alice, patient, beats(60, 200))
    mark(alice, patient)
    store(alice, patient, beats(99))

    def then(position: int) -> list[float]:
        found = selectors.readings_as_of(
            alice.actor, patient.id, "heart_rate", NOON, NOON + HOUR, position
        )
        return found.lanes[None, "heart_rate"].value.tolist()

    assert [then(position) for position in (1, 2, 3)] == [[60, 200], [60], [99]]
    before = selectors.readings_as_of(
        alice.actor, patient.id, "heart_rate", NOON, NOON + HOUR, NOON
    )
    assert (before.position, before.lanes) == (0, {})


def test_moving_takes_readings_to_the_right_patient(alice: User, patient: Patient) -> None:
    other = patient_create(
        by=alice.actor, first_name="Other", last_name="Person",
        date_of_birth=dt.date(1980, 1, 1),
    )  # fmt: skip
    store(alice, patient, beats(60, 200, 220, 62))
    gone, come = services.readings_move(
        by=alice.actor, patient_id=patient.id, to_patient_id=other.id, what=two_minutes(),
        reason="worn by a visitor",
    )  # fmt: skip
    assert (gone.accepted, come.accepted) == (2, 2)
    assert (values(alice, patient), values(alice, other)) == ([60, 62], [200, 220])
    assert faults(patient) == faults(other) == []
    assert store(alice, patient, beats(60, 200)).duplicate == 2


def test_only_a_patient_that_one_sees_can_be_the_right_one(
    alice: User, charlie: User, patient: Patient
) -> None:
    hers = patient_create(
        by=charlie.actor, first_name="Far", last_name="Away", date_of_birth=dt.date(1980, 1, 1)
    )
    store(alice, patient, beats(60, 61, 62))
    with pytest.raises(NotFound):
        services.readings_move(
            by=alice.actor, patient_id=patient.id, to_patient_id=hers.id, what=two_minutes(),
            reason="wrong person",
        )  # fmt: skip
    assert values(alice, patient) == [60, 61, 62]
    assert faults(patient) == []


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (two_minutes(30), "nothing there"),
        (two_minutes(), " "),
        (Range("heart_rate", NOON, NOON), "no time"),
    ],
)
def test_a_correction_needs_readings_and_a_reason(
    alice: User, patient: Patient, what: Range, reason: str
) -> None:
    store(alice, patient, beats(60, 61, 62))
    with pytest.raises(Invalid):
        services.readings_mark_error(
            by=alice.actor, patient_id=patient.id, what=what, reason=reason
        )


def remove(by: User, patient: Patient, **what: Any) -> ReadingsRemoval:
    return services.readings_remove(
        by=by.actor, patient_id=patient.id, ground="consent_withdrawn", reason="asked", **what
    )


def test_removal_destroys_and_reports(alice: User, patient: Patient) -> None:
    store(alice, patient, [*beats(60, 61), Sample("steps", NOON, 10)])
    store(alice, patient, beats(62))
    report = remove(alice, patient, metrics=["heart_rate"])
    assert (report.samples, report.ledger_rows, report.counts) == (2, 2, {"heart_rate": 3})
    assert values(alice, patient) == []
    with acting_as(WORKER, patient.id):
        rows = list(IngestBatch.objects.order_by("position"))
        metrics = {row.metric for row in ReadingSegment.objects.all()}
    assert all(row.redacted_at and row.redacted_digest != row.digest for row in rows)
    assert metrics == {"steps"}
    assert [row.metric.code for row in selectors.latest(alice.actor, patient.id)] == ["steps"]
    assert faults(patient) == []
    assert OutboxEvent.objects.filter(name="biometrics.readings_removed").count() == 1


def test_what_was_removed_does_not_come_back(alice: User, patient: Patient) -> None:
    store(alice, patient, beats(60, 61))
    report = remove(alice, patient, start=NOON, end=NOON + HOUR)
    services.readings_rebuild(by=WORKER, patient_id=patient.id)
    assert values(alice, patient) == []
    with pytest.raises(Invalid, match="removed"):
        store(alice, patient, beats(60, 61))
    mixed = store(alice, patient, [*beats(60), *beats(70, start=NOON + 2 * HOUR)])
    assert (mixed.accepted, mixed.rejected) == (1, 1)
    services.removal_lift(by=alice.actor, patient_id=patient.id, removal_id=report.id)
    assert store(alice, patient, beats(60, 61)).accepted == 2
    assert faults(patient) == []


def test_a_removal_that_left_something_is_found_out(alice: User, patient: Patient) -> None:
    store(alice, patient, beats(60, 61))
    with acting_as(WORKER, patient.id):
        ReadingsRemoval(
            patient_id=patient.id, ground="erasure", reason="never carried out",
            removed_by=alice.id, samples=2, ledger_rows=1, segments=1, rollups=2,
        ).save(force_insert=True)  # fmt: skip
    (fault,) = faults(patient)
    assert "2 heart_rate are still there" in fault


@pytest.mark.parametrize("change", ["position = 9", "payload = '\\x00'", "accepted = 5"])
def test_the_ledger_takes_no_other_change(alice: User, patient: Patient, change: str) -> None:
    store(alice, patient, beats(60))
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        acting_as(WORKER, patient.id),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE biometrics_ingestbatch SET {change}")


def test_a_correction_is_no_sync(alice: User, patient: Patient) -> None:
    beats = [Sample("heart_rate", NOON + n * HOUR, 60 + n) for n in range(3)]
    store(alice, patient, beats)
    (before,) = selectors.latest(alice.actor, patient.id)
    hour = Range("heart_rate", NOON + HOUR, NOON + 2 * HOUR)
    gone = services.readings_mark_error(
        by=alice.actor, patient_id=patient.id, what=hour, reason="Loose strap"
    )
    services.readings_restore(by=alice.actor, patient_id=patient.id, position=gone.position)
    (after,) = selectors.latest(alice.actor, patient.id)
    assert after == before
    services.readings_rebuild(by=WORKER, patient_id=patient.id)
    (rebuilt,) = selectors.latest(alice.actor, patient.id)
    assert rebuilt == before


def test_days_follow_a_move_between_zones(
    alice: User, patient: Patient, drain_jobs: DrainJobs
) -> None:
    start = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    hours = [Sample("heart_rate", start + n * HOUR, 60 + n % 5) for n in range(96)]
    store(alice, patient, hours)
    (before,) = selectors.latest(alice.actor, patient.id)
    patient_zone_move(
        by=alice.actor, patient_id=patient.id, zone="America/New_York",
        since=start + 36 * HOUR,
    )  # fmt: skip
    assert "biometrics.tasks.days_sum_up" in drain_jobs()
    (after,) = selectors.latest(alice.actor, patient.id)
    assert after.synced_at == before.synced_at
    days = selectors.daily_rollups(
        alice.actor, patient.id, ["heart_rate"], dt.date(2026, 1, 9), dt.date(2026, 1, 15)
    )
    # The 11th began in London and ended in New York, five hours later.
    assert [(day.local_date.day, day.count) for day in days] == [
        (10, 24), (11, 29), (12, 24), (13, 19),
    ]  # fmt: skip
    assert faults(patient) == []
    store(alice, patient, [Sample("heart_rate", start + 96 * HOUR, 60)])
    assert faults(patient) == []


def test_commands_prove_removals(alice: User, patient: Patient) -> None:
    store(alice, patient, beats(60, 61))
    remove(alice, patient)
    out = StringIO()
    call_command("rebuild_segments", stdout=out)
    call_command("verify_readings", stdout=out)
    assert "All agree." in out.getvalue()
