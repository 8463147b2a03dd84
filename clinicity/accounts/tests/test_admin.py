"""What admins do to accounts, each act through its service."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib import admin as site
from django.test import Client

from clinicity.accounts import factors, services, tokens
from clinicity.accounts.models import User
from clinicity.accounts.tests.signing import sign_in
from clinicity.audit.models import AuditEvent
from clinicity.common.exceptions import NotFound, Refused

pytestmark = pytest.mark.django_db


def act(client: Client, name: str, user: User) -> int:
    form = {"action": name, "_selected_action": [str(user.id)]}
    return client.post("/admin/accounts/user/", form).status_code


def test_deactivating_ends_everything_at_once(dora: User, admin: User) -> None:
    pair, browser, desk = tokens.pair_issue(dora), Client(), Client()
    browser.force_login(dora)
    desk.force_login(admin)
    assert act(desk, "deactivate", dora) == 302
    with pytest.raises(tokens.BadToken):
        tokens.user_of_access(pair.access)
    assert browser.get("/accounts/security/").status_code == 302
    assert sign_in(Client()).status_code == 401
    assert act(desk, "activate", dora) == 302
    assert sign_in(Client()).status_code == 200
    acts = list(AuditEvent.objects.filter(actor_id=admin.id).values_list("act", flat=True))
    assert {"account.deactivate", "account.activate", "account.sessions_end"} <= set(acts)


def test_factors_are_demanded_and_reset(dora: User, admin: User) -> None:
    desk = Client()
    desk.force_login(admin)
    secret = factors.new_secret()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    factors.totp_activate(by=dora.actor, secret=secret, code=code)
    act(desk, "reset_factors", dora)
    assert factors.methods_of(dora) == []
    assert sign_in(Client()).status_code == 200
    act(desk, "demand_factor", dora)
    assert sign_in(Client()).json()["methods"] == []


def test_acts_want_a_recent_proof(dora: User, admin: User) -> None:
    desk = Client()
    desk.force_login(admin)
    session = desk.session
    session["auth_time"] = 0
    session.save()
    act(desk, "deactivate", dora)
    dora.refresh_from_db()
    assert dora.is_active


def test_only_admins_and_never_oneself_or_a_service(
    dora: User, alice: User, admin: User
) -> None:
    for wrong in (alice, dora):
        with pytest.raises(Refused):
            services.user_deactivate(by=wrong.actor, user_id=dora.id)
    with pytest.raises(Refused):
        services.user_deactivate(by=admin.actor, user_id=admin.id)
    service = User.objects.filter(role="service").first()
    assert service is not None
    with pytest.raises(NotFound):
        services.user_deactivate(by=admin.actor, user_id=service.id)


def test_tables_of_allauth_have_no_page() -> None:
    assert not [m for m in site.site._registry if m.__module__.startswith("allauth")]
