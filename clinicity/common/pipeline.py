"""Several statements in one round trip, with arrays for many rows at once.

Django sends one statement, waits, sends the next: at thousands of small writes a second
that waiting is most of the time. `pipelined()` is psycopg's pipeline mode on Django's own
connection, inside its transaction; `ask` queues a statement, and its rows can be fetched
once the block has ended.

    with pipelined() as ask:
        patients = ask(PATIENTS, [ids])
        ask(INSERT, [...])
    rows = patients.fetchall()
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from psycopg import Cursor
from psycopg.types.numeric import Int8

# Stands for NULL in an array of ids, which can't be sent as nothing but NULLs.
NIL = UUID(int=0)
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


def int8s(numbers: Iterable[int]) -> list[Int8]:
    """Whole numbers as bigint[], whatever their size: one plan serves all."""
    return list(map(Int8, numbers))


def ids(values: Iterable[UUID | None]) -> list[UUID]:
    """Ids with NIL for none; the statement says `nullif(…, clinicity_nil())`."""
    return [value or NIL for value in values]
