"""The people who sign in to the simulated clinic, and their one password.

The password is made once for each installation and kept in `var/demo.env`, which
only its owner can read. Nothing outside this machine can reach the demo's server.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from clinicity.accounts import selectors
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common.actors import SYSTEM, Role
from clinicity.common.exceptions import NotFound

FILE = "demo.env"
PASSWORD_NAME = "DEMO_PASSWORD"  # noqa: S105 - the name, not the password
DOMAIN = "clinicity.example"


@dataclass(frozen=True)
class Account:
    key: str
    display_name: str
    role: Role
    about: str

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


ACCOUNTS: tuple[Account, ...] = (
    Account("alice", "Dr Alice Archer", Role.CLINICIAN, "clinician, treats eleven patients"),
    Account("bob", "Dr Bob Baker", Role.CLINICIAN, "clinician, covers for Alice"),
    Account("charlie", "Dr Charlie Cole", Role.CLINICIAN, "clinician without patients"),
    Account("iris", "Iris Samplewood", Role.PATIENT, "patient: her own pages"),
    Account("admin", "Ada Admin", Role.ADMIN, "administrator: accounts and settings"),
    Account("auditor", "Olga Auditor", Role.AUDITOR, "auditor: reads the audit trail"),
)


def accounts_ensure(password: str) -> dict[str, User]:
    """Every demo account by its key, made where it is missing."""
    return {account.key: _ensure(account, password) for account in ACCOUNTS}


def password_of(folder: Path) -> str:
    """The demo's password; made on first use."""
    path = folder / FILE
    if path.exists():
        return path.read_text().strip().removeprefix(f"{PASSWORD_NAME}=")
    password = secrets.token_urlsafe(12)
    path.touch(mode=0o600)
    path.write_text(f"{PASSWORD_NAME}={password}\n")
    return password


def _ensure(account: Account, password: str) -> User:
    try:
        return selectors.user_by_email(account.email)
    except NotFound:
        return user_create(
            by=SYSTEM, email=account.email, password=password,
            display_name=account.display_name, role=account.role,
        )  # fmt: skip
