"""Counting tries in Redis, atomically: one Lua call reads, adds and sets the expiry.

A read followed by a write lets hundreds through at once under load.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import redis
from django.conf import settings

from clinicity.common.exceptions import TooMany, Unavailable

logger = logging.getLogger(__name__)

COUNT = """
local tries = redis.call('INCR', KEYS[1])
if tries == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {tries, redis.call('PTTL', KEYS[1])}
"""


class Throttled(TooMany):
    """More tries than the window allows. `is_first`: the try that locked the key."""

    title = "Too many tries."
    is_first = False


class CounterAway(Unavailable):
    """Tries can't be counted, so none is let through."""

    title = "Signing in is not possible at the moment."


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
SECOND_FACTOR_BY_ACCOUNT = Limit("second-factor.account", 10, 900)
SIGN_IN_BY_ADDRESS = Limit("sign-in.address", 100, 900)
STEP_UP_BY_ACCOUNT = Limit("step-up.account", 10, 900)


def demand(limit: Limit, key: str) -> None:
    """Count one try; raise `Throttled` with `retry_after` when it is one too many.

    Without Redis nobody is let through: raises `CounterAway`.
    """
    if not settings.RATE_LIMITING_ENABLED:
        return
    with _or_away():
        name, window = _name(limit, key), limit.seconds * 1000
        counted = _client().register_script(COUNT)(keys=[name], args=[window])
    tries, left_ms = cast("list[int]", counted)
    if tries > limit.tries:
        wait = max(1, left_ms // 1000)
        locked = Throttled(f"Wait {wait} seconds and try again.", retry_after=wait)
        locked.is_first = tries == limit.tries + 1
        raise locked


def demand_once(name: str, *, seconds: int) -> bool:
    """Whether this is the first time within `seconds`, for what may be used only once."""
    with _or_away():
        return bool(_client().set(f"clinicity:once:{name}", 1, nx=True, ex=seconds))


@contextmanager
def _or_away() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        logger.warning("throttle.away")
        raise CounterAway(
            "Tries can't be counted just now. Try again in a moment.", retry_after=5
        ) from error


def _name(limit: Limit, key: str) -> str:
    return f"clinicity:throttle:{limit.name}:{key}"


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
            pipe.eval(COUNT_BY, 1, _name(limit, key), limit.seconds * 1000, by)
        counted = cast("list[list[int]]", pipe.execute())
    except redis.RedisError:
        logger.warning("throttle.away")
        return [Used(limit, 0, 0) for limit, _, _ in limits]
    pairs = zip(limits, counted, strict=True)
    return [Used(limit, tries, left) for (limit, _, _), (tries, left) in pairs]


def headers_of(used: Sequence[Used]) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit`, as structured fields; none when nothing counted.

    As in draft-ietf-httpapi-ratelimit-headers-08.
    """
    counted = [each for each in used if each.tries]
    if not counted:
        return {}
    policy = ", ".join(
        f'"{each.limit.name}";q={each.limit.tries};w={each.limit.seconds}' for each in counted
    )
    left = ", ".join(
        f'"{each.limit.name}";r={max(0, each.limit.tries - each.tries)};t={each.wait_seconds}'
        for each in counted
    )
    return {"RateLimit-Policy": policy, "RateLimit": left}


def clear(limit: Limit, key: str) -> None:
    """Forget the tries, after one that succeeded."""
    if settings.RATE_LIMITING_ENABLED:
        with _or_away():
            _client().delete(_name(limit, key))


@lru_cache(maxsize=1)
def _client() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


@lru_cache(maxsize=1)
def _quick_client() -> Any:
    """For who can't wait: a Redis that doesn't answer is as good as none."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25
    )
