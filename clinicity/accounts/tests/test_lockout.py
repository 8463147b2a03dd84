"""Lockout: counted by account and by address, closed without Redis, silent about accounts."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.test import Client
from pytest_django import Settings

from clinicity.accounts import throttles
from clinicity.accounts.models import User
from clinicity.accounts.tests.signing import PASSWORD, sign_in
from clinicity.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limited(settings: Settings) -> None:
    settings.RATE_LIMITING_ENABLED = True


@pytest.fixture
def redis_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port on which nobody listens."""
    away = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_timeout=0.2)
    monkeypatch.setattr(throttles, "_client", lambda: away)
    monkeypatch.setattr(throttles, "_quick_client", lambda: away)


@pytest.mark.parametrize("email", ["dora@clinicity.example", "nobody@clinicity.example"])
def test_an_account_locks_alike_whether_it_exists_or_not(
    client: Client, dora: User, email: str
) -> None:
    statuses = [sign_in(client, "wrong", email).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert sign_in(client, PASSWORD, email).status_code == 429
    page = client.post("/accounts/login/", {"email": email, "password": PASSWORD})
    assert (page.status_code, int(page["Retry-After"]) > 0) == (429, True)
    locked = AuditEvent.objects.filter(act="account.lockout")
    assert locked.count() == 1
    assert email not in str(locked.get().details)


def test_an_address_locks_over_many_accounts(client: Client, dora: User) -> None:
    for number in range(100):
        assert sign_in(client, "wrong", f"p{number}@x.example").status_code == 401
    assert sign_in(client).status_code == 429


def test_a_right_password_forgets_the_tries(client: Client, dora: User) -> None:
    for _ in range(9):
        sign_in(client, "wrong")
    assert sign_in(client).status_code == 200
    assert sign_in(client, "wrong").status_code == 401


def test_without_redis_nobody_signs_in_and_is_told_why(
    client: Client, dora: User, redis_away: None
) -> None:
    answer = sign_in(client)
    assert (answer.status_code, int(answer["Retry-After"])) == (503, 5)
    assert "Try again in a moment" in answer.json()["detail"]
    page = client.post("/accounts/login/", {"email": dora.email, "password": PASSWORD})
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Signing in is not possible" in page.content.decode()


def test_without_redis_what_is_signed_in_goes_on(
    client: Client, dora: User, redis_away: None
) -> None:
    client.force_login(dora)
    assert client.get("/api/v1/auth/me").status_code == 200


def test_sixty_four_threads_get_exactly_the_limit_through() -> None:
    limit = throttles.Limit("test.threads", 10, 60)

    def try_once(_: int) -> bool:
        try:
            throttles.demand(limit, "one")
        except throttles.Throttled:
            return False
        return True

    with ThreadPoolExecutor(64) as pool:
        assert sum(pool.map(try_once, range(640))) == 10
