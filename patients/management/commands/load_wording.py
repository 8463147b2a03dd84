"""`manage.py load_wording FILE`: the words that the clinic may use for a questionnaire."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinicity.common.actors import SYSTEM
from clinicity.common.exceptions import DomainError
from patients import services


class Command(BaseCommand):
    help = "Load a questionnaire's wording from a TOML or JSON file, as its next version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} can't be read: {error}.") from error
        try:
            row = services.wording_load(by=SYSTEM, text=text)
        except DomainError as refusal:
            wrong = [
                sentence
                for each in refusal.extra.get("errors", {}).values()
                for sentence in each
            ]
            raise CommandError(" ".join([refusal.detail, *wrong])) from refusal
        said = (
            f"{row.instrument} in {row.language}: version {row.version} is asked from now on."
        )
        self.stdout.write(said)
