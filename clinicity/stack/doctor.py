"""What `manage.py doctor` examines: each finding says what to do when it is bad."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import cast

import neo4j
import redis
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from neo4j.exceptions import DriverError, Neo4jError
from pymilvus import MilvusClient, MilvusException

from clinicity.common.milvus import GRPC_OPTIONS
from clinicity.environment import ORIGINS
from clinicity.stack import health
from clinicity.stack.folder import Folder

START = "Start it with `manage.py stack start`, or name a real one in {setting}."
LITTLE_SPACE = 2 * 1024**3
SECRET_WORDS = ("SECRET", "KEY", "PASSWORD", "TOKEN", "URL")
SHOWN = (
    "ENVIRONMENT", "CLINICITY_VAR", "DEBUG", "SECRET_KEY", "JWT_SECRET_KEY", "ENCRYPTION_KEY",
    "HASH_SECRET", "AUDIT_SIGNING_KEY", "DATABASE_URL", "DATABASE_OWNER_URL",
    "DATABASE_SEALER_URL", "REDIS_URL", "MILVUS_URI", "MILVUS_PREFIX", "NEO4J_URI",
    "OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL_CHAT", "OPENAI_MODEL_EMBEDDING",
    "RATE_LIMITING_ENABLED", "PHI_SANITIZATION_ENABLED", "METRICS_TOKEN", "LOG_LEVEL",
)  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """One line. `bad` ones carry advice; `grave` ones keep Clinicity from serving."""

    topic: str
    finding: str
    advice: str = ""
    grave: bool = False

    @property
    def bad(self) -> bool:
        return bool(self.advice)


@dataclass(frozen=True)
class Origin:
    """Where a setting came from, with its value unless that is secret."""

    name: str
    source: str
    shown: str


def examine() -> Iterator[Diagnosis]:
    for ask in (*EXAMINATIONS, *MORE):
        yield from ask()


def origins() -> list[Origin]:
    return [_origin(name) for name in SHOWN]


def databases() -> Iterator[Diagnosis]:
    for alias in connections:
        topic = f"PostgreSQL as {alias}"
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT current_setting('server_version'), current_user")
                number, role = cursor.fetchone()
        except DatabaseError:
            yield Diagnosis(
                topic, "doesn't answer", START.format(setting="DATABASE_URL"), grave=True
            )
        else:
            yield Diagnosis(topic, f"{number}, role {role}")


def migrations() -> Iterator[Diagnosis]:
    try:
        executor = MigrationExecutor(connections["owner"])
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return  # said already by `databases`
    if waiting:
        advice = "Run `manage.py migrate --database owner`."
        yield Diagnosis("migrations", f"{len(waiting)} wait", advice, grave=True)
    else:
        yield Diagnosis("migrations", "all applied")


def redis_server() -> Iterator[Diagnosis]:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=health.PATIENCE)
    try:
        info = cast("dict[str, str]", client.info("server"))
    except redis.RedisError:
        advice = START.format(setting="REDIS_URL")
        yield Diagnosis("Redis", "doesn't answer", advice, grave=True)
    else:
        number = info.get("valkey_version") or info["redis_version"]
        yield Diagnosis("Redis", f"{info.get('server_name', 'redis')} {number}")
    finally:
        client.close()


def vectors() -> Iterator[Diagnosis]:
    try:
        number = MilvusClient(
            uri=settings.MILVUS_URI, timeout=health.PATIENCE, grpc_options=GRPC_OPTIONS
        ).get_server_version()
    except MilvusException:
        advice = START.format(setting="MILVUS_URI") + " Until then documents aren't found."
        yield Diagnosis("Milvus", "doesn't answer", advice)
    else:
        yield Diagnosis("Milvus", f"{number} (embedded: {version('milvus-lite')})")


def graph() -> Iterator[Diagnosis]:
    if not settings.NEO4J_URI:
        yield Diagnosis("graph", "tables in PostgreSQL (NEO4J_URI names a Neo4j instead)")
        return
    login = (settings.NEO4J_USER, settings.NEO4J_PASSWORD)
    try:
        with neo4j.GraphDatabase.driver(settings.NEO4J_URI, auth=login) as driver:
            yield Diagnosis("graph", driver.get_server_info().agent)
    except (DriverError, Neo4jError):
        advice = "Check NEO4J_URI, NEO4J_USER and NEO4J_PASSWORD; `make neo4j` starts one."
        yield Diagnosis("graph", "Neo4j doesn't answer", advice)


def workers() -> Iterator[Diagnosis]:
    for name in health.WORKERS:
        try:
            health.worker(name)
        except health.Unwell as unwell:
            command = f"celery -A clinicity.celery worker -Q {name} -n {name}@%h"
            yield Diagnosis(
                f"worker {name}", str(unwell), f"`make demo` runs it, or `{command}`."
            )
        else:
            yield Diagnosis(f"worker {name}", "lives")


def models() -> Iterator[Diagnosis]:
    if settings.OPENAI_BASE_URL or settings.OPENAI_API_KEY:
        place = settings.OPENAI_BASE_URL or "OpenAI"
        yield Diagnosis(
            "language model", f"{settings.OPENAI_MODEL_CHAT or 'unnamed'} at {place}"
        )
    else:
        yield Diagnosis("language model", "none: answers are composed of quotations")


def programs() -> Iterator[Diagnosis]:
    found = shutil.which("tesseract")
    yield Diagnosis(
        "OCR", "Tesseract" if found else "RapidOCR (install tesseract-ocr for more)"
    )
    for program, use in (("chromium", "browser tests"), ("java", "Neo4j"), ("mvn", "Neo4j")):
        found = shutil.which(program)
        yield Diagnosis(program, found or f"not installed; only {use} need it")


def folder() -> Iterator[Diagnosis]:
    place = Folder(settings.VAR_DIR)
    if not place.root.exists():
        yield Diagnosis("folder", f"{place.root} isn't there yet; the stack makes it")
        return
    free = shutil.disk_usage(place.root).free
    advice = "Make room: a full disk stops the database." if free < LITTLE_SPACE else ""
    yield Diagnosis("folder", f"{place.root}, {free / 1024**3:.0f} GiB free", advice)
    for path in (place.secrets_file, place.stack_file):
        if path.exists() and path.stat().st_mode & 0o077:
            yield Diagnosis("secrets", f"{path} is open to others", f"Run `chmod 600 {path}`.")


EXAMINATIONS: tuple[Callable[[], Iterator[Diagnosis]], ...] = (
    databases,
    migrations,
    redis_server,
    vectors,
    graph,
    workers,
    models,
    programs,
    folder,
)
# What lies above the stack asks to be examined as well.
MORE: list[Callable[[], Iterator[Diagnosis]]] = []


def _origin(name: str) -> Origin:
    value = os.environ.get(name, "")
    source = ORIGINS.get(name, "default") if value else "default"
    if any(word in name for word in SECRET_WORDS) and value:
        value = f"({len(value)} characters)"
    return Origin(name, source, value)
