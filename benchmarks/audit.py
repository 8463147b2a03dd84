"""What the audit trail costs, beside none and beside an inline hash chain.

- `_record`: transactions a second of a small change, from 8 connections: with no event
  (`none`), with ours, and with a chain whose head each transaction takes (`inline_chain`).
- `_seal`: events sealed a second, beside reading the same rows by COPY and writing as many
  seals by COPY without hashing (`copy`, the physical limit).
- `_verify`: events proved a second, beside reading and hashing them alone (`sha256`).
- `_batch`, `_group`: ingest in the real service, with its audit event and without one
  (`unaudited`): batches of 5,000 minutes of one patient, and groups of single samples of 32.

`audit_share_batch` and `audit_share_group` are the medians, over pairs of short turns, of the
share of its time that ingest spends on its audit events: 0.05 is 5 %. At the end the trail must be whole, and hold what was sent.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from statistics import median
from typing import Any
from uuid import UUID

from benchmarks.minutes import METRIC, minutes
from benchmarks.place import Cast, cast, demand_ours, opened, owner
from benchmarks.rounds import OURS, Report, Row, measured, parser, row_of, tell

PARTS = ("record", "seal", "ingest")
ROUNDS, CONNECTIONS, CHANGES, BATCH, GROUP = 7, 8, 400, 5000, 32
# So many batches, and groups, of each way in a turn; turns alternate within a round.
BATCHES, GROUPS, TURNS = 2, 5, 25
SUFFIXES = ("_record", "_seal", "_verify", "_batch", "_group")
CHANGE = "INSERT INTO bench_change (patient_id, value) VALUES (%s, %s)"
HEAD = "SELECT digest FROM bench_head FOR UPDATE"
LINK = "INSERT INTO bench_chain (event, digest) VALUES (%s, %s)"
MOVE = "UPDATE bench_head SET digest = %s"
TABLES = """
CREATE TABLE bench_change (id bigserial PRIMARY KEY, patient_id uuid, value int);
CREATE TABLE bench_chain (id bigserial PRIMARY KEY, event jsonb, digest bytea);
CREATE TABLE bench_head (digest bytea);
CREATE TABLE bench_seal (number bigint PRIMARY KEY, event_id uuid, digest bytea, form int);
INSERT INTO bench_head VALUES ('');
GRANT ALL ON bench_change, bench_chain, bench_head, bench_seal TO PUBLIC;
GRANT ALL ON bench_change_id_seq, bench_chain_id_seq TO PUBLIC;
"""
EVENTS = "COPY (SELECT e.* FROM audit_auditevent e ORDER BY e.position LIMIT {}) TO STDOUT"


def main() -> None:
    words = parser(__doc__ or "", rounds=ROUNDS)
    words.add_argument("--changes", type=int, default=CHANGES, help="of each connection")
    words.add_argument("--only", choices=PARTS, action="append", help="parts to measure")
    given = words.parse_args()
    with opened("audit"):
        report = _report(given.only or PARTS, given.rounds, given.changes)
    tell(report, as_json=given.json)


def _report(parts: Sequence[str], rounds: int, changes: int) -> Report:
    with owner() as connection:
        connection.execute(TABLES)
    people = cast(2 * (1 + GROUP))
    rows: list[Row] = []
    shares: Mapping[str, float] = {}
    if "ingest" in parts:
        rows, shares = _ingest(people, rounds)
    if "record" in parts:
        rows = [*_recording(people, rounds, changes), *rows]
    if "seal" in parts:
        rows = [*rows, *_sealing(people, rounds)]
    return Report("audit", "a second", rows, suffixes=SUFFIXES, extra=shares)


def _recording(people: Cast, rounds: int, changes: int) -> list[Row]:
    from clinicity.audit.models import AuditEvent  # noqa: PLC0415  Django is open by now

    before = AuditEvent.objects.filter(act="bench.change").count()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        ways = {
            "none_record": _changing(pool, people, changes, lambda *_: None),
            f"{OURS}_record": _changing(pool, people, changes, _ours),
            "inline_chain_record": _changing(pool, people, changes, _inline),
        }
        report = measured("audit", "transactions/s", ways, rounds)
    recorded = AuditEvent.objects.filter(act="bench.change").count() - before
    _demand_equal("recorded", recorded, (rounds + 1) * CONNECTIONS * changes)
    with owner() as connection:
        chained = connection.execute("SELECT count(*) FROM bench_chain").fetchone()
    _demand_equal("chained", chained[0] if chained else 0, recorded)
    return list(report.rows)


Record = Callable[[Any, UUID, int], object]


def _changing(
    pool: ThreadPoolExecutor, people: Cast, changes: int, record: Record
) -> Callable[[int], int]:
    """Small changes of every connection, each in a transaction with its record."""
    from django.db import connection, transaction  # noqa: PLC0415

    def work(number: int) -> int:
        patient_id = people.patients[number]
        for value in range(changes):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(CHANGE, [patient_id, value])
                record(people.actor, patient_id, value)
        return changes

    return lambda number: sum(pool.map(work, range(CONNECTIONS)))


def _ours(actor: Any, patient_id: UUID, value: int) -> None:
    from clinicity.audit import services as audit  # noqa: PLC0415

    audit.record(
        by=actor, act="bench.change", subject="bench", patient_id=patient_id, value=value
    )


def _inline(actor: Any, patient_id: UUID, value: int) -> None:
    """The peer: the chain's head is taken by each transaction until it commits."""
    import msgspec  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    event = msgspec.json.encode(
        {"actor": actor.id, "act": "bench.change", "patient": patient_id, "value": value}
    )
    with connection.cursor() as cursor:
        cursor.execute(HEAD)
        (head,) = cursor.fetchone()
        digest = hashlib.sha256(bytes(head) + event).digest()
        cursor.execute(LINK, [event.decode(), digest])
        cursor.execute(MOVE, [digest])


def _sealing(people: Cast, rounds: int) -> list[Row]:
    from clinicity.audit import sealing, verifying  # noqa: PLC0415

    sealing.seal()
    made = 20_000
    figures: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], int]) -> None:
        began = time.perf_counter()
        count = work()
        figures.setdefault(name, []).append(count / (time.perf_counter() - began))

    for number in range(rounds + 1):
        _events_make(people, made)
        ways: list[tuple[str, Callable[[], int]]] = [
            (f"{OURS}_seal", sealing.seal),
            ("copy_seal", lambda: _copied(made)),
            (f"{OURS}_verify", lambda: _verified(verifying)),
            ("sha256_verify", _hashed),
        ]
        # What is proved has to be sealed first; the others follow in turn.
        for name, work in [ways[0], *(ways[1:] if number % 2 else ways[:0:-1])]:
            timed(name, work)
    return [row_of(name, each[1:]) for name, each in figures.items()]


def _events_make(people: Cast, count: int) -> None:
    from django.db import connection  # noqa: PLC0415

    from clinicity.audit import services as audit  # noqa: PLC0415

    entry = audit.Entry(people.actor, "bench.event", "bench", patient_id=people.patients[0])
    with connection.cursor() as cursor:
        audit.record_many(cursor.execute, [entry] * count)


def _copied(count: int) -> int:
    """The rows out and as many seals in, without a hash: what sealing can't be faster than."""
    with owner() as connection:
        connection.execute("TRUNCATE bench_seal")
        with connection.cursor().copy(EVENTS.format(count)) as out:
            ids = [bytes(row[:36]) for row in out]
        nothing = b"00" * 32
        lines = [b"%d\t%b\t\\\\x%b\t2\n" % (n, id, nothing) for n, id in enumerate(ids)]
        with connection.cursor().copy("COPY bench_seal FROM STDIN") as into:
            into.write(b"".join(lines))
    return len(ids)


def _verified(verifying: Any) -> int:
    verdict = verifying.verify()
    if not verdict.is_whole:
        raise AssertionError(verdict.fault)
    return int(verdict.sealed)


def _hashed() -> int:
    """Reading every sealed event by COPY and hashing it, compared with nothing."""
    from clinicity.audit.copying import lines, sealer  # noqa: PLC0415
    from clinicity.audit.verifying import SEALED  # noqa: PLC0415

    count, digest = 0, b""
    with sealer() as cursor, closing(lines(cursor, SEALED.format(after=0))) as rows:
        for row in rows:
            digest, count = hashlib.sha256(digest + row).digest(), count + 1
    return count


def _ingest(people: Cast, rounds: int) -> tuple[list[Row], Mapping[str, float]]:
    """Ways that differ in the audit event alone, in short turns beside each other."""
    loads = {name: Load(people, number) for number, name in enumerate((OURS, "unaudited"))}
    figures: dict[str, list[float]] = {}
    shares: dict[str, list[float]] = {"_batch": [], "_group": []}
    for number in range(rounds + 1):
        for kind in shares:
            turns = [_turn(loads, kind, number + turn) for turn in range(TURNS)]
            if number:
                shares[kind] += [1 - each["unaudited"] / each[OURS] for each in turns]
                for name, load in loads.items():
                    seconds = sum(each[name] for each in turns)
                    figures.setdefault(name + kind, []).append(load.last * TURNS / seconds)
    for load in loads.values():
        load.demand_held()
    rows = [row_of(name, each) for name, each in figures.items()]
    return rows, {f"audit_share{kind}": round(median(each), 4) for kind, each in shares.items()}


def _turn(loads: Mapping[str, Load], kind: str, number: int) -> dict[str, float]:
    """Seconds of each way; who is first changes from turn to turn."""
    spent = {}
    for name in list(loads) if number % 2 else list(loads)[::-1]:
        with _audited(wanted=name == OURS):
            began = time.perf_counter()
            loads[name].store(kind)
            spent[name] = time.perf_counter() - began
    return spent


@contextmanager
def _audited(*, wanted: bool) -> Iterator[None]:
    """The ingestion service as it is, or with its one call of the trail taken out."""
    from clinicity.audit import services as audit  # noqa: PLC0415

    kept = audit.record_many
    if not wanted:
        audit.record_many = lambda ask, entries: None
    try:
        yield
    finally:
        audit.record_many = kept


class Load:
    """One way's own patients, all of whom belong to one clinician, and what it stored."""

    def __init__(self, people: Cast, number: int) -> None:
        own = people.patients[number * (1 + GROUP) : (number + 1) * (1 + GROUP)]
        first = number * (1 + GROUP)
        self.people = Cast(people.actor, people.token, own, range(first, first + len(own)))
        self.counts = [0] * len(own)
        # Samples of the last turn.
        self.last = 0

    def store(self, kind: str) -> None:
        self.last = self._batches() if kind == "_batch" else self._groups()

    def _batches(self) -> int:
        for _ in range(BATCHES):
            self._deposit([0], BATCH)
        return BATCHES * BATCH

    def _groups(self) -> int:
        for _ in range(GROUPS):
            self._deposit(range(1, 1 + GROUP), 1)
        return GROUPS * GROUP

    def _deposit(self, places: Sequence[int], count: int) -> None:
        from django.db import connection, transaction  # noqa: PLC0415

        from biometrics.services.readings import deposits_store, patient_lock  # noqa: PLC0415
        from biometrics.services.storing import Deposit  # noqa: PLC0415
        from clinicity.accounts.acting import act  # noqa: PLC0415
        from clinicity.common.actors import DOOR  # noqa: PLC0415

        deposits = []
        for place in places:
            part = minutes(self.people.persons[place], self.counts[place], count)
            self.counts[place] += count
            deposits.append(
                Deposit(
                    by=self.people.actor, patient_id=self.people.patients[place],
                    lanes={(None, METRIC): part}, source="benchmark",
                )
            )  # fmt: skip
        # As the door does: one transaction for all of them, acting for just these.
        ids = [each.patient_id for each in deposits]
        with transaction.atomic(), connection.cursor() as cursor:
            act(cursor.execute, DOOR.id, ids)
            for id in sorted(ids):
                patient_lock(id)
            deposits_store(deposits)

    def demand_held(self) -> None:
        demand_ours(self.people, self.counts)


def _demand_equal(what: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise AssertionError(f"{found} {what}, not {wanted}.")


if __name__ == "__main__":
    main()
