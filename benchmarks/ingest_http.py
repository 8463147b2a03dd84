"""Batches of 5,000 samples over HTTP, each durable before its 201.

`clinicity` is the whole door: JWT and the user's state, Idempotency-Key, ledger, encrypted
segments, rollups, latest value, audit and outbox. The peers check the JWT and store bare
rows under a unique identity, unencrypted, without any of these. `psql_copy` is the limit of
rows (no HTTP at all, from binary files; `psql_copy_text`: from psql's usual text),
`bare_http` that of client and server (nothing is done).
Each server is one uvicorn process (uvloop, httptools; the Django peers as WSGI).
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec

from benchmarks.client import Line, Target, tail, target
from benchmarks.minutes import METRIC, minutes
from benchmarks.peers import APPS, BARE, BARE_APP, PSQL, PSQL_TEXT
from benchmarks.peers.psql_copy import Session, binary_of, script_of, text_of
from benchmarks.place import (
    DOOR,
    DOOR_PATH,
    cast,
    demand_ours,
    demand_rows,
    opened,
    served,
    tables_make,
)  # fmt: skip
from benchmarks.rounds import OURS, Report, Way, measured, parser, tell
from biometrics.features.columns import Columns
from tests.faults.house import House

BATCH, ROUNDS, CLIENTS, BATCHES = 5000, 7, 2, 8
PATIENTS = 4  # of each client, who send in turn
FORMS = {PSQL: ("binary", binary_of), PSQL_TEXT: ("text", text_of)}


def main() -> None:
    words = parser(__doc__ or "", rounds=ROUNDS)
    words.add_argument("--clients", type=int, default=CLIENTS, help="connections of each way")
    words.add_argument("--batches", type=int, default=BATCHES, help="of a client in a round")
    given = words.parse_args()
    with opened("ingest-http") as place:
        report = _report(place, given.clients, given.batches, given.rounds)
    tell(report, as_json=given.json)


def _report(place: House, clients: int, batches: int, rounds: int) -> Report:
    people = cast(clients * PATIENTS)
    with TemporaryDirectory(dir=place.folder.root) as folder:
        load = Load(people.patients, clients, batches, Path(folder))
        with _ways(place, people.token, load) as ways:
            report = measured("ingest_http", "samples/s", ways, rounds, before=load.prepare)
    counts = load.counts(rounds + 1)
    demand_ours(people, counts)
    for name in (*APPS, *FORMS):
        demand_rows(name, people, counts)
    return report


class Load:
    """What each client sends in a round, as HTTP requests and as COPY scripts."""

    def __init__(
        self, patients: Sequence[UUID], clients: int, batches: int, folder: Path
    ) -> None:
        self.folder = folder
        self.patients, self.clients, self.batches = patients, clients, batches
        self.requests: list[list[bytes]] = []
        self.scripts: dict[str, list[list[bytes]]] = {}

    def prepare(self, number: int) -> None:
        plans = [self._plan(client, number) for client in range(self.clients)]
        self.requests = [[self._request(*part) for part in plan] for plan in plans]
        self.scripts = {
            name: [[self._script(name, *part) for part in plan] for plan in plans]
            for name in FORMS
        }

    def counts(self, rounds: int) -> list[int]:
        """Samples of each patient after so many rounds."""
        each = [len(range(p, rounds * self.batches, PATIENTS)) * BATCH for p in range(PATIENTS)]
        return each * self.clients

    def _plan(self, client: int, number: int) -> list[tuple[int, int]]:
        """Person and first minute of each batch: patients in turn, time going forward."""
        places = range(number * self.batches, (number + 1) * self.batches)
        return [(client * PATIENTS + n % PATIENTS, n // PATIENTS * BATCH) for n in places]

    def _request(self, person: int, first: int) -> bytes:
        body = batch_body(self.patients[person], minutes(person, first, BATCH))
        return tail(f"{person}-{first}", body)

    def _script(self, name: str, person: int, first: int) -> bytes:
        form, rendered = FORMS[name]
        file = self.folder / f"batch-{person}-{first % (self.batches * BATCH)}.{form}"
        columns = minutes(person, first, BATCH)
        file.write_bytes(rendered(self.patients[person], METRIC, columns))
        return script_of(name, file, form)


def batch_body(patient_id: UUID, columns: Columns) -> bytes:
    moments = [datetime.fromtimestamp(ms / 1000, UTC) for ms in columns.start_ms.tolist()]
    events = [
        {"data_type": METRIC, "timestamp": moment, "data": {"bpm": int(value)}}
        for moment, value in zip(moments, columns.value.tolist(), strict=True)
    ]
    return msgspec.json.encode({"patient_id": patient_id, "events": events})


@contextmanager
def _ways(place: House, token: str, load: Load) -> Iterator[dict[str, Way]]:
    tables_make([*APPS, *FORMS])
    apps = {name: (app, "/batch") for name, app in APPS.items()}
    routes = {OURS: (DOOR, DOOR_PATH), **apps, BARE: (BARE_APP, "/batch")}
    sessions = [Session(place.folder) for _ in range(load.clients)]
    with ThreadPoolExecutor(load.clients) as pool:
        yield {
            name: _over_http(pool, load, target(served(place, app), path, token))
            for name, (app, path) in routes.items()
        } | {name: _by_psql(pool, load, sessions, name) for name in FORMS}
    for session in sessions:
        session.close()


def _over_http(pool: ThreadPoolExecutor, load: Load, to: Target) -> Way:
    lines = [Line(to) for _ in range(load.clients)]
    return lambda number: _all_sent(pool, [line.post for line in lines], load.requests)


def _by_psql(pool: ThreadPoolExecutor, load: Load, sessions: list[Session], name: str) -> Way:
    return lambda number: _all_sent(pool, [one.tell for one in sessions], load.scripts[name])


def _all_sent(
    pool: ThreadPoolExecutor,
    sends: Sequence[Callable[[bytes], None]],
    work: Sequence[Sequence[bytes]],
) -> int:
    """Every client sends its own batches one after the other; returns the samples."""

    def send(part: tuple[Callable[[bytes], None], Sequence[bytes]]) -> int:
        for each in part[1]:
            part[0](each)
        return len(part[1]) * BATCH

    return sum(pool.map(send, zip(sends, work, strict=True)))


if __name__ == "__main__":
    main()
