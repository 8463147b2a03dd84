"""What every answer carries, and what it doesn't: the promises of ASVS 5.0.0 to browsers."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client

from clinicity.accounts.models import User
from clinicity.workbench.security.deployment import production_environment
from patients import selectors
from patients.models import Patient

pytestmark = pytest.mark.django_db
PLACES = ("/accounts/login/", "/patients/", "/api/v1/patients/", "/api/schema/", "/nowhere/")
PRODUCTION = """
import json
from clinicity.settings import production as s
names = ("DEBUG", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT",
         "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_NAME",
         "CSRF_COOKIE_NAME", "SESSION_COOKIE_HTTPONLY", "PASSWORD_HASHERS")
print(json.dumps({name: getattr(s, name) for name in names}))
"""


@pytest.fixture
def answers(alice: User, client_for: Callable[..., Client]) -> list[HttpResponse]:
    client = client_for(alice)
    return [client.get(place, HTTP_ORIGIN="https://evil.example") for place in PLACES]


def test_no_browser_guesses_a_type_or_tells_where_it_came_from(
    answers: list[HttpResponse],
) -> None:
    for answer in answers:
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_scripts_styles_and_frames_come_from_nowhere_else(answers: list[HttpResponse]) -> None:
    for answer in answers:
        policy = answer["Content-Security-Policy"]
        for wanted in (
            "default-src 'self'", "object-src 'none'", "base-uri 'none'",
            "frame-ancestors 'none'",
        ):  # fmt: skip
            assert wanted in policy, answer.request["PATH_INFO"]
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy


def test_no_other_origin_reads_an_answer(answers: list[HttpResponse]) -> None:
    assert not [each for each in answers if "Access-Control-Allow-Origin" in each]


def test_every_answer_with_a_body_says_its_type_and_coding(
    answers: list[HttpResponse],
) -> None:
    for answer in answers:
        kind = answer["Content-Type"]
        assert "charset=utf-8" in kind or kind.startswith(("application/", "image/"))


def test_a_session_cookie_is_kept_from_scripts_and_other_sites(
    alice: User, client_for: Callable[..., Client], password: str
) -> None:
    client = Client()
    client.post("/accounts/login/", {"email": "alice@clinic.example", "password": password})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) >= 32


def test_a_session_that_somebody_planted_is_not_signed_in(alice: User, password: str) -> None:
    planted = SessionStore()
    planted["theme"] = "dark"
    planted.save()
    client = Client()
    client.cookies["sessionid"] = planted.session_key
    form = {"email": "alice@clinic.example", "password": password}
    client.post("/accounts/login/", form)
    assert client.cookies["sessionid"].value != planted.session_key
    assert not SessionStore(planted.session_key).get("_auth_user_id")


def test_a_form_of_another_site_changes_nothing(
    alice: User, patient: Patient, client_for: Callable[..., Client]
) -> None:
    signed_in = client_for(alice)
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in.cookies
    for path in (f"/patients/{patient.id}/delete/", f"/api/v1/patients/{patient.id}/restore/"):
        assert client.post(path, HTTP_ORIGIN="https://evil.example").status_code == 403


def test_a_safe_method_changes_nothing(
    alice: User, patient: Patient, client_for: Callable[..., Client]
) -> None:
    client = client_for(alice)
    for path in (f"/patients/{patient.id}/delete/", "/accounts/logout/"):
        assert client.get(path).status_code == 405


def test_unused_methods_are_refused(alice: User, client_for: Callable[..., Client]) -> None:
    client = client_for(alice)
    for path in ("/patients/", "/api/v1/patients/"):
        assert client.trace(path).status_code == 405
        assert client.generic("CONNECT", path).status_code == 405


def test_folders_and_the_repository_are_not_listed(client: Client) -> None:
    for path in ("/static/", "/static/frame/", "/.git/config", "/static/../pyproject.toml"):
        assert client.get(path).status_code == 404, path


def test_a_password_is_hidden_as_it_is_typed_and_may_be_pasted(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_an_error_tells_nothing_of_the_inside(
    alice: User, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr("patients.selectors.patients_page", broken)
    client = client_for(alice)
    client.raise_request_exception = False
    for path in ("/patients/", "/api/v1/patients/"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "SELECT secret" not in answer.content.decode()


def test_fields_that_are_not_offered_are_not_written(
    alice: User, patient: Patient, client_for: Callable[..., Client]
) -> None:
    client = client_for(alice)
    client.patch(
        f"/api/v1/patients/{patient.id}/",
        json.dumps(
            {"preferred_name": "Zo", "user_id": str(alice.id), "deleted_at": "2026-01-01"}
        ),
        content_type="application/json",
    )
    kept = selectors.patient_get(alice.actor, patient.id)
    assert (kept.preferred_name, kept.user_id, kept.deleted_at) == ("Zo", None, None)


def test_production_is_strict() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRODUCTION], env=production_environment(),
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert not found["DEBUG"]
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert found["SECURE_SSL_REDIRECT"]
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert found["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
