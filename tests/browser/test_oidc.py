"""OpenID Connect in a real browser: cookies, content security policy and all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from clinicity.accounts.models import User
from clinicity.accounts.tests.provider import CLIENT, SECRET, Provider
from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Runs before the server starts, which is told of it by its environment."""
    provider = Provider()
    told = {
        "OIDC_SERVER_URL": provider.base, "OIDC_NAME": "the trust", "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET, "OIDC_LINK_BY_EMAIL": "True",
    }  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    yield provider
    provider.close()


def test_a_person_signs_in_through_the_provider(
    provider: Provider, server: str, chromium: Browser, alice: User
) -> None:
    provider.claims |= {"email": alice.email, "email_verified": True}
    context = chromium.new_context(base_url=server)
    watched = Watched(context)
    page = watched.page
    page.goto("/accounts/login/?next=/accounts/sessions/")
    page.get_by_role("button", name="Sign in with the trust").click()
    page.wait_for_url("**/accounts/sessions/")
    expect(page.get_by_text("this one")).to_be_visible()
    assert not watched.complaints
    provider.claims["sub"] = "somebody unknown"
    provider.claims["email"] = "unknown@clinic.example"
    context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with the trust").click()
    expect(page.get_by_text("You have no account here yet.")).to_be_visible()
    context.close()
