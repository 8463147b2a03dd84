"""What stands outside PostgreSQL: files, logs, Milvus, Redis, Neo4j."""

import base64
import binascii
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import redis
from django.conf import settings
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError
from pymilvus import MilvusClient, MilvusException

from clinicity.common.milvus import GRPC_OPTIONS
from clinicity.privacy.keyring import VERSION, WHOLE
from clinicity.workbench.phi_audit.shapes import Finding, Reader, Text

PATIENCE, AT_ONCE = 10.0, 1000
# Data of servers: these are asked, not read. Secrets and how to sign in are no patient's.
SERVERS = frozenset({"postgres", "neo4j", "run", "log", "static", "reports", "test", "venv"})
SECRETS = frozenset({"secrets.env", "stack.env", "demo.env", "prepared"})
# Celery's list of its workers, who are called like e-mail addresses.
WORKERS = b"_kombu.binding.celery.pidbox"
LARGEST = 64 * 1024**2
CHUNK = 1024**2


class NotThere(Exception):
    """A store that isn't used here, or doesn't answer."""


def files() -> Reader:
    """Names of all files, and what is in those that aren't sealed."""
    roots = {
        Path(settings.MEDIA_ROOT),
        Path(settings.VAR_DIR),
        Path(settings.AUDIT_CHECKPOINT_DIR),
    }
    seen: set[Path] = set()
    for root in sorted(roots):
        for path in _files_below(root):
            if path not in seen:
                seen.add(path)
                yield from _file(path, path.relative_to(root).parent)


def logs() -> Reader:
    """Every line of every log file."""
    folder = Path(settings.VAR_DIR) / "log"
    for path in sorted(folder.glob("*.log*")):
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, start=1):
                yield Text(path.name, "line", str(number), line)


def vectors() -> Reader:
    """Every stored value of every collection of ours but the vectors themselves."""
    client = None
    try:
        client = MilvusClient(
            uri=settings.MILVUS_URI, timeout=PATIENCE, grpc_options=GRPC_OPTIONS
        )
        for name in client.list_collections():
            if name.startswith(settings.MILVUS_PREFIX):
                yield from _collection(client, name)
    except MilvusException as error:
        raise NotThere("Milvus doesn't answer.") from error
    finally:
        if client:
            client.close()


def redis_values() -> Reader:
    """Every key and what it holds, whatever type it has."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE)
    try:
        for key in client.scan_iter(count=AT_ONCE):
            name = key.decode(errors="replace")
            yield Text("redis", "key", name, name)
            for value in [] if key == WORKERS else _held(client, key):
                for text in _readings(value):
                    yield Text("redis", "value", name, text)
    except redis.RedisError as error:
        raise NotThere("Redis doesn't answer.") from error
    finally:
        client.close()


def graph() -> Reader:
    """Nodes and edges of Neo4j; the graph in PostgreSQL is read with the database."""
    if not settings.NEO4J_URI:
        raise NotThere("The graph is in PostgreSQL, and read with the database.")
    login = (settings.NEO4J_USER, settings.NEO4J_PASSWORD)
    queries = {
        "node": "MATCH (n) RETURN elementId(n) AS id, properties(n) AS held",
        "edge": "MATCH ()-[r]->() RETURN elementId(r) AS id, properties(r) AS held",
    }
    try:
        with GraphDatabase.driver(settings.NEO4J_URI, auth=login) as driver:
            for place, query in queries.items():
                for row in driver.execute_query(query).records:
                    for name, value in row["held"].items():
                        if name != "sealed":
                            yield Text(place, name, row["id"], str(value))
    except (DriverError, Neo4jError, OSError) as error:
        raise NotThere("Neo4j doesn't answer.") from error


def _files_below(root: Path) -> Iterator[Path]:
    if not root.exists():
        return
    for path in sorted(root.iterdir()):
        if path.name in SERVERS or path.name in SECRETS or path.is_symlink():
            continue
        if path.is_dir():
            yield from (
                p for p in sorted(path.rglob("*")) if p.is_file() and not p.is_symlink()
            )
        elif path.is_file():
            yield path


def _file(path: Path, folder: Path) -> Reader:
    place = folder.parts[0] if folder.parts else "var"
    try:
        # Its number finds a file whose name can't be said.
        row = f"{folder / path.name} inode {path.stat().st_ino}"
        yield Text(place, "name", row, str(folder / path.name))
        with path.open("rb") as file:
            first = file.read(CHUNK)
            if path.suffix == ".sealed":
                if first[:1] not in (WHOLE, VERSION):
                    yield Finding("files", place, "content", row, "unsealed", "not encrypted")
                return
            yield from _content(place, row, first + file.read(LARGEST - len(first)))
    except FileNotFoundError:  # removed meanwhile
        return


def _content(place: str, name: str, content: bytes) -> Reader:
    """Text is read as text; of a program's own bytes only long values are looked for."""
    try:
        yield Text(place, "content", name, content.decode())
    except UnicodeDecodeError:
        yield Text(place, "content", name, content.decode("latin-1"), raw=True)
        yield Text(place, "content", name, content.decode("utf-8", errors="replace"), raw=True)


def _collection(client: MilvusClient, name: str) -> Iterator[Text]:
    told = client.describe_collection(name)
    plain = [f["name"] for f in told["fields"] if "VECTOR" not in f["type"].name]
    key = next(f["name"] for f in told["fields"] if f.get("is_primary"))
    vectors = {f["name"] for f in told["fields"]} - set(plain)
    client.load_collection(name)
    pages = client.query_iterator(
        name, batch_size=AT_ONCE, filter=f'{key} != ""',
        # A collection that takes any field is asked for all of them.
        output_fields=["*"] if told.get("enable_dynamic_field") else plain,
    )  # fmt: skip
    try:
        while rows := pages.next():
            for row in rows:
                for field, value in row.items():
                    if field not in vectors:
                        yield Text(name, field, str(row[key]), str(value))
    finally:
        pages.close()


def _held(client: "redis.Redis", key: bytes) -> list[bytes]:
    """The values of one key."""
    kind = cast("bytes", client.type(key))
    if kind == b"string":
        return [cast("bytes", client.get(key)) or b""]
    if kind == b"list":
        return cast("list[bytes]", client.lrange(key, 0, -1))
    if kind == b"set":
        return list(cast("set[bytes]", client.smembers(key)))
    if kind == b"zset":
        return cast("list[bytes]", client.zrange(key, 0, -1))
    if kind == b"hash":
        held = cast("dict[bytes, bytes]", client.hgetall(cast("str", key)))
        return [*held, *held.values()]
    if kind == b"stream":
        entries: Any = client.xrange(key)
        return [part for _, fields in entries for pair in fields.items() for part in pair]
    return []


def _readings(value: bytes) -> Iterator[str]:
    """A value as it is, and what is packed inside of a Celery message."""
    text = value.decode(errors="replace")
    yield text
    try:
        body = json.loads(text).get("body", "")
        yield base64.b64decode(body, validate=True).decode(errors="replace")
    except (ValueError, AttributeError, TypeError, binascii.Error):
        return
