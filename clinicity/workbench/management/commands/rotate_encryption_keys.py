"""`manage.py rotate_encryption_keys`: see docs/security/keys.md."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinicity.common.exceptions import DomainError
from clinicity.workbench import keys


class Command(BaseCommand):
    help = (
        "Wrap every data key under the first key of ENCRYPTION_KEY; with --data-keys also"
        " renew the data keys and seal everything anew. Under load, in batches; one that was"
        " stopped or killed goes on when it is started again."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--data-keys", action="store_true", help="renew the data keys")
        parser.add_argument("--batch", type=int, default=500, help="rows at a time")
        parser.add_argument("--status", action="store_true", help="say how far it is")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch takes a number above 0.")
        try:
            self._rotate(**options)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal

    def _rotate(self, *, data_keys: bool, batch: int, status: bool, **rest: Any) -> None:
        if status:
            for line in keys.progress():
                self.stdout.write(line)
            return
        keys.master_key_rotate(batch=batch, tell=self.stdout.write)
        if data_keys:
            keys.data_keys_rotate(batch=batch, tell=self.stdout.write)
        state = keys.keys_state()
        for line in keys.sentences(state):
            self.stdout.write(line)
        if not state.is_well:
            raise CommandError("Not every key can be opened: see above.")
