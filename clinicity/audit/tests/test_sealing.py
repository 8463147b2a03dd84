"""Sealing leaves no gap and no event behind, whoever writes, waits, rolls back or dies."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from clinicity.audit import checkpoints as points
from clinicity.audit import sealing, verifying
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent, AuditSeal
from clinicity.audit.tests.conftest import as_owner, record, wait_until_sealable
from clinicity.common.actors import SYSTEM

pytestmark = pytest.mark.usefixtures("real_transactions", "checkpoints")


def test_untouched_trail_is_whole() -> None:
    record(5)
    assert sealing.seal() == 5
    record(2)
    verdict = verifying.verify()
    assert (verdict.sealed, verdict.waiting, verdict.fault) == (5, 2, "")


def test_sealing_again_adds_nothing() -> None:
    record(3)
    assert (sealing.seal(), sealing.seal()) == (3, 0)


@contextmanager
def other_connection(role: str = "DATABASE_URL") -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ[role]) as other:
        yield other


def insert(other: psycopg.Connection, act: str) -> None:
    other.execute(
        "INSERT INTO audit_auditevent (id, created_at, actor_id, actor_role, act, subject,"
        " outcome, details, request_id) VALUES (gen_random_uuid(), now(), gen_random_uuid(),"
        " 'service', %s, 'test', 'ok', '{}', '')",
        [act],
    )


def test_what_a_long_transaction_wrote_early_is_sealed_after_it_ends() -> None:
    with other_connection() as slow:
        insert(slow, "slow.act")  # has its position, and isn't committed
        audit.record(by=SYSTEM, act="quick.act", subject="test")
        assert sealing.seal() == 0  # the quick one waits: the slow one may still come first
        slow.commit()
    wait_until_sealable()
    assert sealing.seal() == 2
    assert not AuditEvent.objects.exclude(id__in=AuditSeal.objects.values("event_id")).exists()
    assert verifying.verify().is_whole


def test_a_rollback_leaves_a_gap_in_positions_and_none_in_the_chain() -> None:
    record(2)
    with other_connection() as other:
        insert(other, "undone.act")
        other.rollback()
    record(2)
    assert sealing.seal() == 4
    verdict = verifying.verify()
    assert (verdict.fault, verdict.sealed, verdict.gaps) == ("", 4, 1)


def test_many_writers_and_two_sealers_make_one_chain() -> None:
    done = threading.Event()

    def write(number: int) -> None:
        with other_connection() as other:
            for turn in range(40):
                insert(other, f"writer.{number}")
                if turn % 7 == 3:
                    other.rollback()
                elif turn % 3 == 0:
                    other.commit()
            other.commit()

    def keep_sealing() -> int:
        total = 0
        while not done.is_set():
            total += sealing.seal()
        connections.close_all()
        return total

    with ThreadPoolExecutor(8) as pool:
        sealers = [pool.submit(keep_sealing) for _ in range(2)]
        for writer in [pool.submit(write, number) for number in range(6)]:
            writer.result()
        done.set()
        sealed = sum(sealer.result() for sealer in sealers)
    wait_until_sealable()
    sealed += sealing.seal()
    assert sealed == AuditEvent.objects.count() == AuditSeal.objects.count()
    assert verifying.verify().is_whole


def test_a_sealer_that_is_killed_in_the_middle_leaves_a_whole_trail() -> None:
    record(30)
    environment = os.environ | {
        "AUDIT_CHECKPOINT_DIR": str(django_settings.AUDIT_CHECKPOINT_DIR),
        "DJANGO_SETTINGS_MODULE": "clinicity.settings.test",
    }
    code = (
        "import django, time; django.setup()\n"
        "from clinicity.audit import sealing, checkpoints\n"
        "def hang(*_): print('here', flush=True); time.sleep(60)\n"
        "sealing.BATCH = 10\n"
        "{place} = hang\n"
        "sealing.seal()\n"
    )
    for place in ("sealing._seals", "checkpoints.append", "sealing._copy_keep"):
        sealer = subprocess.Popen(
            [sys.executable, "-c", code.format(place=place)], env=environment,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        with sealer:
            assert sealer.stdout
            assert sealer.stdout.readline().strip() == b"here"
            sealer.kill()
        deadline = time.monotonic() + 10
        while _locks() and time.monotonic() < deadline:
            time.sleep(0.05)
        record(3)
        verdict = verifying.seal_and_verify()
        assert verdict.is_whole, f"{place}: {verdict.fault}"
        assert verdict.signed == verdict.sealed == AuditEvent.objects.count()
        record(3)


def _locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        return int(cursor.fetchone()[0])


def test_a_line_that_a_crash_tore_gives_way() -> None:
    record(2)
    sealing.seal()
    with points.checkpoint_file().open("ab") as file:
        file.write(b'{"number":3,"dig')
    record(1)
    assert verifying.seal_and_verify().is_whole


def test_a_copy_in_a_younger_cluster_goes_on_sealing() -> None:
    """There, transactions of the former life have numbers that are still to come."""
    record(5)
    as_owner("UPDATE audit_auditevent SET xact = (xact::text::bigint + 1000000000)::text::xid8")
    assert sealing.seal() == 5
    audit.record(by=SYSTEM, act="new.life", subject="test")
    deadline = time.monotonic() + 20
    while not sealing.seal():
        assert time.monotonic() < deadline
    verdict = verifying.verify()
    assert (verdict.fault, verdict.sealed) == ("", 6)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditevent SET act = 'x'", "DELETE FROM audit_auditevent",
                  "TRUNCATE audit_auditevent", "DELETE FROM audit_auditseal",
                  "INSERT INTO audit_auditseal VALUES (9, gen_random_uuid(), '', 2)",
                  "INSERT INTO audit_auditcheckpoint (number, kind, line) VALUES (1, '', '')",
                  "INSERT INTO audit_auditevent (id, position) VALUES (gen_random_uuid(), 1)",
                  "INSERT INTO audit_auditevent (id, xact) VALUES (gen_random_uuid(), '3')",
                  "ALTER TABLE audit_auditevent DISABLE TRIGGER USER"],
)  # fmt: skip
def test_app_role_can_only_add_events(statement: str) -> None:
    record(1)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditseal SET digest = ''", "DELETE FROM audit_auditseal",
                  "TRUNCATE audit_auditseal", "DELETE FROM audit_auditcheckpoint",
                  "UPDATE audit_auditevent SET act = 'x'", "DELETE FROM audit_auditevent",
                  "SELECT * FROM patients_patient"],
)  # fmt: skip
def test_sealer_role_can_only_add_seals(statement: str) -> None:
    record(1)
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with other_connection("DATABASE_SEALER_URL") as other, refused:
        other.execute(statement)


@pytest.mark.parametrize(
    "table", ["audit_auditevent", "audit_auditseal", "audit_auditcheckpoint"]
)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_owner_is_stopped_by_the_trigger(table: str, statement: str) -> None:
    record(1)
    sealing.seal()
    column = "id" if table != "audit_auditseal" else "number"
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only")
    with other_connection("DATABASE_OWNER_URL") as other, refused:
        other.execute(statement.format(table, column, column))


def test_a_second_seal_of_an_event_is_refused() -> None:
    record(1)
    sealing.seal()
    seal = AuditSeal.objects.get()
    with pytest.raises(IntegrityError), connections["sealer"].cursor() as cursor:
        cursor.execute("INSERT INTO audit_auditseal VALUES (2, %s, '', 2)", [seal.event_id])
