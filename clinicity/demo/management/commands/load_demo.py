"""`manage.py load_demo`: fill an empty demo with the simulated clinic."""

import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinicity.common.exceptions import DomainError
from clinicity.demo.loading.accounts import ACCOUNTS, FILE, accounts_ensure, password_of
from clinicity.demo.loading.clinic import clinic_load
from clinicity.demo.simulator.lives import ZONE


class Command(BaseCommand):
    help = "Load the simulated clinic. What is loaded already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo installation: nothing was loaded.")
        started = time.monotonic()
        password = password_of(settings.VAR_DIR)
        try:
            steps = clinic_load(
                until=datetime.now(ZONE).date(), team=accounts_ensure(password), tell=self._tell
            )
        except DomainError as error:
            raise CommandError(error.detail) from error
        seconds = time.monotonic() - started
        self._tell(f"simulated clinic loaded in {seconds:.1f} s" if steps else "loaded already")
        self._tell_accounts(password)

    def _tell_accounts(self, password: str) -> None:
        self._tell(f"Sign in with one of these and the password {password}")
        for account in ACCOUNTS:
            self._tell(f"  {account.email:28} {account.about}")
        self._tell(f"(kept in {settings.VAR_DIR / FILE}; every patient is simulated)")

    def _tell(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()
