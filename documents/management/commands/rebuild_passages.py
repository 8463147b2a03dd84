"""Make the passage index and the graphs again: `manage.py rebuild_passages`."""

from typing import Any

from django.core.management.base import BaseCommand

from clinicity.common.actors import WORKER
from documents.services import patient_rebuild
from patients.selectors import patient_ids


class Command(BaseCommand):
    help = "Make every patient's passages and graph again from PostgreSQL. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        ids = patient_ids(WORKER)
        for number, patient_id in enumerate(ids, 1):
            rebuilt = patient_rebuild(by=WORKER, patient_id=patient_id)
            self.stdout.write(
                f"{number}/{len(ids)}: {rebuilt.documents} documents,"
                f" {rebuilt.passages} passages, {rebuilt.strays} strays removed"
            )
