"""Every column of every table, Django's and the libraries' as well, read as the owner."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connections, transaction

from clinicity.privacy.resealing import OWNER, tables
from clinicity.workbench.phi_audit.shapes import Finding, Reader, Text

READABLE = ("text", "character varying", "character", "json", "jsonb", "ARRAY", "xml", "name")
COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
ORDER BY c.table_name, c.ordinal_position
"""
KEY = """
SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
    AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = %s::regclass AND i.indisprimary
"""
# Sealed values begin with their version: see keyring.py.
# Nothing says nothing: an erasure leaves empty columns.
UNSEALED_TEXT = "{column} <> '' AND left({column}, 2) !~ '^A[Q-Zabcdefghijklmnopqrstuv]$'"
UNSEALED_BYTES = "{column} IS NOT NULL AND get_byte({column} || '\\x00', 0) NOT IN (1, 2)"
AT_ONCE = 2000


@dataclass(frozen=True)
class Table:
    name: str
    key: str
    columns: Sequence[str]


def database() -> Reader:
    protected = {
        (table.model._meta.db_table, str(field.column))
        for table in tables()
        for field in table.fields
    }
    for table in _tables(protected):
        yield from _texts(table)
    yield from _sessions()
    yield from _unsealed()


def _tables(protected: set[tuple[str, str]]) -> Iterator[Table]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(COLUMNS)
        rows = cursor.fetchall()
        for name in dict.fromkeys(table for table, _, _ in rows):
            cursor.execute(KEY, [f'"{name}"'])
            key = [column for (column,) in cursor.fetchall()]
            columns = [
                column for table, column, kind in rows
                if table == name and kind in READABLE and (name, column) not in protected
                and (name, column) != ("django_session", "session_data")
            ]  # fmt: skip
            if columns:
                yield Table(name, key[0] if key else columns[0], columns)


def _texts(table: Table) -> Iterator[Text]:
    listed = ", ".join(f'"{column}"::text' for column in table.columns)
    query = f'SELECT "{table.key}"::text, {listed} FROM "{table.name}"'  # noqa: S608  names of the catalogue
    # A cursor of the server's: a table may be larger than memory.
    with transaction.atomic(using=OWNER):
        connection = connections[OWNER]
        connection.ensure_connection()
        with connection.connection.cursor(name="phi_audit") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(query)
            for key, *values in cursor:
                for column, value in zip(table.columns, values, strict=True):
                    if value:
                        yield Text(table.name, column, str(key), value)


def _sessions() -> Iterator[Text]:
    """Sessions are packed: they are read as the web server reads them."""
    for session in Session.objects.using(OWNER).iterator():
        data: Any = session.get_decoded()
        row = f"…{session.session_key[-4:]}"
        yield Text("django_session", "session_data", row, json.dumps(data, default=str))


def _unsealed() -> Iterator[Finding]:
    """What stands in a protected column and is not sealed, whatever it says."""
    kinds = {(name, column): kind for name, column, kind in _rows(COLUMNS)}
    for table in tables():
        name, key = table.model._meta.db_table, table.model._meta.pk.column
        for field in table.fields:
            bare = UNSEALED_BYTES if kinds[name, field.column] == "bytea" else UNSEALED_TEXT
            where = bare.format(column=f'"{field.column}"')
            query = f'SELECT "{key}"::text FROM "{name}" WHERE {where} LIMIT 100'  # noqa: S608  names of models
            for (row,) in _rows(query):
                yield Finding(
                    "database", name, str(field.column), row, "unsealed", "not encrypted"
                )


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
