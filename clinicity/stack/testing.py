"""What the test suite needs of the stack: one in `var/test`, and a slot in it.

A slot is a number that one pytest process holds by a file lock. Its database, its
Valkey database and its Milvus collections are named by it, so that any number of
runs share one stack without meeting.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psycopg
import redis
from psycopg import sql

from clinicity.environment import ROOT
from clinicity.stack import control, embedded
from clinicity.stack.folder import Folder
from clinicity.stack.postgres import Postgres
from clinicity.stack.services import StackError

SLOTS = 60
IDLE_MINUTES = 30
# A change to any of these makes another database.
SCHEMA = ("*/migrations/*.py", "*/row_security.py", "*/rls.py")


@dataclass(frozen=True)
class Slot:
    """A pytest process's own corner of the test stack."""

    number: int
    postgres: Postgres
    redis_url: str
    lock: TextIO

    @property
    def database(self) -> str:
        return f"test_{self.number}"

    def environment(self) -> dict[str, str]:
        """Settings by which this process, and its children, use the slot."""
        mine = {"REDIS_URL": self.redis_url, "MILVUS_PREFIX": f"test{self.number}_"}
        return self.postgres.urls(self.database) | mine

    def database_fresh(self, *, migrate: Callable[[], None]) -> None:
        """Make this slot's database anew, as a copy of the migrated template."""
        template = f"template_{_schema_digest()}"
        lock = self.postgres.folder.run / "template.lock"
        with lock.open("w") as file, self._admin() as admin:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _exists(admin, template):
                self._make_template(admin, template, migrate)
            self._copy(admin, template, self.database)

    def _make_template(
        self, admin: psycopg.Connection, template: str, migrate: Callable[[], None]
    ) -> None:
        """Migrate in this slot's own database, then keep that under the template's name."""
        self._copy(admin, "template0", self.database)
        migrate()
        for name in _databases(admin, "template\\_%"):
            _drop(admin, name)
        admin.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(self.database), sql.Identifier(template)
            )
        )

    def _copy(self, admin: psycopg.Connection, source: str, target: str) -> None:
        _drop(admin, target)
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER clinicity_owner").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )

    def clear(self) -> None:
        """Leave nothing behind."""
        with self._admin() as admin:
            _drop(admin, self.database)
        with redis.Redis.from_url(self.redis_url) as valkey:
            valkey.flushdb()

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self.postgres.admin_url("postgres"), autocommit=True)


def take_slot(folder: Folder, keep: ExitStack) -> Slot:
    """Start the stack if need be, and hold a slot until `keep` closes."""
    folder.prepare()
    (folder.root / "volatile").touch()
    # In use before it starts: one that counts its idle time from last week would end.
    keep.enter_context(control.in_use(folder))
    control.start(folder, idle_minutes=IDLE_MINUTES)
    number, lock = _free_number(folder)
    keep.enter_context(lock)
    postgres = next(s for s in embedded.announced(folder) if isinstance(s, Postgres))
    redis_url = folder.remembered()["REDIS_URL"].removesuffix("/0") + f"/{number}"
    return Slot(number, postgres, redis_url, lock)


def test_folder() -> Folder:
    """`CLINICITY_VAR`, or `var/test` of this checkout."""
    return Folder(Path(os.environ.get("CLINICITY_VAR", ROOT / "var" / "test")).resolve())


def _free_number(folder: Folder) -> tuple[int, TextIO]:
    for number in range(1, SLOTS):
        file = (folder.run / f"slot-{number}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        return number, file
    raise StackError("Sixty test runs share this stack already: wait for one to end.")


def _schema_digest() -> str:
    digest = hashlib.sha256()
    for pattern in SCHEMA:
        for base in (ROOT, ROOT / "clinicity"):
            for path in sorted(base.glob(pattern)):
                digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _databases(admin: psycopg.Connection, pattern: str) -> list[str]:
    query = "SELECT datname FROM pg_database WHERE datname LIKE %s AND NOT datistemplate"
    return [name for (name,) in admin.execute(query, [pattern]).fetchall()]


def _exists(admin: psycopg.Connection, name: str) -> bool:
    return bool(_databases(admin, name.replace("_", "\\_")))


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )
