"""Single events over HTTP from 32 kept connections, each answered only when it is durable.

Every way works for the same seconds in each round. `psql_copy` is 32 psql sessions that COPY
one row at a time (no HTTP); `bare_http` answers 201 and stores nothing: the limit of client
and server; `fsync` is one write and fsync after another: the limit of commits by themselves.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from benchmarks.client import Target, burst, tail, target
from benchmarks.minutes import METRIC, minutes
from benchmarks.peers import APPS, BARE, BARE_APP, PSQL
from benchmarks.peers.psql_copy import Session, copy_of, line_of
from benchmarks.place import (
    DOOR,
    DOOR_PATH,
    cast,
    demand_ours,
    demand_rows,
    opened,
    served,
    tables_make,
)
from benchmarks.rounds import OURS, Report, Way, measured, parser, tell
from tests.faults.house import House

CONNECTIONS, ROUNDS, SECONDS = 32, 5, 2.0
# A connection's events that are ready before a round; twice as many as it can send.
AHEAD = 1500
# psql is told so many COPYs at a time, so that Python wakes up seldom.
TOLD = 10
FSYNC = "fsync"


def main() -> None:
    words = parser(__doc__ or "", rounds=ROUNDS)
    words.add_argument("--connections", type=int, default=CONNECTIONS)
    words.add_argument("--seconds", type=float, default=SECONDS, help="of each way in a round")
    given = words.parse_args()
    with opened("ingest-small") as place:
        report = _report(place, given.connections, given.seconds, given.rounds)
    tell(report, as_json=given.json)


def _report(place: House, connections: int, seconds: float, rounds: int) -> Report:
    people = cast(connections)
    load = Load(people.patients, seconds)
    with _ways(place, people.token, load) as ways:
        report = measured("ingest_small", "events/s", ways, rounds, before=load.prepare)
    demand_ours(people, load.sent[OURS])
    for name in (*APPS, PSQL):
        demand_rows(name, people, load.sent[name])
    return report


class Load:
    """Each connection's events, a minute apart, and how many of them each way has sent."""

    def __init__(self, patients: list[UUID], seconds: float) -> None:
        self.patients, self.seconds = patients, seconds
        self.requests: list[list[bytes]] = [[] for _ in patients]
        self.scripts: list[list[bytes]] = [[] for _ in patients]
        self.sent = {name: [0] * len(patients) for name in (OURS, *APPS, PSQL)}

    def prepare(self, number: int) -> None:
        wanted = max(map(max, self.sent.values())) + AHEAD
        for person, patient_id in enumerate(self.patients):
            first = len(self.requests[person])
            columns = minutes(person, first, wanted - first)
            for ms, value in zip(
                columns.start_ms.tolist(), columns.value.tolist(), strict=True
            ):
                body = event_body(patient_id, ms, value)
                self.requests[person].append(tail(f"{person}-{ms}", body))
                self.scripts[person].append(copy_of(line_of(patient_id, METRIC, ms, value)))

    def note(self, name: str, done: list[int]) -> int:
        self.sent[name] = [was + new for was, new in zip(self.sent[name], done, strict=True)]
        return sum(done)


def event_body(patient_id: UUID, ms: int, value: float) -> bytes:
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return msgspec.json.encode(
        {
            "patient_id": patient_id, "data_type": METRIC, "timestamp": moment,
            "data": {"bpm": int(value)},
        }
    )  # fmt: skip


@contextmanager
def _ways(place: House, token: str, load: Load) -> Iterator[dict[str, Way]]:
    tables_make([*APPS, PSQL])
    apps = {name: (app, "/event") for name, app in APPS.items()}
    routes = {OURS: (DOOR, DOOR_PATH), **apps}
    bare = target(served(place, BARE_APP), "/event", token)
    sessions = [Session(place.folder) for _ in load.patients]
    with (
        ThreadPoolExecutor(len(sessions)) as pool,
        tempfile.TemporaryFile(dir=place.folder.root) as disk,
    ):
        yield {
            name: _over_http(name, load, target(served(place, app), path, token))
            for name, (app, path) in routes.items()
        } | {
            BARE: lambda number: sum(burst(bare, load.requests, load.seconds)),
            PSQL: lambda number: _by_psql(pool, load, sessions),
            FSYNC: lambda number: _by_fsync(disk.fileno(), load),
        }
    for session in sessions:
        session.close()


def _over_http(name: str, load: Load, to: Target) -> Way:
    def turn(number: int) -> int:
        rests = [each[n:] for each, n in zip(load.requests, load.sent[name], strict=True)]
        return load.note(name, burst(to, rests, load.seconds))

    return turn


def _by_psql(pool: ThreadPoolExecutor, load: Load, sessions: list[Session]) -> int:
    until = time.perf_counter() + load.seconds

    def send(session: Session, scripts: list[bytes], first: int) -> int:
        done = 0
        while time.perf_counter() < until and first + done < len(scripts):
            told = scripts[first + done : first + done + TOLD]
            session.tell(b"".join(told))
            done += len(told)
        return done

    return load.note(PSQL, list(pool.map(send, sessions, load.scripts, load.sent[PSQL])))


def _by_fsync(disk: int, load: Load) -> int:
    until, done = time.perf_counter() + load.seconds, 0
    for event in load.requests[0]:
        if time.perf_counter() > until:
            break
        os.write(disk, event)
        os.fsync(disk)
        done += 1
    return done


if __name__ == "__main__":
    main()
