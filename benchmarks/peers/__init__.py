"""What other communities would write for the same job, one small app each.

Each checks the same JWT for each request, keeps one row per sample under a unique
identity, and answers 201 after its commit: `POST /batch` and `POST /event`. Each runs in
one uvicorn process (uvloop, httptools); the Django ones as ASGI.
"""

APPS = {
    "drf_bulk": "benchmarks.peers.drf_bulk:application",
    "fastapi_sqlalchemy_orm": "benchmarks.peers.fastapi_sqlalchemy_orm:app",
    "fastapi_sqlalchemy_core": "benchmarks.peers.fastapi_sqlalchemy_core:app",
    "django_msgspec_copy": "benchmarks.peers.django_msgspec_copy:application",
}
PSQL = "psql_copy"
BARE = "bare_http"
BARE_APP = "benchmarks.peers.bare_http:application"
# Connections that a peer's pool may open: one for each client of ingest_small.
POOL = 32
