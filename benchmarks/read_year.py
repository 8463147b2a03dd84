"""A year of minutes (525,600 samples) read as arrays, and as 1,000 points of a chart.

Milliseconds: a ratio below 1 means that we are faster. `clinicity` checks access, decrypts
and writes an audit event; the others only read. `postgres_rows` is a table of one row per
sample, whose binary arrays go straight into numpy; `duckdb` a table in its file; `parquet` a
file of one patient, read by pyarrow. PostgreSQL's and DuckDB's hold three patients, whose
days arrived in turn. `_series` thins the arrays to 1,000 points with MinMaxLTTB;
`clinicity_series_http` asks the API for the same over HTTP.
"""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Connection
from tsdownsample import MinMaxLTTBDownsampler

from benchmarks.minutes import METRIC, YEAR, minutes
from benchmarks.place import (
    DOOR,
    END,
    START,
    Cast,
    cast,
    opened,
    owner,
    rows_add,
    served,
    tables_make,
)
from benchmarks.rounds import OURS, Report, options, row_of, tell
from tests.faults.house import House

ROUNDS, PATIENTS, POINTS, BATCH = 11, 3, 1000, 4380
TABLE, SERIES = "rows", "_series"
PATH = "/api/v1/biometrics/series"
QUERY = f"""
SELECT array_agg(timestamp ORDER BY timestamp), array_agg(value ORDER BY timestamp)
FROM {TABLE} WHERE patient_id = %s AND data_type = '{METRIC}'
"""  # noqa: S608  constants only
Y2000_MS = 946_684_800_000  # PostgreSQL counts microseconds from here
# A binary array: a head of 20 bytes, then each element behind its length.
HEAD = 20
TIMES, VALUES = np.dtype([("n", ">i4"), ("v", ">i8")]), np.dtype([("n", ">i4"), ("v", ">f8")])
DUCK = "SELECT t, v FROM readings WHERE person = 0 ORDER BY t"


@dataclass(frozen=True)
class Arrays:
    times_ms: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]


Reader = Callable[[], Arrays]


def main() -> None:
    given = options(__doc__ or "", rounds=ROUNDS)
    with opened("read-year") as place:
        people = cast(PATIENTS)
        with _readers(place, people) as readers:
            thinned = {f"{name}{SERIES}": _thinned(each) for name, each in readers.items()}
            thinned[OURS + SERIES] = _our_series(people)
            thinned[f"{OURS}{SERIES}_http"] = _http_series(place, people)
            _demand_equal(readers, thinned)
            report = _timed({**readers, **thinned}, given.rounds)
    tell(report, as_json=given.json)


def _timed(readers: Mapping[str, Reader], rounds: int) -> Report:
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, reader in readers.items():
            began = time.perf_counter()
            reader()
            times[name].append((time.perf_counter() - began) * 1000)
    rows = [row_of(name, each) for name, each in times.items()]
    return Report("read_year", "ms", rows, suffixes=[SERIES], less_is_better=True)


@contextmanager
def _readers(place: House, people: Cast) -> Iterator[dict[str, Reader]]:
    """Fill each store, then open it."""
    folder = place.folder.root
    tables_make([TABLE])
    duck = duckdb.connect(str(folder / "year.duckdb"))
    duck.execute("CREATE TABLE readings (person INTEGER, t BIGINT, v DOUBLE)")
    _fill(people, duck)
    _parquet_write(folder / "year.parquet")
    with owner() as rows:
        rows.execute(f"VACUUM ANALYZE {TABLE}")
        yield {
            OURS: lambda: _ours(people),
            "postgres_rows": lambda: _rows(rows, people),
            "duckdb": lambda: Arrays(*duck.execute(DUCK).fetchnumpy().values()),
            "parquet": lambda: _parquet_read(folder / "year.parquet"),
        }
    duck.close()
    for name in ("year.duckdb", "year.parquet"):
        (folder / name).unlink()


def _fill(people: Cast, duck: duckdb.DuckDBPyConnection) -> None:
    from biometrics.services import columns_store  # noqa: PLC0415  Django is open by now

    for first in range(0, YEAR, BATCH):
        for person, patient_id in enumerate(people.patients):
            part = minutes(person, first, BATCH)
            columns_store(
                by=people.actor, patient_id=patient_id, columns={METRIC: part}, source="year"
            )
            rows_add(TABLE, patient_id, METRIC, part)
            batch = pa.table({"t": part.start_ms, "v": part.value})
            duck.register("batch", batch)
            duck.execute("INSERT INTO readings SELECT ?, t, v FROM batch", [person])


def _parquet_write(path: Path) -> None:
    year = minutes(0, 0, YEAR)
    pq.write_table(pa.table({"t": year.start_ms, "v": year.value}), path)


def _parquet_read(path: Path) -> Arrays:
    table = pq.read_table(path)
    return Arrays(table["t"].to_numpy(), table["v"].to_numpy())


def _ours(people: Cast) -> Arrays:
    from biometrics import selectors  # noqa: PLC0415

    found = selectors.readings_array(people.actor, people.patients[0], METRIC, START, END)
    return Arrays(found.times_ms, found.values)


def _rows(connection: Connection, people: Cast) -> Arrays:
    """Arrays made by the server and laid over by numpy: no Python object for a sample.

    Rows fetched one by one, and COPY out, took longer with psycopg.
    """
    found = connection.execute(QUERY, [people.patients[0]], binary=True).pgresult
    assert found is not None  # noqa: S101  narrows the type
    times, values = (found.get_value(0, column) or b"" for column in (0, 1))
    micros = np.frombuffer(times, dtype=TIMES, offset=HEAD)["v"].astype(np.int64)
    held = np.frombuffer(values, dtype=VALUES, offset=HEAD)["v"]
    return Arrays(micros // 1000 + Y2000_MS, held.astype(np.float64))


def _thinned(reader: Reader) -> Reader:
    thinner = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]

    def read() -> Arrays:
        found = reader()
        chosen = thinner.downsample(found.times_ms, found.values, n_out=POINTS)
        chosen = chosen.astype(np.int64)
        return Arrays(found.times_ms[chosen], found.values[chosen])

    return read


def _our_series(people: Cast) -> Reader:
    from biometrics.selectors.windows import Look, window  # noqa: PLC0415

    def read() -> Arrays:
        look = Look(points=POINTS)
        found = window(people.actor, people.patients[0], METRIC, START, END, look)
        return Arrays(np.array(found.times_ms), np.array(found.values, dtype=np.float64))

    return read


def _http_series(place: House, people: Cast) -> Reader:
    line = http.client.HTTPConnection("127.0.0.1", served(place, DOOR), timeout=60)
    query = {
        "patient_id": people.patients[0], "metric": METRIC, "points": POINTS,
        "start": START.isoformat(), "end": END.isoformat(),
    }  # fmt: skip
    path, headers = f"{PATH}?{urlencode(query)}", {"Authorization": f"Bearer {people.token}"}

    def read() -> Arrays:
        line.request("GET", path, headers=headers)
        answer = json.loads(line.getresponse().read())
        return Arrays(np.array(answer["t"]), np.array(answer["v"], dtype=np.float64))

    return read


def _demand_equal(readers: Mapping[str, Reader], thinned: Mapping[str, Reader]) -> None:
    """All must read the very same year, and draw the very same points."""
    year = minutes(0, 0, YEAR)
    points = thinned[OURS + SERIES]()
    wanted = dict.fromkeys(readers, Arrays(year.start_ms, year.value))
    for name, reader in {**readers, **thinned}.items():
        found, due = reader(), wanted.get(name, points)
        same = np.array_equal(found.times_ms, due.times_ms)
        if not same or not np.array_equal(found.values, due.values):
            raise AssertionError(f"{name} reads {len(found.values)} other samples.")


if __name__ == "__main__":
    main()
