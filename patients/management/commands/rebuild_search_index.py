"""Make the timeline's blind tokens again: `manage.py rebuild_search_index`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinicity.common.actors import WORKER
from patients.services.timeline_index import (
    BATCH,
    timeline_index_left,
    timeline_index_rebuild,
)


class Command(BaseCommand):
    help = (
        "Index the words of timeline entries that have no tokens of the present secret and"
        " languages. Cut short, it goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="entries a transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        left = timeline_index_left(by=WORKER)
        done = 0
        for count in timeline_index_rebuild(by=WORKER, batch=options["batch"]):
            done += count
            self.stdout.write(f"{done}/{left} entries indexed")
        self.stdout.write(f"{timeline_index_left(by=WORKER)} entries are left without tokens.")
