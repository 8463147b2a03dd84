"""The house of one benchmark: stack, cast, servers and the tables of the peers."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import psycopg

from benchmarks.minutes import METRIC, minutes
from benchmarks.peers import App
from biometrics.features.columns import Columns
from tests.faults.house import House, await_port, free_port, house

if TYPE_CHECKING:
    from clinicity.common.actors import Actor

DOOR, DOOR_PATH = App("clinicity.asgi:application"), "/api/v1/biometric-events"
EARLY = datetime(1990, 1, 1, tzinfo=UTC)
START, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
# A row for each sample, as narrow as it can be: its identity is its key.
TABLE = """
CREATE TABLE {name} (
    patient_id uuid NOT NULL, data_type text NOT NULL, timestamp timestamptz NOT NULL,
    value double precision NOT NULL, PRIMARY KEY (patient_id, data_type, timestamp)
)
"""
READ = """
SELECT (extract(epoch FROM timestamp) * 1000)::bigint, value FROM {name}
WHERE patient_id = %s ORDER BY timestamp
"""


@dataclass(frozen=True)
class Cast:
    """A clinician, a token of hers that outlives the benchmark, and her patients."""

    actor: "Actor"
    token: str
    patients: list[UUID]
    # Whose minutes they have, where it is not their place in the list.
    persons: Sequence[int] = ()

    def with_counts(self, counts: Sequence[int]) -> Iterator[tuple[int, UUID, int]]:
        """Each patient's number, id and count of samples."""
        persons = self.persons or range(len(self.patients))
        return zip(persons, self.patients, counts, strict=True)


@contextmanager
def opened(name: str) -> Iterator[House]:
    """A house whose PostgreSQL is as durable for everyone as PostgreSQL can be."""
    with house(f"benchmark-{name}") as place:
        shared = ("DATABASE_OWNER_URL", "JWT_SECRET_KEY")
        place.env |= {key: os.environ[key] for key in shared}
        place.env["RATE_LIMITING_ENABLED"] = "false"  # one user is the whole load
        for url in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            _demand_durable(os.environ[url])
        yield place


def cast(patients: int) -> Cast:
    """Call it when Django is open."""
    from rest_framework_simplejwt.tokens import AccessToken  # noqa: PLC0415

    from clinicity.accounts.tokens import pair_issue  # noqa: PLC0415
    from tests.faults.people import clinician, patient  # noqa: PLC0415

    user = clinician()
    token = AccessToken(pair_issue(user).access)  # type: ignore[arg-type]
    token.set_exp(lifetime=timedelta(hours=6))
    made = [patient(user, number).id for number in range(patients)]
    return Cast(user.actor, str(token), made)


def served(place: House, app: App) -> int:
    """A server process of one worker, the same for every app; its port."""
    port = free_port()
    place.spawn(
        [
            "-W", "ignore", "-m", "uvicorn", app.place, "--interface", app.interface,
            "--port", str(port), "--no-access-log",
            "--loop", "uvloop", "--http", "httptools", "--log-level", "warning",
            "--timeout-keep-alive", "3600",  # a connection waits while the others have their turn
        ],
        log=f"web-{port}",
    )  # fmt: skip
    await_port(port)
    return port


def owner() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True)


def tables_make(names: list[str]) -> None:
    with owner() as connection:
        for name in names:
            connection.execute(TABLE.format(name=name))


def demand_ours(people: Cast, counts: list[int]) -> None:
    """Of patient n we must hold exactly the first counts[n] minutes."""
    from biometrics import selectors  # noqa: PLC0415  Django is open by now

    for person, patient, count in people.with_counts(counts):
        found = selectors.readings_array(people.actor, patient, METRIC, START, END)
        _demand_equal("clinicity", person, count, found.times_ms, found.values)


def demand_rows(name: str, people: Cast, counts: list[int]) -> None:
    """The same of a peer's table."""
    with owner() as connection:
        for person, patient, count in people.with_counts(counts):
            rows = connection.execute(READ.format(name=name), [patient]).fetchall()
            times, values = np.array(rows, dtype=np.float64).reshape(-1, 2).T
            _demand_equal(name, person, count, times, values)


def demand_same_as_rows(name: str, actor: "Actor", patient_id: UUID, metric: str) -> None:
    """Whatever the samples are: a peer's table must hold exactly those that we hold."""
    from biometrics import selectors  # noqa: PLC0415  Django is open by now

    ours = selectors.readings_array(actor, patient_id, metric, EARLY, END)
    with owner() as connection:
        rows = connection.execute(READ.format(name=name), [patient_id]).fetchall()
    theirs = np.array(rows, dtype=np.float64).reshape(-1, 2)
    if not len(rows) or not np.array_equal(np.c_[ours.times_ms, ours.values], theirs):
        raise AssertionError(f"{name} holds {len(rows)} samples, and we {len(ours.values)}.")


def rows_add(name: str, patient_id: UUID, metric: str, columns: Columns) -> None:
    """Samples as rows of a peer's table, by binary COPY."""
    pairs = zip(columns.start_ms.tolist(), columns.value.tolist(), strict=True)
    statement = f"COPY {name} FROM STDIN (FORMAT binary)"
    with owner() as connection, connection.cursor().copy(statement) as copy:
        copy.set_types(["uuid", "text", "timestamptz", "float8"])
        for ms, value in pairs:
            moment = datetime.fromtimestamp(ms / 1000, UTC)
            copy.write_row((patient_id, metric, moment, value))


def _demand_equal(
    name: str, person: int, count: int, times: np.ndarray, values: np.ndarray
) -> None:
    wanted = minutes(person, 0, count)
    same = np.array_equal(times, wanted.start_ms) and np.array_equal(values, wanted.value)
    if not same:
        raise AssertionError(
            f"{name} holds {len(times)} samples of person {person}, not the {count} sent."
        )


def _demand_durable(url: str) -> None:
    with psycopg.connect(url) as connection:
        for setting in DURABLE:
            found = connection.execute(f"SHOW {setting}").fetchone()
            if found != ("on",):
                raise AssertionError(f"{setting} is {found}: no figure would be honest.")
