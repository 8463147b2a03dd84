"""Password rules, and what a change ends."""

import pytest
from django.test import Client

from clinicity.accounts import tokens
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.accounts.tests.signing import PASSWORD
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import SYSTEM, Role
from clinicity.common.exceptions import Invalid

pytestmark = pytest.mark.django_db
NEW = "a wet tram over nine hills"


@pytest.mark.parametrize(
    "bad",
    ["elevenchars", "qwertyuiop12", "Ermintrude Possum", "ermintrude1@clinic",
     "Clinicity2026!", "aaaaaaaaaaaaaaaa"],
)  # fmt: skip
def test_bad_passwords_are_refused_with_a_reason(bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        user_create(
            by=SYSTEM,
            email="ermintrude@clinic.example",
            password=bad,
            display_name="Ermintrude Possum",
            role=Role.CLINICIAN,
        )
    assert refused.value.detail


def change(client: Client, **form: str) -> int:
    fields = {"old": PASSWORD, "new": NEW, "again": NEW} | form
    return client.post("/accounts/security/password/", fields).status_code


def test_change_ends_every_other_sign_in_and_keeps_this_one(dora: User) -> None:
    here, there = Client(), Client()
    here.force_login(dora)
    there.force_login(dora)
    app = tokens.pair_issue(dora)
    assert change(here) == 302
    assert here.get("/accounts/security/").status_code == 200
    assert there.get("/accounts/security/").status_code == 302
    with pytest.raises(tokens.BadToken):
        tokens.user_of_access(app.access)
    assert len(here.get("/accounts/sessions/").context["rows"]) == 1
    row = AuditEvent.objects.get(act="account.password_change")
    assert row.details["ended"] == 2


def test_a_change_is_refused_when_something_is_wrong(client: Client, dora: User) -> None:
    client.force_login(dora)
    assert change(client, old="wrong") == 401
    assert change(client, again="something else") == 200
    assert change(client, new="short", again="short") == 400
    assert client.get("/accounts/security/password/").status_code == 200
