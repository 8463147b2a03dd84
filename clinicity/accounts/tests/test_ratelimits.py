"""Rate limits: the table, the counting, the headers, the refusals."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from clinicity.accounts.models import User
from clinicity.accounts.ratelimits import RateLimitsMiddleware, class_of
from clinicity.accounts.tokens import pair_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limited(settings: Settings) -> None:
    settings.RATE_LIMITING_ENABLED = True


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/api/v1/auth/login", "sign-in"),
        ("POST", "/accounts/second-factor/", "sign-in"),
        ("GET", "/accounts/login/", "read"),
        ("GET", "/api/v1/auth/me/", "read"),
        ("POST", "/api/v1/biometric-events", "ingest"),
        ("GET", "/api/v1/biometric-events", "read"),
        ("GET", "/api/v1/patients/1/export/", "export"),
        ("POST", "/chat/", "chat"),
        ("POST", "/api/v1/chat/stream", "chat"),
        ("GET", "/api/v1/timeline/search", "search"),
        ("DELETE", "/api/v1/patients/1", "write"),
        ("GET", "/health/ready", "free"),
    ],
)
def test_each_request_has_its_class(method: str, path: str, name: str) -> None:
    assert class_of(method, path).name == name


def test_headers_tell_the_policy_and_what_is_left(client: Client, dora: User) -> None:
    headers = {"authorization": f"Bearer {pair_issue(dora).access}"}
    first = client.get("/api/v1/auth/me", headers=headers)
    assert first["RateLimit-Policy"] == '"read-user";q=6000;w=60, "read-address";q=120000;w=60'
    assert first["RateLimit"].startswith('"read-user";r=5999;t=')
    second = client.get("/api/v1/auth/me", headers=headers)
    assert second["RateLimit"].startswith('"read-user";r=5998;t=')
    assert "RateLimit" not in client.get("/accounts/login/")


def test_over_the_limit_is_429_with_retry_after(
    client: Client, dora: User, alice: User, settings: Settings
) -> None:
    settings.RATE_LIMITS = {"read": 3}
    headers = {"authorization": f"Bearer {pair_issue(dora).access}"}
    statuses = [client.get("/api/v1/auth/me", headers=headers).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = client.get("/api/v1/auth/me", headers=headers)
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["RateLimit"].startswith('"read-user";r=0;t=')
    other = {"authorization": f"Bearer {pair_issue(alice).access}"}
    assert client.get("/api/v1/auth/me", headers=other).status_code == 200


def test_a_page_over_the_limit_says_so_in_words(
    client: Client, dora: User, settings: Settings
) -> None:
    settings.RATE_LIMITS = {"read": 1}
    client.force_login(dora)
    client.get("/accounts/security/")
    page = client.get("/accounts/security/")
    assert (page.status_code, "Too many tries" in page.content.decode()) == (429, True)
    assert int(page["Retry-After"]) > 0


def test_a_device_and_an_address_have_limits_of_their_own(
    client: Client, settings: Settings
) -> None:
    settings.RATE_LIMITS = {"read": 2}
    told = client.get("/api/v1/auth/me", headers={"authorization": "Bearer device-token"})
    assert '"read-device";r=1' in told["RateLimit"]
    for _ in range(39):
        client.get("/api/v1/auth/me")
    assert client.get("/api/v1/auth/me").status_code == 429


def test_turned_off_nothing_is_counted(client: Client, settings: Settings) -> None:
    settings.RATE_LIMITING_ENABLED, settings.RATE_LIMITS = False, {"read": 1}
    answers = [client.get("/api/v1/auth/me") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {401}
    assert "RateLimit" not in answers[0]


def test_sixty_four_threads_let_exactly_the_limit_through(
    dora: User, settings: Settings
) -> None:
    settings.RATE_LIMITS = {"read": 10}
    passed = RateLimitsMiddleware(lambda request: HttpResponse("in"))
    token = pair_issue(dora).access

    def ask(_: int) -> bool:
        request: HttpRequest = RequestFactory().get(
            "/api/v1/auth/me", headers={"authorization": f"Bearer {token}"}
        )
        return passed(request).status_code == 200

    with ThreadPoolExecutor(64) as pool:
        assert sum(pool.map(ask, range(640))) == 10
