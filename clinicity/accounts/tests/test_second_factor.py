"""Second factors: what is asked after a right password, and what counts as an answer."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection, connections
from django.test import Client

from clinicity.accounts import factors
from clinicity.accounts.models import SignInChallenge, User
from clinicity.accounts.tests.signing import PASSWORD, post, sign_in
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.exceptions import NotFound, Refused

pytestmark = pytest.mark.usefixtures("database")


def code_of(secret: str, *, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


@pytest.fixture
def secret(dora: User) -> str:
    """Dora has an authenticator app with this secret. Its next code is not spent yet."""
    secret = factors.new_secret()
    factors.totp_activate(by=dora.actor, secret=secret, code=code_of(secret, step=-1))
    return secret


@pytest.fixture
def codes(dora: User, secret: str) -> list[str]:
    return factors.recovery_codes_make(by=dora.actor)


def challenged(client: Client) -> str:
    answer = sign_in(client)
    assert (answer.status_code, answer.json()["mfa_required"]) == (401, True)
    return str(answer.json()["challenge"])


def test_password_then_code_gives_tokens(client: Client, dora: User, secret: str) -> None:
    challenge = challenged(client)
    assert sign_in(client).json()["methods"] == ["code"]
    tokens = post(client, "login/second-factor", challenge=challenge, code=code_of(secret))
    me = client.get(
        "/api/v1/auth/me", headers={"authorization": f"Bearer {tokens.json()['access']}"}
    )
    assert me.json()["display_name"] == "Dora"
    row = AuditEvent.objects.get(act="account.sign_in", outcome="ok")
    assert row.details["how"] == "password+code"


def test_a_challenge_is_used_once(client: Client, dora: User, secret: str) -> None:
    challenge = challenged(client)
    assert (
        post(
            client, "login/second-factor", challenge=challenge, code=code_of(secret)
        ).status_code
        == 200
    )
    again = post(
        client, "login/second-factor", challenge=challenge, code=code_of(secret, step=1)
    )
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (
        401,
        "challenge-over",
    )


def test_a_code_is_used_once_however_it_is_typed(
    client: Client, dora: User, secret: str
) -> None:
    code = code_of(secret)
    assert (
        post(client, "login/second-factor", challenge=challenged(client), code=code).status_code
        == 200
    )
    for typed in (code, f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}"):
        answer = post(client, "login/second-factor", challenge=challenged(client), code=typed)
        assert answer.json()["type"].endswith("/wrong-code")


def test_a_recovery_code_works_once(client: Client, dora: User, codes: list[str]) -> None:
    typed = f"{codes[0][:4]}-{codes[0][4:8]}-{codes[0][8:]}"
    assert (
        post(
            client, "login/second-factor", challenge=challenged(client), code=typed
        ).status_code
        == 200
    )
    assert (
        post(
            client, "login/second-factor", challenge=challenged(client), code=typed
        ).status_code
        == 401
    )
    assert factors.factors_of(dora.actor).codes_left == 9


def test_five_wrong_codes_end_the_challenge(client: Client, dora: User, secret: str) -> None:
    challenge = challenged(client)
    for _ in range(5):
        wrong = post(client, "login/second-factor", challenge=challenge, code="000000")
        assert wrong.json()["type"].endswith("/wrong-code")
    right = post(client, "login/second-factor", challenge=challenge, code=code_of(secret))
    assert right.json()["type"].endswith("/challenge-over")
    assert AuditEvent.objects.filter(act="account.second_factor").count() == 5


def test_a_challenge_ends_after_minutes_and_with_the_account(
    client: Client, dora: User, secret: str
) -> None:
    challenge = challenged(client)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert (
            post(client, "login/second-factor", challenge=challenge, code=code_of(secret))
            .json()["type"]
            .endswith("/challenge-over")
        )
    User.objects.filter(id=dora.id).update(is_active=False)
    assert (
        post(
            client, "login/second-factor", challenge=challenge, code=code_of(secret)
        ).status_code
        == 401
    )


@pytest.mark.parametrize("body", [{}, {"challenge": "x"}, {"challenge": "x", "code": ""}])
def test_bad_input_of_the_second_factor(client: Client, body: dict[str, str]) -> None:
    assert post(client, "login/second-factor", **body).status_code == 400


def test_a_credential_that_no_passkey_signed_is_wrong(
    client: Client, dora: User, secret: str
) -> None:
    for credential in ({"id": "x"}, {"id": "AA", "rawId": "AA", "response": {}, "type": "x"}):
        answer = client.post(
            "/api/v1/auth/login/second-factor",
            {"challenge": challenged(client), "credential": credential},
            "application/json",
        )
        assert answer.json()["type"].endswith("/wrong-code")


def test_nothing_secret_is_plain_in_the_tables(
    client: Client, dora: User, codes: list[str]
) -> None:
    challenged(client)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT json_agg(a)::text FROM mfa_authenticator a) || coalesce("
            "(SELECT json_agg(c)::text FROM accounts_signinchallenge c), '')"
        )
        told = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM account_emailaddress")
        assert cursor.fetchone()[0] == 0
    assert "dora" not in told.casefold()
    assert not any(code in told for code in codes)
    data = Authenticator.objects.get(type="totp").data
    assert factors.get_adapter().decrypt(data["secret"]) not in told
    assert SignInChallenge.objects.count() == 1


def test_the_page_asks_for_the_second_factor_and_goes_on(
    client: Client, dora: User, secret: str
) -> None:
    form = {"email": dora.email, "password": PASSWORD}
    answer = client.post("/accounts/login/?next=/patients/", form)
    assert answer["Location"] == "/accounts/second-factor/"
    assert client.get("/today/").status_code == 302
    assert client.post("/accounts/second-factor/", {"code": "000000"}).status_code == 401
    assert client.post("/accounts/second-factor/", {}).status_code == 200
    answer = client.post("/accounts/second-factor/", {"code": code_of(secret)})
    assert answer["Location"] == "/patients/"
    assert client.get("/accounts/security/").status_code == 200


def test_the_second_factor_page_without_a_challenge_leads_to_the_start(client: Client) -> None:
    assert client.get("/accounts/second-factor/")["Location"] == "/accounts/login/"


def test_who_must_have_a_factor_sets_it_up_before_getting_in(
    client: Client, dora: User
) -> None:
    User.objects.filter(id=dora.id).update(mfa_required=True)
    told = sign_in(client).json()
    assert (told["mfa_required"], told["methods"]) == (True, [])
    assert (
        post(
            client, "login/second-factor", challenge=told["challenge"], code="123456"
        ).status_code
        == 401
    )
    client.post("/accounts/login/", {"email": dora.email, "password": PASSWORD})
    page = client.get("/accounts/second-factor/")
    secret = page.context["secret"]
    assert "<svg" in page.content.decode()
    assert "<script" not in page.context["picture"]
    assert client.post("/accounts/second-factor/", {"code": "000000"}).status_code == 401
    page = client.post("/accounts/second-factor/", {"code": code_of(secret)})
    assert page["Cache-Control"] == "no-store"
    assert len(page.context["codes"]) == 10
    assert client.get("/accounts/security/").status_code == 200
    with pytest.raises(Refused):
        factors.totp_remove(by=dora.actor)
    assert factors.methods_of(dora) == ["code", "recovery-code"]


def test_the_security_page_sets_up_and_takes_away(client: Client, dora: User) -> None:
    client.force_login(dora)
    assert "Only your password" in client.get("/accounts/security/").content.decode()
    page = client.get("/accounts/security/app/")
    secret = page.context["secret"]
    assert client.get("/accounts/security/app/").context["secret"] == secret
    assert secret not in json.dumps(dict(client.session.items()))
    assert client.post("/accounts/security/app/", {"code": "1"}).status_code == 401
    told = client.post("/accounts/security/app/", {"code": code_of(secret)})
    assert told["Cache-Control"] == "no-store"
    assert len(told.context["codes"]) == 10
    again = client.post("/accounts/security/codes/").context["codes"]
    assert not set(again) & set(told.context["codes"])
    client.post("/accounts/security/app/remove/")
    assert factors.methods_of(dora) == []
    acts = set(AuditEvent.objects.filter(actor_id=dora.id).values_list("act", flat=True))
    assert {"account.totp_add", "account.totp_remove"} <= acts


def test_changing_factors_wants_a_recent_proof(client: Client, dora: User) -> None:
    client.force_login(dora)
    session = client.session
    session["auth_time"] = 0
    session.save()
    for path in ("app/", "passkeys/"):
        answer = client.get(f"/accounts/security/{path}")
        assert answer["Location"].startswith("/accounts/step-up/?next=")
    for path in ("codes/", "app/remove/", "passkeys/1/remove/"):
        assert "/accounts/step-up/" in client.post(f"/accounts/security/{path}")["Location"]


def test_step_up_by_code(client: Client, dora: User, secret: str) -> None:
    client.force_login(dora)
    assert client.post("/accounts/step-up/", {"code": "000000"}).status_code == 401
    assert client.post("/accounts/step-up/", {"code": code_of(secret)}).status_code == 302


def test_nobody_removes_the_passkey_of_another(dora: User, alice: User) -> None:
    row = Authenticator.objects.create(
        user=dora,
        type="webauthn",
        data={"name": factors.get_adapter().encrypt("key"), "credential": {}},
    )
    with pytest.raises(NotFound):
        factors.passkey_remove(by=alice.actor, passkey_id=row.id)
    factors.passkey_remove(by=dora.actor, passkey_id=row.id)
    assert not Authenticator.objects.exists()


@pytest.mark.usefixtures("real_transactions")
def test_of_many_with_one_challenge_and_one_code_one_gets_in(dora: User, secret: str) -> None:
    challenge, code = challenged(Client()), code_of(secret)
    barrier = Barrier(8)

    def race(_: int) -> int:
        barrier.wait(timeout=20)
        try:
            answer = post(Client(), "login/second-factor", challenge=challenge, code=code)
            return int(answer.status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(race, range(8))) == [200] + [401] * 7
