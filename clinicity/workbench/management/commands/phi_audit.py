"""`manage.py phi_audit`: what identifies somebody outside of protected fields."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinicity.workbench.phi_audit import STORES, Report, audit_run


class Command(BaseCommand):
    help = (
        "Look through database, files, logs, vectors, Redis and graph for names, birth dates,"
        " numbers and addresses of patients outside of protected fields. What is found is"
        " described, never shown. Fails when there is any."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--store", action="append", choices=list(STORES), help="only this one"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        report = audit_run(options["store"] or list(STORES))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report)))
        else:
            self._tell(report)
        if report.findings:
            raise CommandError(f"{len(report.findings)} findings outside of protected fields.")

    def _tell(self, report: Report) -> None:
        for each in report.findings:
            self.stdout.write(
                f"{each.store}: {each.place}.{each.field} of {each.row}: {each.kind} {each.hint}"
            )
        for store, count in report.read.items():
            self.stdout.write(f"{store}: {count} texts read")
        for store, reason in report.skipped.items():
            self.stdout.write(f"{store}: not read. {reason}")
        self.stdout.write(
            f"looked for {report.identifiers} values of {report.patients} patients, and by form"
            " for e-mail addresses, phone numbers, numbers with check digits and post codes"
        )
        if report.closed:
            self.stdout.write(
                f"not looked for: {report.closed} patients, whose identifiers can't be opened"
            )
