"""Make segments and rollups anew from the ledger: `manage.py rebuild_segments`.

Each patient is one transaction, so the command can be stopped and started again.
"""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from biometrics.services import readings_rebuild
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import DomainError
from clinicity.privacy.pseudonyms import pseudonym
from patients.selectors import patient_ids


class Command(BaseCommand):
    help = "Prove the ledger's digests and rebuild every patient's segments and rollups."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patient", type=UUID, help="only this patient")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [options["patient"]] if options["patient"] else patient_ids(WORKER)
        for number, patient_id in enumerate(wanted, 1):
            name = pseudonym(patient_id)[:12]
            try:
                done = readings_rebuild(by=WORKER, patient_id=patient_id)
            except DomainError as refusal:
                raise CommandError(f"{name}: {refusal.detail}") from refusal
            self.stdout.write(
                f"{number}/{len(wanted)} {name}: {done.samples} samples in {done.segments} "
                f"segments from {done.batches} ledger rows"
            )
