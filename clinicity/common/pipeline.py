"""Several statements in one round trip, with arrays for many rows at once.

Django sends one statement, waits, sends the next: at thousands of small writes a second
that waiting is most of the time. `pipelined()` is psycopg's pipeline mode on Django's own
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
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from psycopg import Cursor

Ask = Callable[[str, Sequence[Any]], "Cursor[Any]"]


@contextmanager
def pipelined() -> Iterator[Ask]:
    """Queue statements; errors are raised as Django's own when the block ends."""
    connection.ensure_connection()
    raw = connection.connection
    raw.prepare_threshold = 1 if settings.DATABASE_PREPARES else None

    def ask(statement: str, values: Sequence[Any]) -> "Cursor[Any]":
        # Not Django's own, which writes the values into the statement's text.
        cursor: Cursor[Any] = Cursor(raw)
        return cursor.execute(statement, values, binary=True)

    try:
        with connection.wrap_database_errors, raw.pipeline():
            yield ask
    finally:
        raw.prepare_threshold = None


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
