"""Signing in in a real browser: passkeys by a virtual authenticator, pages looked at."""

import time
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clinicity.accounts import factors
from clinicity.accounts.models import User
from conftest import PASSWORD
from tests.browser.conftest import Watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def context(server: str, chromium: Browser) -> Iterator[BrowserContext]:
    """Passkeys belong to a domain, so that here the server is called by its name."""
    base = server.replace("127.0.0.1", "localhost")
    context = chromium.new_context(base_url=base)
    yield context
    context.close()


def with_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def sign_in(page: Page, user: User) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=email]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)


def test_a_passkey_is_added_and_then_signs_in_and_confirms(
    context: BrowserContext, alice: User
) -> None:
    watched = Watched(context)
    page = watched.page
    with_authenticator(page)
    sign_in(page, alice)
    page.goto("/accounts/security/passkeys/")
    page.fill("[name=name]", "work laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("work laptop")).to_be_visible()
    context.clear_cookies()
    sign_in(page, alice)
    assert page.url.endswith("/accounts/second-factor/")
    assert not violations(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/today/")
    page.goto("/accounts/step-up/?next=/accounts/sessions/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/accounts/sessions/")
    expect(page.get_by_text("this one")).to_be_visible()
    assert not watched.complaints


def test_without_the_passkey_the_page_says_so_and_a_recovery_code_helps(
    context: BrowserContext, alice: User
) -> None:
    page = context.new_page()
    with_authenticator(page)
    sign_in(page, alice)
    page.goto("/accounts/security/passkeys/")
    page.fill("[name=name]", "lost")
    page.get_by_role("button", name="Add the passkey").click()
    code = page.locator(".codes li").first.inner_text()
    other = context.browser.new_context(base_url=page.url.rpartition("/accounts")[0])
    page = other.new_page()
    with_authenticator(page)  # one that doesn't hold the passkey
    sign_in(page, alice)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible(timeout=20_000)
    page.fill("[name=code]", code)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")
    other.close()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_are_accessible_and_quiet(
    signed_in: Callable[..., Watched], alice: User, width: int, scheme: str
) -> None:
    watched = signed_in(alice, width=width, scheme=scheme)
    page = watched.page
    for path in ("security/", "security/app/", "security/password/", "sessions/",
                 "security/passkeys/", "step-up/"):  # fmt: skip
        page.goto(f"/accounts/{path}", wait_until="networkidle")
        assert not violations(page), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto("/accounts/security/app/")
    page.locator("summary", has_text="It can’t be scanned").click()
    secret = page.locator(".secret").inner_text()
    page.fill("[name=code]", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    assert not violations(page)
    assert factors.methods_of(alice) == ["code", "recovery-code"]
    assert not watched.complaints


def test_an_open_page_that_polls_does_not_keep_its_session(
    signed_in: Callable[..., Watched], alice: User
) -> None:
    page = signed_in(alice).page
    heads = []
    page.on(
        "request",
        lambda asked: heads.append(asked.headers) if "hx-request" in asked.headers else None,
    )
    page.goto("/tasks/")
    page.wait_for_timeout(4000)
    assert heads
    assert all(each.get("x-unattended") == "1" for each in heads)
