import pytest
from django.test import Client

from clinicity.accounts.models import User

pytestmark = pytest.mark.django_db


def test_anonymous_is_sent_to_the_log_in_page(client: Client) -> None:
    answer = client.get("/", follow=True)
    last, status = answer.redirect_chain[-1]
    assert status == 302
    assert last.startswith("/accounts/login/")


def test_log_in_page_signs_in_and_goes_on(client: Client, alice: User, password: str) -> None:
    answer = client.post(
        "/accounts/login/?next=/patients/", {"email": alice.email, "password": password}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/patients/")


def test_next_to_another_host_is_ignored(client: Client, alice: User, password: str) -> None:
    answer = client.post(
        "/accounts/login/?next=https://evil.example/",
        {"email": alice.email, "password": password},
    )
    assert "evil" not in answer["Location"]


def test_wrong_password_keeps_the_address_and_says_so(client: Client, alice: User) -> None:
    answer = client.post("/accounts/login/", {"email": alice.email, "password": "wrong"})
    assert answer.status_code == 401
    assert alice.email in answer.content.decode()
    assert "wrong" in answer.content.decode()


def test_log_out_ends_the_session(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_admin_uses_the_same_log_in(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_clinician_does_not_get_into_the_admin(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/admin/").status_code == 302


def test_a_fragment_leads_the_whole_page_to_the_log_in(client: Client) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/alerts/?state=open"}
    answer = client.get("/alerts/", headers=headers)
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Falerts%2F%3Fstate%3Dopen"


def test_the_admins_own_ways_out_and_to_a_password_are_ours(
    client: Client, admin: User
) -> None:
    client.force_login(admin)
    assert client.get("/admin/password_change/")["Location"] == "/accounts/security/password/"
    assert client.post("/admin/logout/")["Location"] == "/accounts/login/"
    assert client.get("/accounts/security/").status_code == 302


def test_the_security_page_tells_its_owner_what_happened(
    client: Client, alice: User, bob: User, password: str
) -> None:
    client.post("/accounts/login/", {"email": alice.email, "password": "wrong"})
    client.post("/accounts/login/", {"email": bob.email, "password": "wrong"})
    client.post("/accounts/login/", {"email": alice.email, "password": password})
    told = client.get("/accounts/security/").context["acts"]
    assert [str(each.words) for each in told] == ["Signed in", "A wrong password was tried"]
    assert [each.is_bad for each in told] == [False, True]


def test_what_is_behind_the_log_in_is_not_kept_by_the_browser(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    for path in ("/today/", "/accounts/security/", "/api/v1/auth/me"):
        assert client.get(path)["Cache-Control"] == "no-store"
