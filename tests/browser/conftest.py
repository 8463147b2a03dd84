"""A real server over the test database, and a real Chromium in front of it."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from clinicity.accounts.models import User
from clinicity.environment import ROOT
from conftest import PASSWORD

CHROMIUM = shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 40


class Watched:
    """A page and everything that its console complained of."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


@pytest.fixture
def server(chromium: Browser, real_transactions: None) -> Iterator[str]:
    """The base address of the whole application, a process of its own as in production."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "clinicity.asgi:application"]
    options = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen([*command, *options], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _await(port: int) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        with closing(socket.socket()) as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("The server under test did not start.")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: apt-get install chromium.")
    # Playwright keeps an event loop in this thread, which Django takes for async code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def signed_in(server: str, chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """`signed_in(user, width=1440, scheme="light")`: a page on which the user signed in."""
    contexts = []

    def open_page(user: User, *, width: int = 1440, scheme: str = "light") -> Watched:
        context = chromium.new_context(
            base_url=server, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        watched = Watched(context)
        watched.page.goto("/accounts/login/")
        watched.page.fill("[name=email]", user.email)
        watched.page.fill("[name=password]", PASSWORD)
        watched.page.click("button[type=submit]")
        watched.page.wait_for_url(lambda url: "login" not in url)
        return watched

    yield open_page
    for context in contexts:
        context.close()
