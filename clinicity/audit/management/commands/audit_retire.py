"""Archive what is older than the retention: `manage.py audit_retire`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinicity.audit import checkpoints
from clinicity.audit.services import retention
from clinicity.common.exceptions import DomainError


class Command(BaseCommand):
    help = (
        "Move sealed events older than AUDIT_RETENTION_DAYS into a signed archive beside the"
        " checkpoints, and remove log files older than LOG_RETENTION_DAYS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kept = retention.retain()
        except DomainError as error:
            raise CommandError(error.detail) from error
        if kept.retired is None:
            self.stdout.write("AUDIT_RETENTION_DAYS is 0: events stay for ever.")
        elif not kept.retired.count:
            self.stdout.write(f"No event is older than {settings.AUDIT_RETENTION_DAYS} days.")
        else:
            self.stdout.write(
                f"{kept.retired.count} events went into"
                f" {checkpoints.folder() / kept.retired.archive}; the trail is proved with it."
            )
        self.stdout.write(
            f"{kept.history_removed} entries of the field-level history and"
            f" {kept.logs_removed} log files removed."
        )
