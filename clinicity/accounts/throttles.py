"""Counting tries in Redis, atomically: one Lua call reads, adds and sets the expiry.

A read followed by a write lets hundreds through at once under load.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import redis
from django.conf import settings

from clinicity.common.exceptions import TooMany

logger = logging.getLogger(__name__)

COUNT = """
local tries = redis.call('INCR', KEYS[1])
if tries == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {tries, redis.call('PTTL', KEYS[1])}
"""


class Throttled(TooMany):
    """More tries than the window allows."""

    title = "Too many tries."


COUNT_BY = """
local tries = redis.call('INCRBY', KEYS[1], ARGV[2])
if tries == tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {tries, redis.call('PTTL', KEYS[1])}
"""


@dataclass(frozen=True)
class Limit:
    """At most `tries` of `name` by one key within `seconds`."""

    name: str
    tries: int
    seconds: int


SIGN_IN_BY_ACCOUNT = Limit("sign-in.account", 10, 900)
SIGN_IN_BY_ADDRESS = Limit("sign-in.address", 100, 900)
STEP_UP_BY_ACCOUNT = Limit("step-up.account", 10, 900)


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


@dataclass(frozen=True)
class Used:
    """How much of a limit is used in its window, and for how long that counts."""

    limit: Limit
    tries: int
    left_ms: int

    @property
    def is_over(self) -> bool:
        return self.tries > self.limit.tries

    @property
    def wait_seconds(self) -> int:
        return max(1, self.left_ms // 1000)


def count_many(limits: Sequence[tuple[Limit, str, int]]) -> list[Used]:
    """Count several tries of several keys in one round trip.

    For what must go on when Redis is away: then nothing is counted, and nothing is over.
    Never for sign-in.
    """
    if not settings.RATE_LIMITING_ENABLED:
        return [Used(limit, 0, 0) for limit, _, _ in limits]
    try:
        pipe = _quick_client().pipeline(transaction=False)
        for limit, key, by in limits:
            name = f"clinicity:throttle:{limit.name}:{key}"
            pipe.eval(COUNT_BY, 1, name, limit.seconds * 1000, by)
        counted = cast("list[list[int]]", pipe.execute())
    except redis.RedisError:
        logger.warning("throttle.away")
        return [Used(limit, 0, 0) for limit, _, _ in limits]
    pairs = zip(limits, counted, strict=True)
    return [Used(limit, tries, left) for (limit, _, _), (tries, left) in pairs]


def clear(limit: Limit, key: str) -> None:
    """Forget the tries, after one that succeeded."""
    _client().delete(f"clinicity:throttle:{limit.name}:{key}")


@lru_cache(maxsize=1)
def _client() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL)


@lru_cache(maxsize=1)
def _quick_client() -> Any:
    """For who can't wait: a Redis that doesn't answer is as good as none."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25
    )
