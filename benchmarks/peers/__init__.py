"""What other communities would write for the same job, one small app each.

Each checks the same JWT for each request, keeps one row per sample under a unique
identity, and answers 201 after its commit: `POST /batch` and `POST /event`. Each runs in
one uvicorn process (uvloop, httptools). The Django ones run as WSGI in its ten threads:
that was twice (DRF) and five times (plain views) as fast for single events as ASGI, which
starts a thread for each request; for batches no difference stood out of the noise.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class App:
    """Where uvicorn finds an app, and which interface it speaks."""

    place: str
    interface: str = "asgi3"


APPS = {
    "drf_bulk": App("benchmarks.peers.drf_bulk:application", "wsgi"),
    "fastapi_sqlalchemy_orm": App("benchmarks.peers.fastapi_sqlalchemy_orm:app"),
    "fastapi_sqlalchemy_core": App("benchmarks.peers.fastapi_sqlalchemy_core:app"),
    "django_msgspec_copy": App("benchmarks.peers.django_msgspec_copy:application", "wsgi"),
}
# psql from binary files, and from text as is its default.
PSQL, PSQL_TEXT = "psql_copy", "psql_copy_text"
BARE, BARE_APP = "bare_http", App("benchmarks.peers.bare_http:application")
# Connections that a peer's pool may open: one for each client of ingest_small.
POOL = 32
