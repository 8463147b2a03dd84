"""Several statements in one round trip, with arrays for many rows at once.

Django sends one statement, waits, sends the next: at thousands of small writes a second
that waiting is most of the time. `pipelined()` is libpq's pipeline mode on Django's own
connection, inside its transaction; `ask` queues a statement, and its rows can be fetched
once the block has ended.

    with pipelined() as ask:
        patients = ask(PATIENTS, [ids([...])])
        ask(INSERT, [...])
    rows = patients.fetchall()

Arrays go as PostgreSQL's array literals: joining texts is several times as fast as the
driver's own way through each element. A statement casts them: `unnest(%s::uuid[])`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection
from psycopg import Connection, errors, generators, pq
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer

BINARY = pq.Format.BINARY
# Statements that a connection has prepared: their names by text and types.
Prepared = dict[tuple[bytes, Sequence[int]], bytes]
_prepared: WeakKeyDictionary[Connection[Any], Prepared] = WeakKeyDictionary()
_numbers = count(1)


class Rows:
    """What one statement gives; there to be fetched when its pipeline has ended."""

    def __init__(self) -> None:
        self._found: list[Any] | None = None

    def fetchall(self) -> list[Any]:
        if self._found is None:
            raise RuntimeError("These rows were asked for in a pipeline that hasn't ended.")
        return self._found

    def come(self, raw: Connection[Any], result: pq.abc.PGresult) -> None:
        reader = Transformer(raw)
        reader.set_pgresult(result, format=BINARY)
        self._found = reader.load_rows(0, result.ntuples, tuple)


class _Asked(NamedTuple):
    statement: bytes
    values: Sequence[Any]
    rows: Rows


Ask = Callable[[str, Sequence[Any]], Rows]


@contextmanager
def pipelined() -> Iterator[Ask]:
    """Queue statements; errors are raised as Django's own when the block ends."""
    asked: list[_Asked] = []

    def ask(statement: str, values: Sequence[Any]) -> Rows:
        asked.append(_Asked(_numbered(statement), values, Rows()))
        return asked[-1].rows

    yield ask
    if asked:
        connection.ensure_connection()
        with connection.wrap_database_errors:
            _exchange(connection.connection, asked)


@contextmanager
def together(first: Callable[[Ask], object] = lambda _: None) -> Iterator[Ask]:
    """Writes of several tables as one statement: `WITH a AS (INSERT …), b AS (INSERT …) …`.

    They see the database as it was before all of them, and give no rows. `first` is
    asked before, in the same round trip.
    """
    statements: list[str] = []
    values: list[Any] = []

    def tell(statement: str, given: Sequence[Any]) -> Any:
        statements.append(f"w{len(statements)} AS ({statement})")
        values.extend(given)

    with pipelined() as ask:
        first(ask)
        yield tell
        if statements:
            ask(f"WITH {', '.join(statements)} SELECT", values)


def _exchange(raw: Connection[Any], asked: Sequence[_Asked]) -> None:
    """Send everything, then read the answers: the thread waits once, not at each statement.

    psycopg's own pipeline asks the socket, and lets other threads run, at every one.
    """
    server = raw.pgconn
    with raw.lock:
        server.enter_pipeline_mode()
        try:
            told = raw.wait(_answers(raw, asked))
        finally:
            if server.status == pq.ConnStatus.OK:
                server.exit_pipeline_mode()
    for _, result in told:
        if result.status == pq.ExecStatus.FATAL_ERROR:
            _prepared.pop(raw, None)  # what stood behind it was not prepared
            raise errors.error_from_result(result, encoding=raw.info.encoding)
    for rows, result in told:
        if rows:
            rows.come(raw, result)


def _answers(
    raw: Connection[Any], asked: Sequence[_Asked]
) -> PQGen[list[tuple[Rows | None, pq.abc.PGresult]]]:
    """Everything is sent; then the result of each, with the rows that wait for it."""
    waiting: list[Rows | None] = [*_begin(raw)]
    for each in asked:
        waiting += _send(raw, each)
    raw.pgconn.pipeline_sync()
    yield from generators.send(raw.pgconn)
    told = []
    for rows in [*waiting, None]:
        (result,) = yield from generators.fetch_many(raw.pgconn)
        told.append((rows, result))
    return told


def _begin(raw: Connection[Any]) -> list[None]:
    """Open the transaction, where Django is in one that nobody has used yet."""
    if raw.autocommit or raw.pgconn.transaction_status != pq.TransactionStatus.IDLE:
        return []
    raw.pgconn.send_query_params(b"BEGIN", None)
    return [None]


def _send(raw: Connection[Any], asked: _Asked) -> list[Rows | None]:
    """Queue a statement; returns what waits for its results."""
    server, dumper = raw.pgconn, Transformer(raw)
    values = dumper.dump_sequence(asked.values, [PyFormat.AUTO] * len(asked.values))
    types, formats = dumper.types or (), dumper.formats
    if not settings.DATABASE_PREPARES:
        server.send_query_params(asked.statement, values, types, formats, BINARY)
        return [asked.rows]
    known = _prepared.setdefault(raw, {})
    name, waiting = known.get((asked.statement, types)), list[Rows | None]()
    if name is None:
        known[asked.statement, types] = name = f"pipelined_{next(_numbers)}".encode()
        server.send_prepare(name, asked.statement, types)
        waiting.append(None)
    server.send_query_prepared(name, values, formats, BINARY)
    return [*waiting, asked.rows]


@lru_cache(maxsize=500)
def _numbered(statement: str) -> bytes:
    """`%s` as PostgreSQL's own `$1`, `$2` …"""
    first, *others = statement.split("%s")
    return "".join([first, *(f"${n}{part}" for n, part in enumerate(others, 1))]).encode()


def ids(values: Iterable[UUID | None]) -> str:
    """uuid[], with NULL for none."""
    return "{" + ",".join(["NULL" if id is None else id.hex for id in values]) + "}"


def numbers(values: Iterable[int | float | None]) -> str:
    """int8[] or float8[], exactly, with NULL for none."""
    return "{" + ",".join(["NULL" if each is None else repr(each) for each in values]) + "}"


def texts(values: Iterable[str | None]) -> str:
    """text[], whatever the texts hold, with NULL for none."""
    return "{" + ",".join([_quoted(each) for each in values]) + "}"


def blobs(values: Iterable[bytes]) -> str:
    """bytea[]."""
    return "{" + ",".join([f'"\\\\x{each.hex()}"' for each in values]) + "}"


def _quoted(text: str | None) -> str:
    if text is None:
        return "NULL"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
