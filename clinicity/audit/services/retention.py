"""Keeping as long as the settings say: the trail in archives, log files not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction

from clinicity.audit import archives, sealing, verifying
from clinicity.audit.archives import Retired
from clinicity.audit.services.recording import record
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Actor
from clinicity.common.exceptions import Conflict, Invalid

OLD_HISTORY = "DELETE FROM auditlog_logentry WHERE timestamp < %s"


@dataclass(frozen=True)
class Kept:
    """What the retention did: nothing, where its setting is 0."""

    retired: Retired | None
    logs_removed: int
    history_removed: int = 0


def retain(*, by: Actor = SYSTEM) -> Kept:
    """Apply both settings; raises `Conflict` when the trail isn't whole."""
    days = settings.AUDIT_RETENTION_DAYS
    retired = trail_retire(by=by, days=days) if days else None
    return Kept(retired, _logs_remove(), _history_remove(days) if days else 0)


def trail_retire(*, by: Actor, days: int) -> Retired:
    """Archive and remove sealed events older than `days`, once the whole trail is proved."""
    if days < 1:
        raise Invalid("Give the number of days for which events stay in the database.")
    verdict = verifying.seal_and_verify()
    if verdict.fault:
        raise Conflict(f"Nothing is retired while the trail isn't whole. {verdict.fault}")
    retired = archives.retire(before=clock.now() - timedelta(days=days))
    record(
        by=by, act="audit.retire", subject="trail", count=retired.count, upto=retired.upto,
        archive=retired.archive,
    )  # fmt: skip
    sealing.seal()
    return retired


def _history_remove(days: int) -> int:
    """The field-level history is kept as long as the trail in the database. As the owner:
    the app can't remove any of it."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(OLD_HISTORY, [clock.now() - timedelta(days=days)])
        return int(cursor.rowcount)


def _logs_remove() -> int:
    removed = list(_old_logs(settings.VAR_DIR / "log"))
    for path in removed:
        path.unlink()
    return len(removed)


def _old_logs(folder: Path) -> Iterator[Path]:
    """Log files to which nothing was added for longer than LOG_RETENTION_DAYS."""
    if not settings.LOG_RETENTION_DAYS:
        return
    oldest = clock.now() - timedelta(days=settings.LOG_RETENTION_DAYS)
    for path in folder.glob("*.log*"):
        if path.stat().st_mtime < oldest.timestamp():
            yield path
