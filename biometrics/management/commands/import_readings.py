"""Import a file or folder: `manage.py import_readings PATH --patient ID --by EMAIL`.

Ctrl-C pauses; the same command goes on where it stopped. Ends with the receipt.
"""

import hashlib
import time
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from biometrics import services
from biometrics.importers import IMPORTERS
from biometrics.importers.base import Importer
from biometrics.metrics import METRICS
from biometrics.models import ImportRun
from clinicity.accounts.selectors import user_by_email
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError, Invalid
from patients.models import Patient
from patients.selectors import patient_get, patients_page
from patients.services import patient_create

# A public research recording names nobody and gives no birth date.
UNKNOWN_BIRTH = date(1900, 1, 1)
ON_DEMO = "This is a demo stack: new patients are marked as simulated, as all are on it."
AWAY = "The database went away. Run the command again: it goes on where it stopped."
PAUSED = "Paused. Run the command again: it goes on where it stopped."
TELL_SECONDS = 2.0
REASONS_TOLD = 10


class Command(BaseCommand):
    help = "Import readings of one patient, or of all people in a data set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--patient", type=UUID, metavar="ID")
        whose.add_argument("--record-number", metavar="N")
        whose.add_argument(
            "--all-people",
            action="store_true",
            help="one patient for each person in it, found again by a record number",
        )
        parser.add_argument("--by", required=True, help="e-mail of the importing clinician")
        parser.add_argument("--format", default="auto", help=f"auto, {', '.join(IMPORTERS)}")
        parser.add_argument("--zone", help="of times without an offset; default: the patient's")
        parser.add_argument("--person", default="", help="in a file about several people")
        parser.add_argument("--mapping", nargs="*", default=[], metavar="KEY=VALUE")
        parser.add_argument("--dry-run", action="store_true", help="store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._import(user_by_email(options["by"]).actor, options["path"].resolve(), options)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        except OperationalError as error:
            raise CommandError(AWAY) from error

    def _import(self, actor: Actor, path: Path, options: dict[str, Any]) -> None:
        if not path.exists():
            raise Invalid(f"There is no file or folder {path}.")
        importer = _importer(path, options["format"])
        digest = digest_of(path)
        if not options["all_people"]:
            patient = _patient(actor, options)
            self._import_one(actor, patient, path, importer, digest, options)
            return
        if settings.DEMO:
            self.stdout.write(ON_DEMO)
        people = importer.people(path)
        if not people:
            raise Invalid(f"The {importer.title} doesn't name several people.")
        for number, person in enumerate(people, 1):
            self.stdout.write(f"{number}/{len(people)} {person}")
            patient = person_patient(actor, importer, person, options["zone"] or "UTC")
            said = options | {"person": person}
            self._import_one(actor, patient, path, importer, digest, said)

    def _import_one(
        self, actor: Actor, patient: Patient, path: Path, importer: Importer, digest: str,
        options: dict[str, Any],
    ) -> None:  # fmt: skip
        said = services.ImportOptions(
            zone=options["zone"] or patient.time_zone,
            person=options["person"],
            mapping=_pairs(options["mapping"]),
        ).checked()
        run = services.import_from_path(
            by=actor, patient_id=patient.id, path=path, importer=importer.code, options=said,
            digest=digest, dry_run=options["dry_run"],
        )  # fmt: skip
        if run.position:
            self.stdout.write(f"Goes on after record {run.position:,}.")
        try:
            run = services.import_work(
                by=actor,
                patient_id=patient.id,
                run_id=run.id,
                progress=self._teller(run.position),
            )
        except KeyboardInterrupt as stop:
            services.import_pause(by=actor, run_id=run.id)
            raise CommandError(PAUSED) from stop
        self._tell_receipt(run)
        if run.state != ImportRun.State.DONE:
            raise CommandError(run.error or PAUSED)

    def _teller(self, first: int) -> services.Progress:
        """Says now and then how far it is, and how fast since record `first`."""
        began, told = time.monotonic(), [0.0]

        def tell(run: ImportRun) -> None:
            now = time.monotonic()
            if now - told[0] < TELL_SECONDS:
                return
            told[0] = now
            rate = (run.position - first) / (now - began)
            self.stdout.write(
                f"{run.progress:4.0%}  {run.position:,} records, {rate:,.0f} a second"
            )

        return tell

    def _tell_receipt(self, run: ImportRun) -> None:
        for metric, (count, first, last) in sorted(run.found.items()):
            days = f"{_day(first)} … {_day(last)}"
            self.stdout.write(f"  {METRICS[metric].name}: {count:,} readings, {days}")
        for name, count in sorted(run.ignored.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  left out, no metric for it: {name} ({count:,})")
        for number, why in (run.reasons or [])[:REASONS_TOLD]:
            record = f"record {number + 1:,}: " if number >= 0 else ""
            self.stdout.write(f"  {record}{why}")
        dry = "only checked, " if run.dry_run else ""
        self.stdout.write(
            f"{run.get_state_display()}: {dry}{run.position:,} records, {run.accepted:,} accepted,"
            f" {run.duplicate:,} duplicate, {run.corrected:,} corrected,"
            f" {run.rejected:,} rejected, sha256:{run.file_digest[:16]}, import {run.id}"
        )


def digest_of(path: Path) -> str:
    """SHA-256 of a file; of a folder, of its files' names and lengths."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    files = sorted(each for each in path.rglob("*") if each.is_file())
    lines = [f"{each.relative_to(path)}\t{each.stat().st_size}\n" for each in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def person_patient(actor: Actor, importer: Importer, person: str, zone: str) -> Patient:
    """The patient that stands for a person of a data set, made where there is none."""
    number = f"{importer.code} {person}"[:40]
    known = patients_page(actor, search=number).items
    return known[0] if known else patient_create(
        by=actor, first_name="Recording", last_name=person, record_number=number,
        date_of_birth=UNKNOWN_BIRTH, time_zone=zone,
    )  # fmt: skip


def _importer(path: Path, code: str) -> Importer:
    if code != "auto":
        return services.importer_of(code)
    for importer in IMPORTERS.values():
        if importer.matches(path):
            return importer
    raise Invalid(f"The format isn't recognised. Say it with --format: {', '.join(IMPORTERS)}.")


def _patient(actor: Actor, options: dict[str, Any]) -> Patient:
    if options["patient"]:
        return patient_get(actor, options["patient"])
    found = patients_page(actor, search=options["record_number"]).items
    if len(found) != 1:
        raise Invalid(f"{len(found)} patients have the record number given.")
    return found[0]


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    if len(pairs) != len(words):
        raise Invalid("A mapping is written KEY=VALUE.")
    return pairs


def _day(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(milliseconds / 1000))
