"""Old events go into an archive that proves itself, and the rest is proved with it."""

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from clinicity.audit import archives, sealing, verifying
from clinicity.audit.models import AuditEvent, AuditSeal
from clinicity.audit.services import retention
from clinicity.audit.tests.conftest import as_owner, record
from clinicity.common import clock
from clinicity.common.actors import SYSTEM
from clinicity.common.exceptions import Conflict

pytestmark = pytest.mark.usefixtures("real_transactions", "checkpoints")


def age(days: int) -> None:
    """Make what there is look as if it had been recorded earlier."""
    as_owner(f"UPDATE audit_auditevent SET created_at = created_at - interval '{days} days'")


@pytest.fixture
def old_and_new(settings: Settings) -> None:
    """Five events of last year and three of today, sealed."""
    settings.AUDIT_RETENTION_DAYS = 90
    record(5)
    age(400)
    sealing.seal()
    record(3)
    sealing.seal()


def archive(folder: Path) -> Path:
    (found,) = folder.glob("*.zst")
    return found


def test_old_events_leave_and_the_trail_is_still_proved(
    old_and_new: None, checkpoints: Path
) -> None:
    out = StringIO()
    call_command("audit_retire", stdout=out)
    assert "5 events went into" in out.getvalue()
    assert archive(checkpoints).name.endswith("-1-5.audit.zst")
    assert AuditSeal.objects.order_by("number").first().number == 6  # type: ignore[union-attr]
    record(2)
    verdict = verifying.seal_and_verify()
    assert (verdict.fault, verdict.archived, verdict.proved_from) == ("", 5, 5)
    assert AuditEvent.objects.filter(act="audit.retire").count() == 1
    as_owner("UPDATE audit_auditevent SET act = 'x' WHERE id ="
             " (SELECT event_id FROM audit_auditseal WHERE number = 7)")  # fmt: skip
    assert verifying.verify().number == 7


def test_a_second_retirement_follows_the_first(old_and_new: None, settings: Settings) -> None:
    retention.retain()
    settings.AUDIT_RETENTION_DAYS = 1
    record(1)
    sealing.seal()
    assert archives.retire(before=clock.now() + timedelta(days=1)).count > 3
    verdict = verifying.seal_and_verify()
    assert (verdict.fault, verdict.archived) == ("", verdict.proved_from)
    assert AuditSeal.objects.count() == 1  # the last link always stays


def test_nothing_old_retires_nothing(settings: Settings, checkpoints: Path) -> None:
    settings.AUDIT_RETENTION_DAYS = 90
    record(2)
    assert not retention.trail_retire(by=SYSTEM, days=90).count
    assert not list(checkpoints.glob("*.zst"))


def test_zero_keeps_for_ever(old_and_new: None, settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 0
    assert retention.retain().retired is None
    assert AuditSeal.objects.count() == 8


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_an_archive_that_was_touched(old_and_new: None, checkpoints: Path, damage: str) -> None:
    retention.retain()
    path = archive(checkpoints)
    if damage == "missing":
        path.unlink()
    else:
        data = bytearray(path.read_bytes())
        data[40] ^= 1
        path.write_bytes(bytes(data))
    assert f"{path.name} {'is missing' if damage == 'missing' else 'was altered'}" in (
        verifying.verify().fault
    )


def test_what_was_cut_off_between_signing_and_removing_is_finished(
    old_and_new: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_remove", lambda upto: 0)
    archives.retire(before=clock.now() - timedelta(days=90))
    assert AuditSeal.objects.count() == 8
    assert verifying.verify().is_whole
    monkeypatch.undo()
    assert archives.retire(before=clock.now() - timedelta(days=90)).removed == 5
    assert verifying.verify().is_whole
    assert AuditEvent.objects.count() == AuditSeal.objects.count() == 3


def test_a_broken_trail_is_not_retired(old_and_new: None) -> None:
    as_owner(
        "UPDATE audit_auditevent SET act = 'x' WHERE created_at < now() - interval '9 days'"
    )
    with pytest.raises(Conflict, match="isn't whole"):
        retention.retain()
    with pytest.raises(CommandError):
        call_command("audit_retire")
    assert AuditEvent.objects.count() == 8


def test_old_log_files_go(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.LOG_RETENTION_DAYS = tmp_path, 30
    (tmp_path / "log").mkdir()
    for name, days in (("web.log", 1), ("web.log.1", 40), ("fast.log", 31)):
        path = tmp_path / "log" / name
        path.touch()
        os.utime(path, (time.time() - days * 86400,) * 2)
    assert retention.retain().logs_removed == 2
    assert (tmp_path / "log" / "web.log").exists()
