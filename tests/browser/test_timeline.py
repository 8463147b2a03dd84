"""The timeline's page in a browser: by keyboard, in place, on a phone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from clinicity.accounts.models import User
from patients.models import Patient
from patients.services import timeline_event_add, timeline_event_edit
from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser
SignIn = Callable[..., Watched]
NOON = datetime(2026, 11, 3, 12, 5, tzinfo=UTC)


@pytest.fixture
def told(alice: User, patient: Patient) -> Patient:
    """Sixty entries, of which one was changed."""
    for day in range(60):
        event = timeline_event_add(
            by=alice.actor, patient_id=patient.id, kind=("note", "lab", "encounter")[day % 3],
            title=f"Entry {day}", occurred_at=NOON - timedelta(days=day * 3),
            body="Reports waking at four, low in mood, walks the dog twice a day.",
        )  # fmt: skip
        if day == 1:
            timeline_event_edit(
                by=alice.actor, event_id=event.id, changes={"title": "Entry one"}
            )
    return patient


def test_found_edited_removed_and_taken_back_by_keyboard(
    signed_in: SignIn, alice: User, told: Patient
) -> None:
    watched = signed_in(alice)
    page = watched.page
    page.goto(f"/patients/{told.id}/timeline/")
    page.keyboard.press("/")
    page.keyboard.type("entry one waking")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("mark").first).to_have_text("Entry")
    assert "find=entry" in page.url
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("e")
    title = page.locator(".timeline-form [name=title]")
    title.fill("Entry one, corrected")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_contain_text("Entry one, corrected")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-row] .row-link")).to_have_text("Entry one")
    page.get_by_text("Changed; show how").click()
    expect(page.locator(".timeline-changes")).to_contain_text("took the last change back")
    page.locator("[data-row]").get_by_role("button", name="Remove").click()
    expect(page.locator("#timeline-list s")).to_have_text("Entry one")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator("[data-row] .row-link")).to_have_text("Entry one")
    assert watched.complaints == []


def test_more_entries_join_the_list_and_chips_narrow_it(
    signed_in: SignIn, alice: User, told: Patient
) -> None:
    watched = signed_in(alice)
    page = watched.page
    page.goto(f"/patients/{told.id}/timeline/")
    expect(page.locator("[data-row]")).to_have_count(50)
    page.get_by_role("link", name="More entries").click()
    expect(page.locator("[data-row]")).to_have_count(60)
    page.get_by_role("link", name="Results").click()
    expect(page.locator("[data-row]")).to_have_count(20)
    page.keyboard.press("/")
    page.keyboard.type("waking")
    page.keyboard.press("Enter")
    page.wait_for_url("**find=waking**")
    assert "kind=lab" in page.url
    page.go_back()
    expect(page.locator("[data-row]")).to_have_count(20)
    assert watched.complaints == []


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_reaches_over_the_edge(
    signed_in: SignIn, alice: User, told: Patient, width: int, scheme: str
) -> None:
    watched = signed_in(alice, width=width, scheme=scheme)
    for path in ("", "?find=waking+mood", "new/", "print/"):
        watched.page.goto(f"/patients/{told.id}/timeline/{path}")
        reach = watched.page.evaluate("document.documentElement.scrollWidth")
        assert reach <= width
        name = path.strip("/").partition("?")[0] or ("found" if path else "list")
        watched.page.screenshot(path=f"var/looks/timeline-{name}-{width}-{scheme}.png")
    assert watched.complaints == []
