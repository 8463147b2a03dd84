"""`manage.py stack`: the embedded stack, from a process that Django hasn't coloured."""

import argparse
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinicity.environment import ORIGINS, ROOT
from clinicity.stack import __main__ as stack


class Command(BaseCommand):
    help = "Start, stop, look at or read the logs of the embedded stack."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        stack.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        given = argparse.Namespace(**options)
        words = [given.act, *([given.service] if given.service else [])]
        words += [f"--lines={given.lines}", f"--idle-minutes={given.idle_minutes}"]
        # What settings read from the stack's own files must not look like the
        # operator's wish for a server of their own.
        own = {
            k: v for k, v in os.environ.items() if not ORIGINS.get(k, "").endswith("stack.env")
        }
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "clinicity.stack", *words], own)  # noqa: S606  no shell is wanted
