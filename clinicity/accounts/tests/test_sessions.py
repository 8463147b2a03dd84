"""Sessions: their limits, their list, their ends; what closes with them."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from asgiref.sync import async_to_sync, sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connection
from django.test import Client

from clinicity.accounts import sessions, tokens
from clinicity.accounts.clients import client_of, client_words
from clinicity.accounts.models import User
from clinicity.accounts.sockets import UNAUTHORISED
from clinicity.accounts.tests.signing import PASSWORD
from clinicity.asgi import application
from clinicity.audit.models import AuditEvent
from clinicity.common import clock

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def signed_in(user: User, agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": agent})
    form = {"email": user.email, "password": PASSWORD}
    assert client.post("/accounts/login/", form).status_code == 302
    return client


@pytest.mark.django_db
def test_a_session_ends_when_idle(dora: User) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        client = signed_in(dora)
    for minutes in (25, 50):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            assert client.get("/accounts/security/").status_code == 200
    with time_machine.travel(now + timedelta(minutes=81), tick=False):
        assert client.get("/accounts/security/").status_code == 302
    assert AuditEvent.objects.filter(act="account.session_expire").count() == 1


@pytest.mark.django_db
def test_a_session_ends_after_twelve_hours_however_busy(dora: User) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        client = signed_in(dora)
    for minutes in range(25, 12 * 60, 25):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            assert client.get("/accounts/security/").status_code == 200
    with time_machine.travel(now + timedelta(hours=12, minutes=1), tick=False):
        assert client.get("/accounts/security/").status_code == 302


@pytest.mark.django_db
def test_the_page_lists_devices_in_words_and_marks_this_one(dora: User, alice: User) -> None:
    here = signed_in(dora)
    signed_in(dora, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1")
    signed_in(alice)
    tokens.pair_issue(dora, client=client_of("clinicity-phone/2.1 (Android 15)"))
    rows = here.get("/accounts/sessions/").context["rows"]
    words = [words for _, words in rows]
    assert words[0] == "Firefox on Linux"
    assert set(words[1:]) == {"Safari on iPhone", "clinicity-phone on Android"}
    assert [row.is_this for row, _ in rows] == [True, False, False]


@pytest.mark.django_db
def test_one_is_signed_out_and_nobody_elses(dora: User, alice: User) -> None:
    here, there, other = signed_in(dora), signed_in(dora), signed_in(alice)
    app = tokens.pair_issue(dora)
    rows = [row for row, _ in here.get("/accounts/sessions/").context["rows"]]
    for row in rows[1:]:
        assert other.post(f"/accounts/sessions/{row.id}/end/").status_code == 404
        assert here.post(f"/accounts/sessions/{row.id}/end/").status_code == 302
        assert here.post(f"/accounts/sessions/{row.id}/end/").status_code == 404
    assert here.get("/accounts/sessions/").status_code == 200
    assert there.get("/accounts/sessions/").status_code == 302
    with pytest.raises(tokens.BadToken):
        tokens.user_of_access(app.access)
    for bad in ("browser-x", "app-x", "browser-99999999999999999999", "x"):
        assert here.post(f"/accounts/sessions/{bad}/end/").status_code == 404


@pytest.mark.django_db
def test_sign_out_everywhere_ends_browsers_and_apps(dora: User, alice: User) -> None:
    here, there, other = signed_in(dora), signed_in(dora), signed_in(alice)
    app = tokens.pair_issue(dora)
    assert here.post("/accounts/sessions/end/").status_code == 302
    for client in (here, there):
        assert client.get("/accounts/sessions/").status_code == 302
    with pytest.raises(tokens.BadToken):
        tokens.pair_refresh(app.refresh)
    assert other.get("/accounts/sessions/").status_code == 200
    row = AuditEvent.objects.get(act="account.sessions_end")
    assert row.details == {"ended": 3, "why": "everywhere"}


@pytest.mark.django_db
def test_rows_hold_no_address_and_no_user_agent(dora: User) -> None:
    signed_in(dora)
    with connection.cursor() as cursor:
        cursor.execute("SELECT json_agg(s)::text FROM usersessions_usersession s")
        told = cursor.fetchone()[0]
    assert "127.0.0.1" not in told
    assert "Mozilla" not in told
    assert "dora" not in told.casefold()
    assert UserSession.objects.get().ip.startswith("fd")


@pytest.mark.django_db
def test_a_page_costs_no_more_queries_than_before(
    dora: User, django_assert_max_num_queries: object
) -> None:
    client = signed_in(dora)
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        client.get("/accounts/security/password/")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", "An unknown device"), (FIREFOX, "Firefox on Linux"), ("curl/8.5.0", "curl"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0",
         "Edge on Windows"),
        ("<script>alert(1)</script>", "An unknown device"),
    ],
)  # fmt: skip
def test_clients_in_words(agent: str, words: str) -> None:
    assert client_words(client_of(agent)) == words


@pytest.mark.usefixtures("real_transactions")
@pytest.mark.parametrize("how", ["logout", "everywhere", "elsewhere"])
def test_an_open_socket_closes_with_its_session(dora: User, how: str) -> None:
    mine, other = signed_in(dora), signed_in(dora)

    def socket_of(client: Client) -> WebsocketCommunicator:
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers = [
            (b"origin", b"http://localhost"), (b"host", b"localhost"),
            (b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()),
        ]  # fmt: skip
        return WebsocketCommunicator(application, "/ws/alerts/", headers=headers)

    def sign_out() -> None:
        if how == "logout":
            mine.post("/accounts/logout/")
        elif how == "everywhere":
            sessions.sessions_end(by=dora.actor)
        else:
            key = mine.session.session_key
            row = UserSession.objects.get(session_key=key)
            sessions.session_end(by=dora.actor, id=f"browser-{row.id}")

    async def run() -> tuple[dict[str, object], bool]:
        held, kept = socket_of(mine), socket_of(other)
        for socket in (held, kept):
            assert (await socket.connect(timeout=10))[0]
            await socket.receive_json_from(timeout=10)
        await sync_to_async(sign_out)()
        closed = await held.receive_output(timeout=10)
        quiet = await kept.receive_nothing(timeout=0.5)
        await kept.disconnect()
        return closed, quiet

    closed, quiet = async_to_sync(run)()
    assert closed == {"type": "websocket.close", "code": UNAUTHORISED}
    assert quiet is (how != "everywhere")


@pytest.mark.django_db
def test_rows_of_old_sign_ins_are_forgotten(dora: User) -> None:
    signed_in(dora)
    tokens.pair_issue(dora)
    assert sessions.sign_ins_forget(now=clock.now()) == 0
    assert sessions.sign_ins_forget(now=clock.now() + timedelta(days=32)) >= 4
    assert not UserSession.objects.exists()


@pytest.mark.django_db
def test_what_a_page_asks_by_itself_is_no_use(dora: User) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        client = signed_in(dora)
    alone = {"x-unattended": "1", "hx-request": "true"}
    for minutes in (10, 20, 29):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            assert client.get("/tasks/", headers=alone).status_code == 200
    with time_machine.travel(now + timedelta(minutes=31), tick=False):
        assert "HX-Redirect" in client.get("/tasks/", headers=alone)
