"""Bytes that a sample takes on disk: tables with their indexes and TOAST.

`clinicity` is ledger and segments: every sample is kept in both, compressed and encrypted,
from batches of 5,000 minutes. `rows` is a row for each of the same samples, as narrow as it
can be, its identity being its key. Both are measured after VACUUM FULL, and as normal work
left them (`_worked`). Apart: rollups and latest values (`clinicity_rollups`), events sent
one by one (`_singles`), and the real minute activity of the Depresjon data (`_depresjon`)
where CLINICITY_DATA_DIR has it.

`timescaledb_published` is cited, not measured: `rows` less the 98 % that TimescaleDB's
documentation names as the most that its columnstore saves ("typically reducing storage by
90–98%", tigerdata.com/docs/build/how-to/basic-compression).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.minutes import METRIC, minutes
from benchmarks.place import (
    Cast,
    cast,
    demand_ours,
    demand_rows,
    demand_same_as_rows,
    opened,
    owner,
    rows_add,
    tables_make,
)
from benchmarks.rounds import OURS, Report, options, row_of, tell
from biometrics.features.columns import Columns
from biometrics.importers.actigraphy import actigraphy_columns, actigraphy_recordings

BATCH, BATCHES, PATIENTS, ROUNDS = 5000, 10, 4, 3
SINGLES = 100  # of each patient, after the batches
RECORDINGS = 4  # of Depresjon in a round
TIMESCALEDB_SAVES = 0.98
ACTIVITY, TABLE, ROLLUPS = "activity", "rows", f"{OURS}_rollups"
SUFFIXES = ("_worked", "_depresjon", "_singles")
Part = tuple[UUID, str, Columns]
Figures = dict[str, list[float]]
SIZES = """
SELECT relname, pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND (relname LIKE 'biometrics\\_%' OR relname = 'rows')
"""


def main() -> None:
    given = options(__doc__ or "", rounds=ROUNDS)
    with opened("storage"):
        report = _report(given.rounds)
    tell(report, as_json=given.json)


def _report(rounds: int) -> Report:
    recordings = _recordings(rounds * RECORDINGS)
    people = cast(rounds * PATIENTS + len(recordings))
    tables_make([TABLE])
    figures: Figures = defaultdict(list)
    for number in range(rounds):
        persons = range(number * PATIENTS, (number + 1) * PATIENTS)
        _measure(figures, people, "", list(_batches(people, persons)))
        _measure(figures, people, "_singles", list(_singles(people, persons)))
        real = range(number * RECORDINGS, (number + 1) * RECORDINGS)
        taken = people.patients[rounds * PATIENTS :]
        parts = [(taken[n], ACTIVITY, recordings[n]) for n in real if n < len(recordings)]
        if parts:
            _measure(figures, people, "_depresjon", parts)
    _demand_equal(people, rounds * PATIENTS)
    rows = [row_of(name, each) for name, each in figures.items()]
    published = [each * (1 - TIMESCALEDB_SAVES) for each in figures[TABLE]]
    ours = next(row.median for row in rows if row.name == OURS)
    return Report(
        "storage", "bytes/sample", [*rows, row_of("timescaledb_published", published)],
        suffixes=SUFFIXES, less_is_better=True, extra={"bytes_per_sample": ours},
    )  # fmt: skip


def _measure(figures: Figures, people: Cast, kind: str, parts: Sequence[Part]) -> None:
    """Store the parts both ways; what that added on disk, before and after VACUUM FULL."""
    held = _sizes()
    for patient_id, metric, columns in parts:
        _store(people, patient_id, metric, columns)
        rows_add(TABLE, patient_id, metric, columns)
    worked = _sizes()
    _compact()
    compact = _sizes()
    samples = sum(len(columns) for _, _, columns in parts)
    for name, now in compact.items():
        if not kind or name != ROLLUPS:
            figures[name + kind].append((now - held[name]) / samples)
        if not kind and name != ROLLUPS:
            figures[f"{name}_worked"].append((worked[name] - held[name]) / samples)


def _store(people: Cast, patient_id: UUID, metric: str, columns: Columns) -> None:
    from biometrics.services import columns_store  # noqa: PLC0415  Django is open by now

    for first in range(0, len(columns), BATCH):
        part = columns.take(np.arange(first, min(first + BATCH, len(columns))))
        columns_store(
            by=people.actor, patient_id=patient_id, columns={metric: part}, source="benchmark"
        )


def _batches(people: Cast, persons: Sequence[int]) -> Iterator[Part]:
    for number in range(BATCHES):
        for person in persons:
            columns = minutes(person, number * BATCH, BATCH)
            yield people.patients[person], METRIC, columns


def _singles(people: Cast, persons: Sequence[int]) -> Iterator[Part]:
    for number in range(SINGLES):
        for person in persons:
            columns = minutes(person, BATCHES * BATCH + number, 1)
            yield people.patients[person], METRIC, columns


def _recordings(most: int) -> list[Columns]:
    """Real minutes, where they can be had; each recording is one person's."""
    from django.conf import settings  # noqa: PLC0415

    folder = Path(settings.CLINICITY_DATA_DIR) / "depresjon"
    if not folder.is_dir():
        return []
    found = actigraphy_recordings(folder)[:most]
    return [actigraphy_columns(each.path, ZoneInfo("Europe/Oslo")) for each in found]


def _sizes() -> dict[str, int]:
    """Bytes of ledger and segments, of what summarises them, and of the rows."""
    sizes = {OURS: 0, ROLLUPS: 0, TABLE: 0}
    with owner() as connection:
        for name, size in connection.execute(SIZES).fetchall():
            summary = "rollup" in name or "latest" in name
            sizes[TABLE if name == TABLE else ROLLUPS if summary else OURS] += size
    return sizes


def _compact() -> None:
    with owner() as connection:
        for name, _ in connection.execute(SIZES).fetchall():
            connection.execute(f"VACUUM (FULL, ANALYZE) {name}")


def _demand_equal(people: Cast, simulated: int) -> None:
    counts = [BATCHES * BATCH + SINGLES] * simulated
    minutes_of = Cast(people.actor, people.token, people.patients[:simulated])
    demand_ours(minutes_of, counts)
    demand_rows(TABLE, minutes_of, counts)
    for patient_id in people.patients[simulated:]:
        demand_same_as_rows(TABLE, people.actor, patient_id, ACTIVITY)


if __name__ == "__main__":
    main()
