"""A broken importer: makes the patient first, and takes one who exists for imported."""

import sys
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import django
from django.core.management import call_command

from clinicity.environment import choose_settings


def main() -> None:
    choose_settings()
    django.setup()
    from biometrics.management.commands import import_actigraphy as command
    from patients.selectors import patients_page

    def hasty(actor, recording, zone):  # type: ignore[no-untyped-def]
        number = f"actigraphy {recording.name}"
        if patients_page(actor, search=number).items:
            return SimpleNamespace(accepted=0, duplicate=0, corrected=0, rejected=0, digest="")
        patient = command._patient(actor, recording, number, zone)
        columns = command.actigraphy_columns(recording.path, ZoneInfo(zone))
        return command.columns_store(
            by=actor, patient_id=patient.id, columns={"activity": columns}, source="mutant"
        )

    command.import_recording = hasty
    call_command(*sys.argv[1:])


if __name__ == "__main__":
    main()
