"""Keys in Redis that name someone: found by looking at every one, for who must forget them."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from clinicity.common.exceptions import Unavailable

AT_ONCE = 500
# How each kind of value is read whole.
READERS: dict[bytes, Callable[[Any, bytes], Any]] = {
    b"string": lambda client, key: client.get(key),
    b"hash": lambda client, key: client.hgetall(key),
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"set": lambda client, key: client.smembers(key),
    b"zset": lambda client, key: client.zrange(key, 0, -1),
    b"stream": lambda client, key: client.xrange(key),
}


def naming(markers: Sequence[str]) -> list[str]:
    """Names of the keys that have one of the markers in their name or in a plain value.

    Raises Unavailable when Redis doesn't answer: what nobody looked at isn't absent.
    """
    wanted = [marker.encode() for marker in markers]
    try:
        return sorted(key.decode(errors="replace") for key in _found(wanted))
    except redis.RedisError as error:
        raise Unavailable("Redis doesn't answer.") from error


def remove(markers: Sequence[str]) -> None:
    """Remove these keys. A worker's queue, which holds other people's work too, stays."""
    try:
        for key in list(_found([marker.encode() for marker in markers])):
            if _client().type(key) != b"list" or _in(key, markers):
                _client().delete(key)
    except redis.RedisError as error:
        raise Unavailable("Redis doesn't answer.") from error


def _found(wanted: Sequence[bytes]) -> Iterator[bytes]:
    for key in _client().scan_iter(count=AT_ONCE):
        if any(marker in key for marker in wanted) or _holds(key, wanted):
            yield key


def _holds(key: bytes, wanted: Sequence[bytes]) -> bool:
    read = READERS.get(_client().type(key))
    # What a value holds is bytes inside of lists and dictionaries: their text has them all.
    text = repr(read(_client(), key)).encode() if read else b""
    return any(marker in text for marker in wanted)


def _in(key: bytes, markers: Sequence[str]) -> bool:
    return any(marker.encode() in key for marker in markers)


@lru_cache(maxsize=1)
def _client() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5)
