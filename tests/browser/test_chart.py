"""The chart and the safety plan in a real browser: readable, quiet, and changed in place."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from clinicity.accounts.models import User
from clinicity.common import clock
from patients import services
from patients.models import Patient
from tests.browser.conftest import Watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Watched]


@pytest.fixture
def charted(alice: User, patient: Patient) -> Patient:
    """A chart with something in each of its parts, and something found by each check."""
    now = clock.now()
    today, of = now.date(), {"by": alice.actor, "patient_id": patient.id}
    for name in ("Lithium carbonate", "Ramipril", "Wibblex", "Escitalopram"):
        services.medication_add(
            **of, name=name, dose=10, unit="mg", times_per_day=1,
            started_on=today - timedelta(days=99),
        )  # fmt: skip
    services.condition_add(**of, code="F31.81")
    services.allergy_add(**of, substance="Penicillin", criticality="high")
    services.lab_result_add(
        **of, loinc="14334-7", value="0.46", unit="mmol/L", low="0.6", high="1.0",
        specimen_at=now - timedelta(days=5),
    )  # fmt: skip
    services.genetic_result_add(
        **of, gene="CYP2C19", phenotype="Poor Metabolizer", laboratory="Lab", tested_on=today
    )
    services.encounter_add(
        **of, kind="Follow-up", status="planned", starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=2, minutes=30),
    )  # fmt: skip
    services.safety_plan_save(
        **of, steps={"people": [{"text": "Ana", "phone": "020 7946 0000"}]}
    )
    return patient


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_charts_pages_are_accessible_and_quiet(
    signed_in: SignedIn, alice: User, charted: Patient, width: int, scheme: str
) -> None:
    watched = signed_in(alice, width=width, scheme=scheme)
    page = watched.page
    for tail in (
        "chart/full/", "chart/medication/add/", "safety-plan/", "safety-plan/edit/",
        "visits/import/",
    ):  # fmt: skip
        page.goto(f"/patients/{charted.id}/{tail}")
        assert violations(page) == [], tail
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), tail
    assert watched.complaints == []


def test_an_entry_is_added_in_place_by_keyboard(
    signed_in: SignedIn, alice: User, charted: Patient
) -> None:
    page = signed_in(alice).page
    page.goto(f"/patients/{charted.id}/chart/full/")
    page.locator("#condition .card-head a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#form-condition [name=code]")).to_be_focused()
    page.keyboard.type("banana")
    page.keyboard.press("Enter")
    expect(page.locator("#form-condition .field-error")).to_be_visible()
    page.fill("#form-condition [name=code]", "f411")
    page.keyboard.press("Enter")
    expect(page.locator("#condition")).to_contain_text("Generalized anxiety disorder")
