"""The folder that holds everything the embedded stack writes: `var/`."""

import base64
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clinicity.environment import var_dir
from clinicity.stack import envfile

SECRET_NAMES = ("SECRET_KEY", "JWT_SECRET_KEY", "HASH_SECRET", "AUDIT_SIGNING_KEY")
PASSWORD_NAMES = (
    "POSTGRES_ADMIN_PASSWORD",
    "POSTGRES_OWNER_PASSWORD",
    "POSTGRES_APP_PASSWORD",
    "POSTGRES_SEALER_PASSWORD",
    "VALKEY_PASSWORD",
    "NEO4J_PASSWORD",
)
# Others may pass through `var/` to a folder of their own, and list nothing.
PASS_THROUGH = 0o711
SECRETS_HEADING = "Made by the embedded stack. Keep it apart from backups of the data."
STACK_HEADING = "Where the embedded stack listens. Written again at every start."


@dataclass(frozen=True)
class Folder:
    """Paths, secrets and remembered ports of one stack."""

    root: Path

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.env"

    @property
    def stack_file(self) -> Path:
        return self.root / "stack.env"

    @property
    def is_volatile(self) -> bool:
        """Whether speed is worth more here than surviving a power cut: for tests."""
        return (self.root / "volatile").exists()

    def prepare(self) -> None:
        for path in (self.root, self.log, self.run):
            path.mkdir(parents=True, exist_ok=True)
        self.root.chmod(PASS_THROUGH)

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Every generated secret; made once, and completed when a new one is added."""
        kept = envfile.read(self.secrets_file)
        values = _fresh_secrets() | kept
        if values != kept:
            self.prepare()
            envfile.write(self.secrets_file, values, heading=SECRETS_HEADING)
        return values

    def remembered(self) -> dict[str, str]:
        return envfile.read(self.stack_file)

    def remember(self, values: dict[str, str]) -> None:
        envfile.write(self.stack_file, values, heading=STACK_HEADING)


def folder() -> Folder:
    return Folder(var_dir().resolve())


def _fresh_secrets() -> dict[str, str]:
    values = {name: secrets.token_urlsafe(48) for name in SECRET_NAMES}
    values["ENCRYPTION_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
    return values | {name: secrets.token_urlsafe(24) for name in PASSWORD_NAMES}
