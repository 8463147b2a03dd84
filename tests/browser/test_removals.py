"""Removals, holds and erasure in a real browser: both widths, and nothing that axe minds."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common.actors import SYSTEM, Role
from conftest import PASSWORD, DrainJobs
from patients.models import Patient
from patients.services import confirmation_of, consent_record
from tests.browser.conftest import Watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Watched]


@pytest.fixture
def withdrawn(alice: User, patient: Patient, drain_jobs: DrainJobs) -> Patient:
    """Research was withdrawn and reported; monitoring was withdrawn and waits."""
    for purpose, given in (("research", True), ("research", False)):
        decide(alice, patient, purpose, given=given)
    drain_jobs()
    decide(alice, patient, "monitoring", given=False)
    return patient


def decide(by: User, patient: Patient, purpose: str, *, given: bool) -> None:
    consent_record(
        by=by.actor, patient_id=patient.id, purpose=purpose, given=given, source="paper"
    )


def looked_at(watched: Watched, name: str) -> None:
    """No fault, nothing wider than the window; a picture where LOOK names a folder."""
    page = watched.page
    page.evaluate("window.scrollTo(0, 0)")  # the head covers what is scrolled under it
    if folder := os.environ.get("LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert violations(page) == []
    assert watched.complaints == []


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_staff_and_patient(
    width: int, signed_in: SignedIn, alice: User, withdrawn: Patient, drain_jobs: DrainJobs
) -> None:
    watched = signed_in(alice, width=width)
    watched.page.goto(reverse("patients:access", args=[withdrawn.id]))
    expect(watched.page.get_by_text("waiting", exact=True).first).to_be_visible()
    looked_at(watched, f"access-{width}")
    drain_jobs()  # the page asks again by itself
    expect(watched.page.locator("#removals").get_by_text("done", exact=True)).to_have_count(2)
    watched.page.locator("#removals summary").first.click()
    looked_at(watched, f"access-done-{width}")
    person = user_create(
        by=SYSTEM, email="zoe@home.example", password=PASSWORD, display_name="Zoë",
        role=Role.PATIENT,
    )  # fmt: skip
    with acting_as(alice.actor):
        Patient.objects.filter(id=withdrawn.id).update(user=person)
    mine = signed_in(person, width=width)
    mine.page.goto(reverse("me:consents", args=[withdrawn.id]))
    looked_at(mine, f"me-{width}")
    watched.page.goto(reverse("biometrics:devices", args=[withdrawn.id]))
    looked_at(watched, f"devices-{width}")


@pytest.mark.parametrize("width", [1440, 390])
def test_an_admin_erases(
    width: int, signed_in: SignedIn, admin: User, withdrawn: Patient, drain_jobs: DrainJobs
) -> None:
    watched = signed_in(admin, width=width)
    page = watched.page
    page.goto(reverse("patients:erase", args=[withdrawn.id]))
    looked_at(watched, f"erase-{width}")
    page.fill("[name=reason]", "A letter.")
    page.fill("[name=override]", "The court ordered it.")
    page.fill("[name=confirmation]", confirmation_of(withdrawn.id))
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Erase for good").click()
    if (sure := page.locator("dialog[open] button.button-danger")).count():
        sure.click()
    page.wait_for_url("**/erasures/")
    looked_at(watched, f"erasures-{width}")
