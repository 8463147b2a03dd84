"""A trail of one's own, with checkpoints of one's own, and the owner's hand in it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from clinicity.audit import services as audit
from clinicity.common.actors import SYSTEM

Record = Callable[[int], None]
TABLES = ("audit_auditevent", "audit_auditseal", "audit_auditcheckpoint")


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
    wait_until_sealable()


def wait_until_sealable() -> None:
    deadline = time.monotonic() + 60
    while not _may_be_sealed():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def as_owner(*statements: str) -> None:
    """What only someone with the owner's password could do, triggers off."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _may_be_sealed() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(xact < pg_snapshot_xmin(pg_current_snapshot()))"
            " FROM audit_auditevent"
        )
        return bool(cursor.fetchone()[0])
