"""Prove that what was removed is gone: `manage.py verify_deletion [--report|--patient ID]`.

It asks each store itself: PostgreSQL as its owner, Milvus, Neo4j, the files, Redis. It exits
with 1 and names every place that still has something.
"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from clinicity.common.exceptions import DomainError
from clinicity.workbench.deletion import Proof, proofs
from clinicity.workbench.deletion.proving import pending_count


class Command(BaseCommand):
    help = "Look in every store for what deletion reports say is gone; exit 1 if any is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--report", type=UUID, help="one report, by its id")
        which.add_argument("--patient", type=UUID, help="all reports of one patient")
        which.add_argument("--all", action="store_true", help="every report (the default)")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = list(proofs(report_id=options["report"], patient_id=options["patient"]))
        except DomainError as error:
            raise CommandError(error.detail) from error
        if not found and (options["report"] or options["patient"]):
            raise CommandError("There is no such report.")
        say = self._say_json if options["json"] else self._say
        say(found, pending_count())
        if any(not proof.holds for proof in found):
            raise CommandError("Something is still there that a report says was removed.")

    def _say(self, found: list[Proof], pending: int) -> None:
        for proof in found:
            self.stdout.write(f"{proof.report_id} {proof.patient} {proof.what}: {_word(proof)}")
            for one in proof.left:
                self.stdout.write(f"  still in {one.place}: {one.count} {one.what}")
        self.stdout.write(f"{len(found)} reports looked at; {pending} removals not done yet.")

    def _say_json(self, found: list[Proof], pending: int) -> None:
        lines = [asdict(proof) | {"report_id": str(proof.report_id)} for proof in found]
        left = sum(one.count for proof in found for one in proof.left)
        said = {"reports": lines, "pending": pending, "left": left}
        self.stdout.write(json.dumps(said))


def _word(proof: Proof) -> str:
    if not proof.holds:
        return "NOT proved"
    return f"not looked at: {proof.skipped}" if proof.skipped else "proved"
