"""Dangerous acts want a recent proof of who one is, on pages and over the API."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from rest_framework.request import Request

from clinicity.accounts.models import User
from clinicity.accounts.stepup import (
    StepUpNeeded,
    demand_recent,
    is_recent,
    recently_authenticated,
)
from clinicity.accounts.tokens import access_again, pair_issue, pair_refresh
from clinicity.audit.models import AuditEvent
from clinicity.common import clock

pytestmark = pytest.mark.django_db


def with_token(text: str) -> Request:
    request = Request(RequestFactory().post("/"))
    request.auth = text
    return request


def test_a_token_ages_and_a_refresh_does_not_make_it_younger(alice: User) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        pair = pair_issue(alice)
        demand_recent(with_token(pair.access))
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        access = pair_refresh(pair.refresh).access
        with pytest.raises(StepUpNeeded) as refused:
            demand_recent(with_token(access))
        assert refused.value.extra["step_up"] == "/api/v1/auth/step-up/"
        demand_recent(with_token(access_again(access).access))


def test_step_up_over_the_api(client: Client, alice: User, password: str) -> None:
    headers = {"authorization": f"Bearer {pair_issue(alice, auth_time=1).access}"}

    wrong = client.post(
        "/api/v1/auth/step-up", {"password": "wrong"}, "application/json", headers=headers
    )
    assert wrong.status_code == 401
    assert AuditEvent.objects.filter(act="account.step_up", outcome="refused").count() == 1
    good = client.post(
        "/api/v1/auth/step-up", {"password": password}, "application/json", headers=headers
    )
    demand_recent(with_token(good.json()["access"]))
    assert AuditEvent.objects.filter(act="account.step_up", outcome="ok").count() == 1


@recently_authenticated
def dangerous(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


def page(method: str, age: int, **headers: str) -> HttpRequest:
    request = RequestFactory(headers=headers).generic(method, "/dangerous/?a=1")
    request.session = SessionStore()
    request.session["auth_time"] = clock.now().timestamp() - age
    return request


def test_a_page_sends_to_the_step_up_page_and_back() -> None:
    assert dangerous(page("GET", 10)).content == b"done"
    stale = dangerous(page("GET", 301))
    assert stale["Location"] == "/accounts/step-up/?next=%2Fdangerous%2F%3Fa%3D1"
    form = {"referer": "http://testserver/form/?b=2"}
    assert dangerous(page("POST", 301, **form))["Location"].endswith("?next=%2Fform%2F%3Fb%3D2")
    other = {"referer": "https://evil.example/form/"}
    assert "evil" not in dangerous(page("POST", 301, **other))["Location"]
    fragment = dangerous(page("POST", 301, **{"hx-request": "true"}))
    assert fragment["HX-Redirect"].startswith("/accounts/step-up/")


def test_the_step_up_page_makes_a_session_recent(
    client: Client, alice: User, password: str
) -> None:
    client.force_login(alice)
    session = client.session
    session["auth_time"] = 0
    session.save()
    assert client.post("/accounts/step-up/", {"password": "wrong"}).status_code == 401
    answer = client.post("/accounts/step-up/?next=/patients/", {"password": password})
    assert answer["Location"] == "/patients/"
    request = RequestFactory().get("/")
    request.session = client.session
    assert is_recent(request)
