"""Train the PHI model anew: `manage.py train_phi`. Needs the data folder and Faker."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Make the PHI detector's lists and weights anew, and measure them on held-out texts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--measure", action="store_true", help="measure only")
        parser.add_argument(
            "--names", action="store_true", help="also make the name lists anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Developing needs Faker and the lists' packages; serving doesn't.
            from clinicity.privacy.phi.training import lexicons, report, train  # noqa: PLC0415
        except ImportError as error:
            raise CommandError(
                f"{error.name} is missing: install requirements-dev.txt."
            ) from error
        folder = Path(settings.CLINICITY_DATA_DIR)
        if not (folder / "phi_dev/synth_dataset_v2.json").exists():
            raise CommandError(
                f"{folder} has no phi_dev/synth_dataset_v2.json (Presidio-research): put the data "
                "there, or name its folder in CLINICITY_DATA_DIR."
            )
        if options["names"]:
            lexicons.write_names()
        cut = (
            train.folds(folder)
            if options["measure"]
            else train.train(folder, self.stdout.write)
        )
        for line in report.lines(cut.held):
            self.stdout.write(line)
