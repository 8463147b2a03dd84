"""The ways of storing a batch that `benchmarks.ingest` compares."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import psycopg

from benchmarks.peers import Sample
from benchmarks.rounds import OURS, Way
from biometrics import selectors
from biometrics.features.columns import Columns, columns_of
from biometrics.services import columns_store
from clinicity.common.actors import Actor
from tests.faults.people import clinician, patient

BATCH = 5000
FIRST_MS = 1_700_000_000_000
COPY = "COPY benchmark_copy FROM STDIN (FORMAT binary)"
TABLE = """
CREATE TABLE benchmark_{name} (
    patient_id uuid NOT NULL, metric text NOT NULL, start_ms bigint NOT NULL,
    duration_ms bigint NOT NULL, value double precision NOT NULL,
    UNIQUE (patient_id, metric, start_ms, duration_ms)
)
"""


def batch(number: int) -> Columns:
    """5,000 heart beats a minute, a sample a minute, none like another's."""
    minutes = np.arange(BATCH) + number * BATCH
    values = np.round(70 + 10 * np.sin(minutes / 700) + 5 * np.sin(minutes * 1.3), 1)
    return columns_of(FIRST_MS + minutes * 60_000, values)


@contextmanager
def ways() -> Iterator[dict[str, Way]]:
    """Each way with what it needs, opened after Django knows its database."""
    user = clinician()
    subject = patient(user, 0).id
    with (
        psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as peer,
        tempfile.TemporaryFile() as disk,
    ):
        for name in ("copy", "bulk"):
            peer.execute(TABLE.format(name=name))
        peer.commit()
        yield {
            OURS: lambda number: _ours(user.actor, subject, number),
            "psycopg binary COPY": lambda number: _copy(peer, subject, number),
            "Django bulk_create": lambda number: _bulk(subject, number),
            "one fsync": lambda number: _fsync(disk.fileno(), number),
        }
        _demand_equal(user.actor, subject, peer)


def _ours(actor: Actor, subject: UUID, number: int) -> int:
    receipt = columns_store(
        by=actor, patient_id=subject, columns={"heart_rate": batch(number)}, source="benchmark"
    )
    return receipt.accepted


def _copy(peer: psycopg.Connection, subject: UUID, number: int) -> int:
    rows = _rows(subject, number)
    with peer.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(["uuid", "text", "int8", "int8", "float8"])
        for row in rows:
            copy.write_row(row)
    peer.commit()
    return len(rows)


def _bulk(subject: UUID, number: int) -> int:
    names = ("patient_id", "metric", "start_ms", "duration_ms", "value")
    rows = [Sample(**dict(zip(names, row, strict=True))) for row in _rows(subject, number)]
    Sample._default_manager.using("owner").bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _fsync(file: int, number: int) -> int:
    columns = batch(number)
    os.write(file, columns.start_ms.tobytes() + columns.value.tobytes())
    os.fsync(file)
    return BATCH


def _rows(subject: UUID, number: int) -> list[tuple[UUID, str, int, int, float]]:
    columns = batch(number)
    pairs = zip(columns.start_ms.tolist(), columns.value.tolist(), strict=True)
    return [(subject, "heart_rate", start, 0, value) for start, value in pairs]


def _demand_equal(actor: Actor, subject: UUID, peer: psycopg.Connection) -> None:
    """Every way must hold the very same samples."""
    far = datetime(2100, 1, 1, tzinfo=UTC)
    found = selectors.readings_array(
        actor, subject, "heart_rate", datetime(2000, 1, 1, tzinfo=UTC), far
    )
    ours = list(zip(found.times_ms.tolist(), found.values.tolist(), strict=True))
    for name in ("copy", "bulk"):
        query = f"SELECT start_ms, value FROM benchmark_{name} ORDER BY start_ms"  # noqa: S608
        if peer.execute(query).fetchall() != ours:
            raise AssertionError(f"The results of {name} differ from ours.")
