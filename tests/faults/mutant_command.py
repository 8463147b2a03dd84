"""Broken commands: `python -m tests.faults.mutant_command NAME …`."""

import sys
import time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import django
from django.core.management import call_command

from clinicity.environment import choose_settings

PAUSE = 0.4


def import_actigraphy() -> None:
    """Makes the patient first, and takes one who exists for imported."""
    from biometrics.management.commands import import_actigraphy as command
    from patients.selectors import patients_page

    def hasty(actor: Any, recording: Any, zone: str) -> Any:
        number = f"actigraphy {recording.name}"
        if patients_page(actor, search=number).items:
            return SimpleNamespace(accepted=0, duplicate=0, corrected=0, rejected=0, digest="")
        patient = command._patient(actor, recording, number, zone)
        columns = command.actigraphy_columns(recording.path, ZoneInfo(zone))
        return command.columns_store(
            by=actor, patient_id=patient.id, columns={"activity": columns}, source="mutant"
        )

    command.import_recording = hasty


def rebuild_segments() -> None:
    """Clears everything first, in a transaction of its own."""
    from biometrics.management.commands import rebuild_segments as command
    from biometrics.models import ReadingSegment
    from biometrics.services.readings import patient_lock
    from clinicity.accounts.acting import acting_as

    rebuild = command.readings_rebuild

    def hasty(*, by: Any, patient_id: Any) -> Any:
        with acting_as(by, patient_id):
            patient_lock(patient_id)
            ReadingSegment.objects.filter(patient_id=patient_id).delete()
        time.sleep(PAUSE)
        return rebuild(by=by, patient_id=patient_id)

    command.readings_rebuild = hasty


def rotate_encryption_keys() -> None:
    """Takes what somebody holds for done, waits for nobody, and drops the old keys."""
    from clinicity.privacy import resealing, rotation

    resealing.Pass.is_clean = property(lambda done: not done.resealed)  # type: ignore[assignment]
    rotation.transactions_outlive = lambda: None
    rotation._grace = lambda rotation, tell: None


MUTANTS = {
    "import_actigraphy": import_actigraphy,
    "rebuild_segments": rebuild_segments,
    "rotate_encryption_keys": rotate_encryption_keys,
}


def main() -> None:
    choose_settings()
    django.setup()
    MUTANTS[sys.argv[1]]()
    call_command(*sys.argv[1:])


if __name__ == "__main__":
    main()
