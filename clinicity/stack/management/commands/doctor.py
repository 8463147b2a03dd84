"""`manage.py doctor`: what runs, where each setting came from, what to do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinicity.stack import doctor


class Command(BaseCommand):
    help = "Say what is running, where each setting came from, and what to do about the rest."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        bad = [line for line in self._examined() if line.bad]
        self.stdout.write("\nsettings")
        for origin in doctor.origins():
            self.stdout.write(f"  {origin.name:26} {origin.source:24} {origin.shown}")
        if not bad:
            self.stdout.write("\nEverything is well.")
            return
        self.stdout.write("\nto do")
        for line in bad:
            self.stdout.write(f"  {line.topic}: {line.advice}")
        if any(line.grave for line in bad):
            raise CommandError("Clinicity can't serve like this.")

    def _examined(self) -> list[doctor.Diagnosis]:
        lines = []
        for line in doctor.examine():
            mark = "✗" if line.bad else "✓"
            self.stdout.write(f"  {mark} {line.topic:22} {line.finding}")
            lines.append(line)
        return lines
