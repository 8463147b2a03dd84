"""After `migrate`: the system's data key and the users of the named services."""

from typing import Any

from django.core.management.base import BaseCommand

from clinicity.accounts.services import service_users_ensure
from clinicity.privacy import hash_secret, keyring


class Command(BaseCommand):
    help = "Make what every database needs before anyone acts. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        hash_secret.ensure()
        keyring.system_key_ensure()
        service_users_ensure()
