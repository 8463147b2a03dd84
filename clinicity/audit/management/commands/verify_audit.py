"""Prove the audit trail: `manage.py verify_audit`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinicity.audit import sealing


class Command(BaseCommand):
    help = "Walk the audit chain and its signed checkpoints; name the first fault."

    def handle(self, *args: Any, **options: Any) -> None:
        sealing.seal()
        verdict = sealing.verify()
        self.stdout.write(
            f"{verdict.sealed} events sealed, {verdict.waiting} waiting, "
            f"{verdict.checkpoints} signed checkpoints."
        )
        if verdict.fault:
            raise CommandError(verdict.fault)
        self.stdout.write("The trail is whole.")
