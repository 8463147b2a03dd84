"""OpenID Connect against a provider that runs here: a real code flow over HTTP."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connection
from django.test import Client
from pytest_django import Settings

from clinicity.accounts import factors
from clinicity.accounts.models import User
from clinicity.accounts.tests.provider import CLIENT, SECRET, Provider
from clinicity.accounts.tests.test_second_factor import code_of
from clinicity.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def provider(running: Provider, settings: Settings) -> Provider:
    running.claims, running.wrong = {"sub": "subject-1"}, {}
    running.signing_key = running.key
    settings.OIDC_SERVER_URL = running.base
    app = {
        "provider_id": "oidc", "name": "The trust", "client_id": CLIENT, "secret": SECRET,
        "settings": {"server_url": running.base, "fetch_userinfo": False},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    return running


def to_provider(client: Client, next_page: str = "") -> str:
    """Start on our page; the address back that the provider sends the browser to."""
    start = client.post("/accounts/oidc/", {"next": next_page})
    assert start.status_code == 302
    back = httpx.get(start["Location"])
    parts = urlsplit(back.headers["location"])
    return f"{parts.path}?{parts.query}"


def come_back(client: Client) -> Any:
    return client.get(to_provider(client))


@pytest.fixture
def linking(provider: Provider, settings: Settings) -> Provider:
    settings.OIDC_LINK_BY_EMAIL = True
    provider.claims |= {"email": "DORA@clinicity.example", "email_verified": True}
    return provider


def test_the_sign_in_page_offers_it_only_where_it_is_set_up(
    client: Client, provider: Provider, settings: Settings
) -> None:
    assert "/accounts/oidc/" in client.get("/accounts/login/").content.decode()
    settings.OIDC_SERVER_URL = ""
    assert "/accounts/oidc/" not in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/oidc/").status_code == 404


def test_verified_address_links_when_the_setting_says_so_and_signs_in(
    client: Client, dora: User, linking: Provider
) -> None:
    answer = client.get(to_provider(client, "/patients/"))
    assert (answer.status_code, answer["Location"]) == (302, "/patients/")
    assert client.get("/accounts/security/").status_code == 200
    asked = linking.asked[-1]
    assert asked["nonce"]
    assert asked["code_challenge"]
    linking.claims = {"sub": "subject-1"}  # from now on the subject alone is enough
    assert come_back(Client()).status_code == 302
    acts = list(AuditEvent.objects.filter(actor_id=dora.id).values_list("act", flat=True))
    assert acts.count("account.sign_in") == 2
    assert acts.count("account.oidc_link") == 1


def test_nothing_of_the_person_is_kept_in_plain(
    client: Client, dora: User, linking: Provider
) -> None:
    come_back(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT json_agg(a)::text FROM socialaccount_socialaccount a")
        told = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM account_emailaddress")
        assert cursor.fetchone()[0] == 0
    assert "subject-1" not in told
    assert "dora" not in told.casefold()
    assert SocialAccount.objects.get().extra_data == {}


def test_an_unknown_person_is_refused_and_nobody_is_made(
    client: Client, dora: User, provider: Provider
) -> None:
    provider.claims |= {"email": dora.email, "email_verified": True}
    answer = come_back(client)
    assert answer.status_code == 403
    assert "You have no account here yet." in answer.content.decode()
    assert not SocialAccount.objects.exists()
    assert AuditEvent.objects.filter(act="account.oidc_sign_in", outcome="refused").exists()


def test_an_address_that_nobody_verified_links_nothing(
    client: Client, dora: User, linking: Provider
) -> None:
    for told in (False, "true", None):
        linking.claims["email_verified"] = told
        assert come_back(client).status_code == 403


def test_a_new_person_is_made_only_with_the_setting(
    client: Client, provider: Provider, settings: Settings
) -> None:
    provider.claims |= {
        "sub": "subject-2", "email": "eve@clinicity.example", "email_verified": True,
        "name": "Eve Everard",
    }  # fmt: skip
    settings.OIDC_CREATE_ROLE = "admin"  # never by a provider's word
    assert come_back(client).status_code == 403
    settings.OIDC_CREATE_ROLE = "clinician"
    assert come_back(client).status_code == 302
    made = User.objects.get(id=client.session["_auth_user_id"])
    assert (made.display_name, made.role) == ("Eve Everard", "clinician")


def test_an_own_second_factor_is_asked_for_as_well(
    client: Client, dora: User, linking: Provider
) -> None:
    secret = factors.new_secret()
    factors.totp_activate(by=dora.actor, secret=secret, code=code_of(secret, step=-1))
    answer = client.get(to_provider(client, "/patients/"))
    assert answer["Location"] == "/accounts/second-factor/"
    answer = client.post("/accounts/second-factor/", {"code": code_of(secret)})
    assert answer["Location"] == "/patients/"


def test_a_deactivated_account_is_refused(
    client: Client, dora: User, linking: Provider
) -> None:
    come_back(client)
    User.objects.filter(id=dora.id).update(is_active=False)
    assert come_back(Client()).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [{"nonce": "of another sign-in"}, {"aud": "another"}, {"iss": "http://x.example"},
     {"exp": 1}],
)  # fmt: skip
def test_an_id_token_with_a_wrong_claim_is_refused(
    client: Client, dora: User, linking: Provider, wrong: dict[str, Any]
) -> None:
    linking.wrong = wrong
    answer = come_back(client)
    assert answer.status_code == 401
    assert "did not work" in answer.content.decode()
    assert client.get("/accounts/security/").status_code == 302


def test_an_id_token_of_another_key_is_refused(
    client: Client, dora: User, linking: Provider
) -> None:
    linking.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert come_back(client).status_code == 401


def test_a_way_back_counts_once_and_only_in_its_own_browser(
    client: Client, dora: User, linking: Provider
) -> None:
    back = to_provider(client)
    assert Client().get(back).status_code == 401
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 401
    assert client.get("/accounts/oidc/callback/?error=access_denied").status_code == 401


def test_a_provider_that_is_away_is_said_in_words(
    client: Client, provider: Provider, settings: Settings
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:1"
    answer = client.post("/accounts/oidc/")
    assert answer.status_code == 503
    assert "reached" in answer.content.decode()


def test_the_provider_confirms_who_it_is_for_a_dangerous_act(
    client: Client, dora: User, linking: Provider
) -> None:
    come_back(client)

    def confirmed(auth_time: float, **claims: str) -> Any:
        session = client.session
        session["auth_time"] = 0
        session.save()
        linking.claims |= {"auth_time": auth_time, **claims}
        page = client.get("/accounts/step-up/?next=/patients/")
        assert "Confirm with" in page.content.decode()
        start = client.post("/accounts/oidc/", {"next": "/patients/", "anew": "1"})
        parts = urlsplit(httpx.get(start["Location"]).headers["location"])
        return client.get(f"{parts.path}?{parts.query}")

    assert confirmed(time.time())["Location"] == "/patients/"
    assert linking.asked[-1]["prompt"] == "login"
    assert client.get("/accounts/security/app/").status_code == 200
    assert confirmed(time.time() - 3600).status_code == 401  # it only remembered them
    assert confirmed(time.time(), sub="someone else").status_code == 401
    assert client.get("/accounts/security/app/").status_code == 302
