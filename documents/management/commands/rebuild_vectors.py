"""`manage.py rebuild_vectors`: make the passage index again from PostgreSQL."""

from typing import Any

from django.core.management.base import BaseCommand

from clinicity.common.actors import SYSTEM
from documents import services


class Command(BaseCommand):
    help = "Empty the index of passages and make it again from the documents that are ready."

    def handle(self, *args: Any, **options: Any) -> None:
        number = services.vectors_rebuild(by=SYSTEM, tell=self._tell)
        self.stdout.write(f"{number} documents indexed")

    def _tell(self, done: int, total: int) -> None:
        self.stdout.write(f"  {done} of {total}")
        self.stdout.flush()
