"""Import minute actigraphy: `manage.py import_actigraphy FOLDER --by EMAIL`.

Each file becomes one patient, found again by its record number, so that the command
can be stopped at any moment and started again: what is stored counts as duplicate.
"""

import time
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from biometrics.importers.actigraphy import Recording, actigraphy_columns, actigraphy_recordings
from biometrics.services import Receipt, columns_store
from clinicity.accounts.selectors import user_by_email
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError
from patients.models import Patient
from patients.selectors import patients_page
from patients.services import patient_create

# A public research recording names nobody and gives no birth date.
UNKNOWN_BIRTH = date(1900, 1, 1)
ON_DEMO = "This is a demo stack: new patients are marked as simulated, as all are on it."
AWAY = "The database went away. Run the command again: it goes on where it stopped."


class Command(BaseCommand):
    help = "Import a folder of `timestamp,date,activity` CSVs, one patient a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--by", required=True, help="e-mail of the importing clinician")
        parser.add_argument("--zone", default="Europe/Oslo", help="of the recorder's clock")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            actor = user_by_email(options["by"]).actor
            recordings = actigraphy_recordings(options["folder"])
            self._import_all(actor, recordings, options["zone"])
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        except OperationalError as error:
            raise CommandError(AWAY) from error

    def _import_all(self, actor: Actor, recordings: list[Recording], zone: str) -> None:
        if settings.DEMO:
            self.stdout.write(ON_DEMO)
        began, minutes = time.monotonic(), 0
        for number, recording in enumerate(recordings, 1):
            receipt = import_recording(actor, recording, zone)
            minutes += receipt.accepted + receipt.duplicate + receipt.corrected
            self.stdout.write(
                f"{number}/{len(recordings)} {recording.name}: {receipt.accepted} accepted, "
                f"{receipt.duplicate} duplicate, {receipt.corrected} corrected, "
                f"{receipt.rejected} rejected, sha256:{receipt.digest[:16]}"
            )
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{minutes} minutes of {len(recordings)} recordings in {seconds:.1f} s "
            f"({minutes / seconds:.0f} a second)."
        )


def import_recording(actor: Actor, recording: Recording, zone: str) -> Receipt:
    """Store one file for the patient that stands for it."""
    columns = actigraphy_columns(recording.path, ZoneInfo(zone))
    number = f"actigraphy {recording.name}"
    known = patients_page(actor, search=number).items
    patient = known[0] if known else _patient(actor, recording, number, zone)
    return columns_store(
        by=actor, patient_id=patient.id, columns={"activity": columns}, source="actigraphy"
    )


def _patient(actor: Actor, recording: Recording, number: str, zone: str) -> Patient:
    return patient_create(
        by=actor, first_name="Recording", last_name=recording.name, record_number=number,
        date_of_birth=UNKNOWN_BIRTH, time_zone=zone,
    )  # fmt: skip
