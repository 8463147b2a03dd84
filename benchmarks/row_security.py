"""What row security costs a read: the same statements with policies, and as the owner without.

Milliseconds a read: a ratio above 1 is what the policies add. `clinicity` is the app's role,
an actor set for the transaction as `acting_as` does it; `owner` runs the very same statements
in the same kind of transaction and passes the policies by (BYPASSRLS); `bare` is the owner's
query alone, without a transaction and without saying who asks. Where the policies choose the
rows, the owner's statement says by hand whose they are, so that all give the same rows.
`_point` is one patient by id, `_first50` the newest 50 of all of a clinician's patients,
`_timeline` the newest 50 entries of one patient, `_window` a month of segments of one metric.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from benchmarks.place import Cast, cast, opened, owner
from benchmarks.rounds import OURS, Report, parser, row_of, tell

ROUNDS, TURNS, PATIENTS, ENTRIES, DAYS = 31, 20, 1_000, 400, 60
DAY_MS = 86_400_000
START = datetime(2025, 1, 1, tzinfo=UTC)
SUFFIXES = ("_point", "_first50", "_timeline", "_window")
SET = "SELECT set_config('clinicity.actor', %s, true), set_config('clinicity.scope', %s, true)"
POINT = "SELECT * FROM patients_patient WHERE id = %(patient)s"
FIRST = (
    "SELECT * FROM patients_patient WHERE deleted_at IS NULL {mine}ORDER BY id DESC LIMIT 50"
)
MINE = """AND id IN (
    SELECT patient_id FROM patients_careteammember
    WHERE user_id = %(actor)s AND starts_at <= now() AND (ends_at IS NULL OR ends_at > now()))
"""
TIMELINE = """
SELECT * FROM patients_timelineevent WHERE patient_id = %(patient)s AND deleted_at IS NULL
ORDER BY occurred_at DESC, id DESC LIMIT 50
"""
WINDOW = """
SELECT * FROM biometrics_readingsegment
WHERE patient_id = %(patient)s AND metric = 'heart_rate'
  AND span_start_ms >= %(since)s AND span_start_ms < %(until)s ORDER BY span_start_ms
"""
Rows = list[tuple[Any, ...]]
Reader = Callable[[], Rows]


@dataclass(frozen=True)
class Read:
    """One kind of read: as the app asks it, as the owner has to, and within which scope."""

    app: LiteralString
    by_owner: LiteralString
    scoped: bool


READS = {
    "_point": Read(POINT, POINT, scoped=True),
    "_first50": Read(FIRST.format(mine=""), FIRST.format(mine=MINE), scoped=False),
    "_timeline": Read(TIMELINE, TIMELINE, scoped=True),
    "_window": Read(WINDOW, WINDOW, scoped=True),
}


def main() -> None:
    made = parser(__doc__ or "", rounds=ROUNDS)
    made.add_argument("--patients", type=int, default=PATIENTS)
    given = made.parse_args()
    with opened("row-security"):
        people = cast(given.patients)
        _fill(people)
        with _app() as app, owner() as other:
            _settled(other)
            readers = _readers(people, app, other)
            _demand_equal(readers)
            report = _timed(readers, given.rounds)
    tell(report, as_json=given.json)


def _fill(people: Cast) -> None:
    """Somebody else's patients beside ours, entries and minutes of one, and of a neighbour."""
    from benchmarks.minutes import minutes  # noqa: PLC0415  Django is open by now
    from biometrics.services import columns_store  # noqa: PLC0415
    from clinicity.accounts.acting import acting_as  # noqa: PLC0415
    from patients.services import timeline_event_add  # noqa: PLC0415

    _others(len(people.patients))
    for patient_id in people.patients[-2:]:
        with acting_as(people.actor, patient_id):
            for number in range(ENTRIES):
                timeline_event_add(
                    by=people.actor, patient_id=patient_id, kind="note", title=f"Note {number}",
                    occurred_at=START + timedelta(hours=number),
                )  # fmt: skip
        columns_store(
            by=people.actor, patient_id=patient_id, source="benchmark",
            columns={"heart_rate": minutes(0, 0, DAYS * 1440)},
        )  # fmt: skip


def _others(count: int) -> None:
    from clinicity.accounts.services import user_create  # noqa: PLC0415
    from clinicity.common.actors import SYSTEM, Role  # noqa: PLC0415
    from tests.faults.people import patient  # noqa: PLC0415

    user = user_create(
        by=SYSTEM, email="other@clinic.example", password="correct horse battery staple",  # noqa: S106  of the benchmark's own house
        display_name="Other", role=Role.CLINICIAN,
    )  # fmt: skip
    for number in range(count):
        patient(user, number)


def _app() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _settled(connection: psycopg.Connection) -> None:
    connection.execute("VACUUM ANALYZE")


def _readers(
    people: Cast, app: psycopg.Connection, other: psycopg.Connection
) -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    patient_id = people.patients[-1]
    since, until = _month(other, patient_id)
    words = {"patient": patient_id, "actor": people.actor.id, "since": since, "until": until}
    for suffix, read in READS.items():
        scope = str(patient_id) if read.scoped else ""
        said = [str(people.actor.id), scope]
        found[OURS + suffix] = partial(_acting, app, said, read.app, words)
        found["owner" + suffix] = partial(_acting, other, said, read.by_owner, words)
        found["bare" + suffix] = partial(_bare, other, read.by_owner, words)
    return found


def _month(connection: psycopg.Connection, patient_id: UUID) -> tuple[int, int]:
    row = connection.execute(
        "SELECT min(span_start_ms) FROM biometrics_readingsegment WHERE patient_id = %s",
        [patient_id],
    ).fetchone()
    if row is None or row[0] is None:
        raise AssertionError("There are no segments to read.")
    return row[0] + 10 * DAY_MS, row[0] + 40 * DAY_MS


def _acting(
    connection: psycopg.Connection, said: Sequence[str], query: LiteralString,
    words: Mapping[str, Any],
) -> Rows:  # fmt: skip
    with connection.transaction():
        connection.execute(SET, said)
        return connection.execute(query, words).fetchall()


def _bare(
    connection: psycopg.Connection, query: LiteralString, words: Mapping[str, Any]
) -> Rows:
    return connection.execute(query, words).fetchall()


def _demand_equal(readers: Mapping[str, Reader]) -> None:
    for suffix in SUFFIXES:
        found = {name: read() for name, read in readers.items() if name.endswith(suffix)}
        ours = found[OURS + suffix]
        wrong = [name for name, rows in found.items() if rows != ours]
        if wrong or not ours:
            raise AssertionError(f"{wrong or [OURS + suffix]} read other rows, or none.")


def _timed(readers: Mapping[str, Reader], rounds: int) -> Report:
    """Each has its turn in each round, the first of which only warms up."""
    figures: dict[str, list[float]] = {name: [] for name in readers}
    names = list(readers)
    for number in range(rounds + 1):
        turned = names[number % len(names) :] + names[: number % len(names)]
        for name in turned:
            began = time.perf_counter()
            for _ in range(TURNS):
                readers[name]()
            if number:
                figures[name].append((time.perf_counter() - began) * 1000 / TURNS)
    rows = [row_of(name, each) for name, each in figures.items()]
    return Report("row_security", "ms a read", rows, SUFFIXES, less_is_better=True)


if __name__ == "__main__":
    main()
