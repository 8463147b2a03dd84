"""Prove what is kept of readings: `manage.py verify_readings`.

With `-v 2` there is a line for each patient.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from biometrics.verification import readings_verify
from clinicity.common.actors import WORKER
from clinicity.privacy.pseudonyms import pseudonym
from patients.selectors import patient_ids


class Command(BaseCommand):
    help = "Replay each patient's ledger and compare segments, rollups and receipts with it."

    def handle(self, *args: Any, **options: Any) -> None:
        batches = samples = segments = rollups = 0
        faults: list[str] = []
        for patient_id in patient_ids(WORKER):
            verdict = readings_verify(WORKER, patient_id)
            name = pseudonym(patient_id)[:12]
            faults += [f"{name}: {fault}" for fault in verdict.faults]
            batches, samples = batches + verdict.batches, samples + verdict.samples
            segments, rollups = segments + verdict.segments, rollups + verdict.rollups
            if options["verbosity"] > 1:
                self.stdout.write(
                    f"{name}: {verdict.batches} batches, {verdict.samples} samples"
                )
        self.stdout.write(
            f"{batches} ledger rows replayed: {samples} samples in {segments} segments, "
            f"{rollups} rollups."
        )
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("All agree.")
