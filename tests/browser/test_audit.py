"""The auditors' pages in a real browser: readable, quiet, wide and narrow, by keyboard."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent, SecurityAlert
from clinicity.common import clock
from conftest import DrainJobs
from patients.models import Patient
from patients.selectors import patient_get
from patients.services import patient_create
from tests.browser.conftest import Watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Watched]
# Where pictures of the pages go, for somebody to look at.
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture
def busy(alice: User, bob: User, auditor: User, patient: Patient) -> SecurityAlert:
    """A clinic in which something happened."""
    others = [
        patient_create(
            by=user.actor, first_name=name, last_name="Tester", date_of_birth=date(1980, 1, 1)
        ).id
        for user, names in ((alice, ("Ann", "Ben", "Cid")), (bob, ("Dee", "Eve")))
        for name in names
    ]
    for number in range(12):
        patient_get(alice.actor, others[number % 3])
        patient_get(bob.actor, others[3 + number % 2])
        patient_get((alice, bob)[number % 2].actor, patient.id)
    now = clock.now()
    alert = SecurityAlert(
        rule="many_patients", actor_id=alice.id, actor_role="clinician",
        window_start=now - timedelta(minutes=30), window_end=now + timedelta(minutes=30),
        evidence={"patients": 30, "usual": 4}, reason="30 different patients",
    )  # fmt: skip
    alert.save(force_insert=True)
    audit.filter_save(by=auditor.actor, name="Refused", wanted={"outcome": "refused"})
    return alert


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_each_page_is_accessible_and_quiet(
    signed_in: SignedIn, auditor: User, busy: SecurityAlert, width: int, scheme: str
) -> None:
    watched = signed_in(auditor, width=width, scheme=scheme)
    page, event = watched.page, AuditEvent.objects.filter(act="patient.read").latest("position")
    for name, path in (
        ("trail", "/audit/"),
        ("search", "/audit/?act=patient.read"),
        ("nothing", "/audit/?outcome=failed"),
        ("wrong", "/audit/?actor_id=nobody-here"),
        ("event", f"/audit/events/{event.id}/"),
        ("alerts", "/audit/alerts/"),
        ("alert", f"/audit/alerts/{busy.id}/"),
        ("picture", "/audit/picture/"),
    ):
        page.goto(path, wait_until="networkidle")
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        assert not violations(page), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not watched.complaints


def test_the_proof_tells_how_far_it_is_and_what_it_found(
    signed_in: SignedIn, auditor: User, busy: SecurityAlert, drain_jobs: DrainJobs
) -> None:
    watched = signed_in(auditor)
    page = watched.page
    page.get_by_role("button", name="Verify the trail").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    drain_jobs()
    expect(page.get_by_text("The trail is whole")).to_be_visible()
    assert not violations(page)
    assert not watched.complaints


def test_an_unusual_access_is_reviewed_by_keyboard(
    signed_in: SignedIn, auditor: User, busy: SecurityAlert
) -> None:
    page = signed_in(auditor).page
    page.goto("/audit/alerts/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/audit/alerts/{busy.id}/")
    page.get_by_label("What came of it").select_option("justified")
    page.get_by_label("How you know").fill("Ward round")
    page.get_by_role("button", name="Note what came of it").press("Enter")
    expect(page.get_by_text("Ward round")).to_be_visible()


def test_a_filter_is_deleted_and_put_back(
    signed_in: SignedIn, auditor: User, busy: SecurityAlert
) -> None:
    page = signed_in(auditor).page
    page.goto("/audit/")
    page.get_by_label("Rename or delete Refused").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Refused", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Refused", exact=True).click()
    page.wait_for_url("**outcome=refused")
