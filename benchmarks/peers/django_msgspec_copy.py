"""Django's plain views at their fastest: typed msgspec structs, psycopg binary COPY.

COPY goes straight into the table; where a sample is there already, it is done again through
a temporary table. One event is one INSERT.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import django
import jwt
import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg_pool import ConnectionPool

from benchmarks.peers import POOL

KEY = os.environ["JWT_SECRET_KEY"]
TABLE = "django_msgspec_copy"
TYPES = ["uuid", "text", "timestamptz", "float8"]
INSERT = f"INSERT INTO {TABLE} VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"  # noqa: S608  constants only
STAGE = f"CREATE TEMPORARY TABLE stage (LIKE {TABLE}) ON COMMIT DROP"
MERGE = f"INSERT INTO {TABLE} SELECT * FROM stage ON CONFLICT DO NOTHING"  # noqa: S608  constants only

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"], DATABASES={}, DATA_UPLOAD_MAX_MEMORY_SIZE=32 * 1024**2,
    ROOT_URLCONF=__name__, SECRET_KEY=KEY, USE_TZ=True,
)  # fmt: skip
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402

Row = tuple[UUID, str, datetime, float]
pool = ConnectionPool(
    os.environ["DATABASE_OWNER_URL"], min_size=4, max_size=POOL, open=True,
    kwargs={"autocommit": True},  # one statement is one transaction, in one round trip
)  # fmt: skip


class Data(msgspec.Struct):
    bpm: float


class Event(msgspec.Struct, kw_only=True):
    data_type: str
    timestamp: datetime
    data: Data


class Single(Event):
    patient_id: UUID


class Batch(msgspec.Struct):
    patient_id: UUID
    events: list[Event]


batches, singles = msgspec.json.Decoder(Batch), msgspec.json.Decoder(Single)


def batch(request: HttpRequest) -> HttpResponse:
    return _answered(request, _batch)


def event(request: HttpRequest) -> HttpResponse:
    return _answered(request, _event)


def _answered(request: HttpRequest, store: Callable[[bytes], int]) -> HttpResponse:
    try:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        jwt.decode(token, KEY, algorithms=["HS256"])
        accepted = store(request.body)
    except jwt.InvalidTokenError:
        return HttpResponse(status=401)
    except msgspec.DecodeError:
        return HttpResponse(status=400)
    return HttpResponse(b'{"accepted":%d}' % accepted, "application/json", status=201)


def _batch(body: bytes) -> int:
    found = batches.decode(body)
    rows = [(found.patient_id, e.data_type, e.timestamp, e.data.bpm) for e in found.events]
    with pool.connection() as connection:
        try:
            _copy(connection, TABLE, rows)
        except UniqueViolation:
            with connection.transaction():
                connection.execute(STAGE)
                _copy(connection, "stage", rows)
                connection.execute(MERGE)
    return len(rows)


def _event(body: bytes) -> int:
    found = singles.decode(body)
    row = (found.patient_id, found.data_type, found.timestamp, found.data.bpm)
    with pool.connection() as connection:
        connection.execute(INSERT, row)
    return 1


def _copy(connection: Connection, table: str, rows: Sequence[Row]) -> None:
    statement = f"COPY {table} FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(TYPES)
        for row in rows:
            copy.write_row(row)


urlpatterns = [path("batch", batch), path("event", event)]
application = get_wsgi_application()
