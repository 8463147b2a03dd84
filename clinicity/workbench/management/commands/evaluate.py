"""Measure a model or a text function on labelled data: `manage.py evaluate TASK INPUT`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinicity.workbench.evaluate import TASKS, BadInput


class Command(BaseCommand):
    help = (
        "Measure a model or a text function on labelled data that it has never seen. "
        + " ".join(f"{name}: a line is {task.line}." for name, task in TASKS.items())
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", choices=TASKS)
        parser.add_argument("input", type=Path, help="JSON Lines")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            figures = TASKS[options["task"]]().run(options["input"])
        except BadInput as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        for name, value in figures.items():
            self.stdout.write(f"{name:20} {_shown(value)}")


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
