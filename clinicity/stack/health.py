"""Whether each server that Clinicity stands on answers, asked for real."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import grpc
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection

PATIENCE = 2.0
# A worker tells every few seconds that it lives; after this long it is missed.
HEARTBEAT_SECONDS = 30
WORKERS = ("fast", "heavy")


class Unwell(Exception):
    """A check found its server wanting; the message names no host and no person."""


@dataclass(frozen=True)
class Finding:
    """What one check found. Without `needed` ones nothing can be served at all."""

    name: str
    ok: bool
    needed: bool
    detail: str
    milliseconds: float


@dataclass(frozen=True)
class Check:
    name: str
    ask: Callable[[], None]
    needed: bool


def findings() -> list[Finding]:
    return [_find(check) for check in (*CHECKS, *MORE)]


def status(found: list[Finding]) -> str:
    """`ok`, `degraded` (some rooms are shut) or `down`."""
    if all(finding.ok for finding in found):
        return "ok"
    return "degraded" if all(f.ok for f in found if f.needed) else "down"


def heartbeat(worker: str) -> None:
    """Note that a worker lives."""
    cache.set(_heartbeat_key(worker), time.time(), timeout=HEARTBEAT_SECONDS)


def database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise Unwell("PostgreSQL doesn't answer.") from error


def redis_server() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )
    try:
        client.ping()
    except redis.RedisError as error:
        raise Unwell("Redis doesn't answer.") from error
    finally:
        client.close()


def vectors() -> None:
    place = urlsplit(settings.MILVUS_URI)
    address = f"{place.hostname}:{place.port or 19530}"
    secure = place.scheme == "https"
    channel = (
        grpc.secure_channel(address, grpc.ssl_channel_credentials())
        if secure
        else grpc.insecure_channel(address)
    )
    try:
        grpc.channel_ready_future(channel).result(timeout=PATIENCE)
    except grpc.FutureTimeoutError as error:
        raise Unwell("Milvus doesn't answer.") from error
    finally:
        channel.close()


def worker(name: str) -> None:
    try:
        seen = cache.get(_heartbeat_key(name))
    except redis.RedisError as error:
        raise Unwell("Unknown while Redis doesn't answer.") from error
    if seen is None:
        raise Unwell(f"No heartbeat in the last {HEARTBEAT_SECONDS} s: jobs wait.")


CHECKS = (
    Check("database", database, needed=True),
    Check("redis", redis_server, needed=True),
    Check("milvus", vectors, needed=False),
    *(Check(f"worker-{name}", partial(worker, name), needed=False) for name in WORKERS),
)
# What lies above the stack asks to be asked as well.
MORE: list[Check] = []


def _find(check: Check) -> Finding:
    began = time.monotonic()
    detail = ""
    try:
        check.ask()
    except Unwell as unwell:
        detail = str(unwell)
    spent = round((time.monotonic() - began) * 1000, 1)
    return Finding(check.name, not detail, check.needed, detail, spent)


def _heartbeat_key(worker: str) -> str:
    return f"worker-heartbeat:{worker}"
