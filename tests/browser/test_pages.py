"""Pages in a real browser: readable by all, quiet console, no report of the CSP."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from clinicity.accounts.models import User
from clinicity.common import clock
from patients.models import Patient
from patients.services import encounter_add, lab_result_add, timeline_event_add
from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Watched]
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AA}})
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture
def charted(alice: User, patient: Patient) -> Patient:
    """Alice's patient with a visit today and something in the chart."""
    now = clock.now()
    visit = {"by": alice.actor, "patient_id": patient.id, "kind": "Follow-up"}
    for starts_at, status in ((now - timedelta(days=20), "finished"), (now, "planned")):
        encounter_add(
            **visit,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            status=status,
        )
    lab_result_add(
        by=alice.actor, patient_id=patient.id, loinc="14334-7", name="Lithium level", value=0.4,
        unit="mmol/L", specimen_at=now - timedelta(days=2), low=0.6, high=1.0,
    )  # fmt: skip
    timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Telephone call",
        occurred_at=now - timedelta(days=1),
    )  # fmt: skip
    return patient


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_each_page_is_accessible_and_quiet(
    signed_in: SignedIn, alice: User, charted: Patient, width: int, scheme: str
) -> None:
    watched = signed_in(alice, width=width, scheme=scheme)
    page = watched.page
    for path in (
        "/today/",
        "/patients/",
        f"/patients/{charted.id}/",
        "/patients/new/",
        "/tasks/",
        "/gallery/",
    ):
        page.goto(path, wait_until="networkidle")
        assert not violations(page), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not watched.complaints


def test_the_banner_never_scrolls_away(
    signed_in: SignedIn, alice: User, charted: Patient
) -> None:
    page = signed_in(alice, width=390).page
    page.goto(f"/patients/{charted.id}/", wait_until="networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".patient-banner .who-name")).to_be_in_viewport()


def test_the_keyboard_finds_and_opens_a_patient(
    signed_in: SignedIn, alice: User, charted: Patient
) -> None:
    page = signed_in(alice).page
    page.goto("/patients/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/patients/{charted.id}/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type(charted.last_name)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/patients/{charted.id}/")


def test_a_change_leads_to_its_source(
    signed_in: SignedIn, alice: User, charted: Patient
) -> None:
    page = signed_in(alice).page
    page.get_by_role("link", name="Lithium level 0.4 mmol/L").click()
    page.wait_for_url("**#lab-*")
    expect(page.locator("tr:target")).to_contain_text("0.40")


def test_the_theme_is_kept(signed_in: SignedIn, alice: User) -> None:
    page = signed_in(alice).page
    page.get_by_label("Your menu").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_an_entry_of_the_timeline_is_added_in_place(
    signed_in: SignedIn, alice: User, charted: Patient
) -> None:
    watched = signed_in(alice)
    page = watched.page
    page.goto(f"/patients/{charted.id}/", wait_until="networkidle")
    page.get_by_text("Add an entry").click()
    page.get_by_label("What happened").fill("Sister rang")
    page.get_by_label("When").fill("2026-11-01T10:00")
    page.get_by_role("button", name="Add the entry").click()
    expect(page.locator("#timeline")).to_contain_text("Sister rang")
    assert not watched.complaints
