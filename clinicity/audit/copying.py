"""Events as COPY writes them: the fastest way out of PostgreSQL, and what is hashed."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

from clinicity.audit import chain

SELECT = ", ".join(f"e.{column}" for column in chain.COLUMNS)
# A line looks the same whatever the server's own settings are.
PLAIN = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'"


@contextmanager
def sealer() -> Iterator[Any]:
    """A cursor of the sealing role, in a transaction of its own."""
    with transaction.atomic(using="sealer"), connections["sealer"].cursor() as cursor:
        cursor.execute(PLAIN)
        yield cursor


def lines(cursor: Any, select: str) -> Generator[bytes, None, None]:
    """Each row as its line, without the end."""
    with cursor.copy(f"COPY ({select}) TO STDOUT") as copy:
        for row in copy:
            yield bytes(row[:-1])
