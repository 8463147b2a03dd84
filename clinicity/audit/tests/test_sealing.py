"""The chain names the first bad, missing or cut-off event."""

import time
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from pytest_django import Settings

from clinicity.audit import sealing, verifying
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import SYSTEM

pytestmark = pytest.mark.usefixtures("real_transactions", "checkpoints")


@pytest.fixture
def checkpoints(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_CHECKPOINT_DIR = tmp_path
    return tmp_path


def record(count: int) -> None:
    """Record events, and wait until they can be sealed.

    Transaction numbers belong to the whole server, so a transaction that another test
    process holds open keeps younger events waiting, as it would in a busy clinic.
    """
    for number in range(count):
        audit.record(by=SYSTEM, act="test.act", subject="test", number=number)
    deadline = time.monotonic() + 60
    while not _may_be_sealed():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _may_be_sealed() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(xact < pg_snapshot_xmin(pg_current_snapshot()))"
            " FROM audit_auditevent"
        )
        return bool(cursor.fetchone()[0])


def as_owner(sql: str) -> None:
    """What only someone with the owner's password could do, triggers off."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in ("audit_auditevent", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in ("audit_auditevent", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_untouched_trail_is_whole() -> None:
    record(5)
    assert sealing.seal() == 5
    record(2)
    verdict = verifying.verify()
    assert (verdict.sealed, verdict.waiting, verdict.fault) == (5, 2, "")


def test_sealing_again_adds_nothing() -> None:
    record(3)
    assert (sealing.seal(), sealing.seal()) == (3, 0)


def test_altered_event_is_named() -> None:
    record(5)
    sealing.seal()
    victim = AuditEvent.objects.order_by("position")[2]
    as_owner(f"UPDATE audit_auditevent SET act = 'other' WHERE id = '{victim.id}'")
    fault = verifying.verify().fault
    assert str(victim.id) in fault
    assert "altered" in fault


def test_missing_event_is_named() -> None:
    record(5)
    sealing.seal()
    victim = AuditEvent.objects.order_by("position")[1]
    as_owner(f"DELETE FROM audit_auditevent WHERE id = '{victim.id}'")
    fault = verifying.verify().fault
    assert str(victim.id) in fault
    assert "missing" in fault


def test_cut_tail_is_seen_by_the_checkpoint() -> None:
    record(5)
    sealing.seal()
    as_owner("DELETE FROM audit_auditseal WHERE number > 3")
    as_owner("DELETE FROM audit_auditevent e WHERE NOT EXISTS"
             " (SELECT 1 FROM audit_auditseal s WHERE s.event_id = e.id)")  # fmt: skip
    assert "cut off after number 3" in verifying.verify().fault


def test_forged_checkpoint_is_seen(checkpoints: Path) -> None:
    record(2)
    sealing.seal()
    (file,) = checkpoints.iterdir()
    file.write_text(file.read_text().replace('"number":2', '"number":1'))
    assert "not signed" in verifying.verify().fault


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditevent SET act = 'x'", "DELETE FROM audit_auditevent",
                  "TRUNCATE audit_auditevent", "INSERT INTO audit_auditseal VALUES (9, NULL, '')"],
)  # fmt: skip
def test_app_role_can_only_add_events(statement: str) -> None:
    record(1)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_owner_is_stopped_by_the_trigger() -> None:
    record(1)
    with (
        pytest.raises(ProgrammingError, match="append-only"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute("UPDATE audit_auditevent SET act = 'x'")
