"""What a demo needs before it serves, in one process: starting Django takes a while."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate, make the system's users and keys, and load the simulated clinic."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", database="owner", verbosity=0)
        call_command("ensure_services")
        call_command("load_demo")
