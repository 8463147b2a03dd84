"""`manage.py generate_twins [PATIENT …] [--all]`: make twins here and now."""

from time import perf_counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinicity.common.actors import WORKER
from patients import selectors as patients
from twins import services


class Command(BaseCommand):
    help = "Make the twins of the named patients, or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("patients", nargs="*", type=UUID, help="patient ids")
        parser.add_argument("--all", action="store_true", help="every patient")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = patients.patient_ids(WORKER) if options["all"] else options["patients"]
        if not chosen:
            raise CommandError("Name patients, or say --all.")
        start, new = perf_counter(), 0
        for number, patient_id in enumerate(chosen, 1):
            made = services.twin_generate(by=WORKER, patient_id=patient_id)
            new += made.is_new
            self._tell(number, len(chosen), made)
        seconds = perf_counter() - start
        self.stdout.write(
            f"{len(chosen)} twins ({new} new) in {seconds:.1f} s, "
            f"{len(chosen) / seconds:.1f} a second"
        )

    def _tell(self, number: int, total: int, made: services.Made) -> None:
        snapshot = made.snapshot
        state = "new" if made.is_new else "as before"
        self.stdout.write(
            f"{number}/{total} {snapshot.patient_id} position {snapshot.ledger_position}: "
            f"{snapshot.figures} figures, {snapshot.abstentions} abstentions, "
            f"digest {snapshot.content_digest[:12]}, {state}"
        )
