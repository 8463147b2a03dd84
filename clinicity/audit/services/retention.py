"""Keeping as long as the settings say: the trail in archives, log files not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from clinicity.audit import archives, sealing, verifying
from clinicity.audit.archives import Retired
from clinicity.audit.services.recording import record
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Actor
from clinicity.common.exceptions import Conflict, Invalid


@dataclass(frozen=True)
class Kept:
    """What the retention did: nothing, where its setting is 0."""

    retired: Retired | None
    logs_removed: int


def retain(*, by: Actor = SYSTEM) -> Kept:
    """Apply both settings; raises `Conflict` when the trail isn't whole."""
    days = settings.AUDIT_RETENTION_DAYS
    retired = trail_retire(by=by, days=days) if days else None
    return Kept(retired, _logs_remove())


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
