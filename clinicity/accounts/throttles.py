"""Counting tries in Redis, atomically: one Lua call reads, adds and sets the expiry.

A read followed by a write lets hundreds through at once under load.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import redis
from django.conf import settings

from clinicity.common.exceptions import TooMany

COUNT = """
local tries = redis.call('INCR', KEYS[1])
if tries == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {tries, redis.call('PTTL', KEYS[1])}
"""


class Throttled(TooMany):
    """More tries than the window allows."""

    title = "Too many tries."


@dataclass(frozen=True)
class Limit:
    """At most `tries` of `name` by one key within `seconds`."""

    name: str
    tries: int
    seconds: int


SIGN_IN_BY_ACCOUNT = Limit("sign-in.account", 10, 900)
SIGN_IN_BY_ADDRESS = Limit("sign-in.address", 100, 900)


def demand(limit: Limit, key: str) -> None:
    """Count one try; raise `Throttled` with `retry_after` when it is one too many."""
    if not settings.RATE_LIMITING_ENABLED:
        return
    name = f"clinicity:throttle:{limit.name}:{key}"
    counted = _client().register_script(COUNT)(keys=[name], args=[limit.seconds * 1000])
    tries, left_ms = cast("list[int]", counted)
    if tries > limit.tries:
        wait = max(1, left_ms // 1000)
        raise Throttled(f"Wait {wait} seconds and try again.", retry_after=wait)


def clear(limit: Limit, key: str) -> None:
    """Forget the tries, after one that succeeded."""
    _client().delete(f"clinicity:throttle:{limit.name}:{key}")


@lru_cache(maxsize=1)
def _client() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL)
