"""Rows in a real browser: what a clinician sees, with nothing wrong in the console."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from clinicity.demo.smoke.answers import QUESTION
from clinicity.demo.smoke.walk import Row, Skipped, Walk, demand, email_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
SIZE: ViewportSize = {"width": 1440, "height": 900}
PATIENCE_MS = 60_000


@contextmanager
def open_page(walk: Walk) -> Iterator[Page]:
    """A page signed in as Alice. Anything said in its console as an error fails the row."""
    if not CHROMIUM:
        raise Skipped("no browser here: install Chromium (`make tools`)")
    complaints: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: _note(said, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        _sign_in(page, walk)
        yield page
        browser.close()
    demand(not complaints, f"the console said: {' | '.join(complaints)[:300]}")


def today(walk: Walk) -> str:
    with open_page(walk) as page:
        expect(page.get_by_text("Samplewood").first).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_text("Comparing with")).to_have_count(0, timeout=PATIENCE_MS)
        lithium = page.get_by_text(re.compile("Lithium level 0[.]46")).first
        expect(lithium).to_be_visible(timeout=PATIENCE_MS)
        _picture(page, walk, "today")
        return f"{page.title()!r}: Iris is expected; since her last visit: lithium 0.46"


def overview(walk: Walk) -> str:
    """The patient's page: what changed since the last visit, each with its source."""
    with open_page(walk) as page:
        page.goto(f"{walk.base}/patients/{walk.found['iris']}/")
        for change in ("Lithium level 0.46", "shorter than before", "2 of 28 doses"):
            expect(page.get_by_text(change).first).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_load_state("networkidle")
        _picture(page, walk, "patient")
        return "since the last visit: lithium lower, sleep shorter, two doses missed"


def alert_toast(walk: Walk) -> str:
    """The page stays as it is, and the alert appears in it."""
    with open_page(walk) as page:
        page.goto(f"{walk.base}/patients/")
        page.wait_for_load_state("networkidle")
        _ring(walk)
        toast = page.locator("[data-toasts]").get_by_text("Heart rate above 180")
        expect(toast).to_be_visible(timeout=PATIENCE_MS)
        return "the toast came without a reload"


def viewer(walk: Walk) -> str:
    with open_page(walk) as page:
        page.goto(f"{walk.base}/documents/{walk.found['document']}/")
        expect(page.get_by_role("img", name="Page 1")).to_be_visible(timeout=PATIENCE_MS)
        _picture(page, walk, "document")
        return f"{page.title()!r} shows page 1"


def chat(walk: Walk) -> str:
    """Ask in the page, read a cited answer, follow a citation."""
    with open_page(walk) as page:
        page.goto(f"{walk.base}/agents/patients/{walk.found['iris']}/chat/")
        page.locator("textarea").first.fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(
            page.locator(".turn-answer").get_by_text(re.compile("0[.]46")).first
        ).to_be_visible(timeout=PATIENCE_MS)
        _picture(page, walk, "chat")
        cited = page.locator("main a.cite[href*='/documents/']").first.get_attribute("href")
        page.goto(f"{walk.base}{cited}")
        expect(page.get_by_role("img", name="Page 1")).to_be_visible(timeout=PATIENCE_MS)
        _picture(page, walk, "cited")
        return f"a cited answer; {str(cited).partition('?')[2]} opens the page"


def _sign_in(page: Page, walk: Walk) -> None:
    page.goto(f"{walk.base}/accounts/login/")
    page.locator("input[name=email]").fill(email_of("alice"))
    page.locator("input[name=password]").fill(walk.password)
    page.locator("main button[type=submit], form button").first.click()
    page.wait_for_url("**/today/")


def _ring(walk: Walk) -> None:
    about = {"patient_id": walk.found["patient"]}
    rule = about | {
        "name": "Heart rate above 180", "kind": "threshold", "severity": "high",
        "params": {"metric": "heart_rate", "comparison": "above", "value": 180},
    }  # fmt: skip
    walk.ask("POST", "/api/v1/alert-rules", json=rule, expect=HTTPStatus.CREATED)
    reading = about | {
        "data_type": "heart_rate", "data": {"bpm": 188},
        "timestamp": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    walk.ask("POST", "/api/v1/biometric-events", json=reading, expect=HTTPStatus.CREATED)


def _note(said: ConsoleMessage, complaints: list[str]) -> None:
    if said.type == "error":
        complaints.append(said.text)


def _picture(page: Page, walk: Walk, name: str) -> None:
    folder: Path = walk.folder / "pictures"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


BROWSER = (
    Row("browser: sign in, Today", today),
    Row("browser: a patient's page with its panels", overview),
    Row("browser: an alert appears in an open page", alert_toast),
    Row("browser: a document's page", viewer),
    Row("browser: ask, and open what the answer cites", chat),
)
