"""`manage.py keys`: which master keys wrap what, and whether any key is lost."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinicity.privacy.pseudonyms import pseudonym
from clinicity.workbench import keys


class Command(BaseCommand):
    help = "List the master keys, what each wraps, and the data keys that are lost."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        state = keys.keys_state()
        if options["json"]:
            told = asdict(state) | {
                "masters": [
                    asdict(master) | {"removable": master.removable, "lost": master.lost}
                    for master in state.masters
                ],
                "lost": [pseudonym(id) for id in state.lost],
            }
            self.stdout.write(json.dumps(told))
        else:
            for line in keys.sentences(state):
                self.stdout.write(line)
        if not state.is_well:
            raise CommandError("A key is missing: see docs/security/keys.md.")
