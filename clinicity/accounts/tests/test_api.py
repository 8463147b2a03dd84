"""Signing in over the API."""

import pytest
from django.test import Client
from pytest_django import Settings

from clinicity.accounts.models import RefreshToken, User
from clinicity.accounts.tests.signing import post, sign_in
from clinicity.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_login_gives_tokens_that_work(client: Client, dora: User) -> None:
    tokens = sign_in(client).json()
    me = client.get("/api/v1/auth/me/", headers={"authorization": f"Bearer {tokens['access']}"})
    assert me.json()["email"] == "Dora@Clinicity.example"
    assert AuditEvent.objects.filter(act="account.sign_in", outcome="ok").count() == 1


@pytest.mark.parametrize("email", ["dora@clinicity.example", "nobody@clinicity.example"])
def test_wrong_password_and_unknown_account_answer_alike(
    client: Client, dora: User, email: str
) -> None:
    answer = post(client, "login", email=email, password="wrong")
    assert answer.status_code == 401
    assert answer.json()["type"].endswith("/wrong-credentials")
    assert AuditEvent.objects.filter(outcome="refused").count() == 1


def test_the_eleventh_wrong_password_is_locked_out(
    client: Client, dora: User, settings: Settings
) -> None:
    settings.RATE_LIMITING_ENABLED = True
    statuses = [sign_in(client, "wrong").status_code for _ in range(10)]
    assert statuses == [401] * 10
    locked = sign_in(client)
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert locked["Content-Type"] == "application/problem+json"


def test_second_factor_is_asked_for(client: Client, dora: User) -> None:
    User.objects.filter(id=dora.id).update(mfa_required=True)
    answer = sign_in(client)
    assert (answer.status_code, answer.json()["mfa_required"]) == (401, True)


def test_refresh_rotates_and_a_second_use_ends_the_family(client: Client, dora: User) -> None:
    first = sign_in(client).json()
    second = post(client, "refresh", refresh=first["refresh"]).json()
    assert second["refresh"] != first["refresh"]
    assert post(client, "refresh", refresh=first["refresh"]).status_code == 401
    assert post(client, "refresh", refresh=second["refresh"]).status_code == 401
    me = client.get("/api/v1/auth/me/", headers={"authorization": f"Bearer {second['access']}"})
    assert me.status_code == 401
    assert RefreshToken.objects.filter(revoked_at__isnull=True).count() == 0


def test_logout_ends_the_sign_in(client: Client, dora: User) -> None:
    tokens = sign_in(client).json()
    assert post(client, "logout", refresh=tokens["refresh"]).status_code == 204
    assert post(client, "refresh", refresh=tokens["refresh"]).status_code == 401


@pytest.mark.parametrize("body", ["{", "[]", '{"email": "x"}'])
def test_bad_input_is_a_problem_detail(client: Client, body: str) -> None:
    answer = client.post("/api/v1/auth/login", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_garbage_token_is_refused(client: Client) -> None:
    answer = client.get("/api/v1/auth/me/", headers={"authorization": "Bearer nonsense"})
    assert answer.status_code == 401
