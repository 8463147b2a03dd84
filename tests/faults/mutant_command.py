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
    """Seals what it read a moment ago, whatever became of the row, and waits for nobody."""
    from clinicity.privacy import resealing, rotation

    locked = resealing.Table._locked

    def read_only(self: Any, cursor: Any, heads: Any, ids: Any) -> Any:
        rows = locked(self, _Unlocked(cursor), heads, ids)
        time.sleep(PAUSE)
        return rows

    resealing.Table._locked = read_only  # type: ignore[method-assign]
    rotation.transactions_outlive = lambda: None


class _Unlocked:
    """A cursor that asks for no lock."""

    def __init__(self, cursor: Any) -> None:
        self.cursor, self.fetchall = cursor, cursor.fetchall

    def execute(self, statement: str, values: Any) -> None:
        self.cursor.execute(statement.removesuffix(" FOR UPDATE OF t SKIP LOCKED"), values)


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
