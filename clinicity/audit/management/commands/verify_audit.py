"""Prove the audit trail: `manage.py verify_audit`."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinicity.audit import verifying


class Command(BaseCommand):
    help = "Walk the audit chain, its signed checkpoints and archives; name the first fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=int, default=0, metavar="NUMBER",
            help="prove only what follows the newest checkpoint at or before this number",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verifying.seal_and_verify(since=options["since"])
        if options["json"]:
            self.stdout.write(
                json.dumps(asdict(verdict) | {"whole": verdict.is_whole}, default=str)
            )
        else:
            self.stdout.write(
                f"{verdict.sealed} events sealed, {verdict.waiting} waiting,"
                f" {verdict.archived} in archives, {verdict.checkpoints} signed checkpoints"
                f" up to number {verdict.signed}, {verdict.gaps} positions without an event."
            )
        if verdict.fault:
            raise CommandError(verdict.fault)
        if not options["json"]:
            self.stdout.write("The trail is whole.")
