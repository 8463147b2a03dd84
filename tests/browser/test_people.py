"""Who may see a patient, emergency access and patients' own pages, in a real browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Role
from conftest import PASSWORD
from patients import services
from patients.models import Patient
from tests.browser.conftest import Watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Watched]
SIZES = [(1440, "light"), (390, "dark")]


@pytest.fixture
def zoe(alice: User, patient: Patient) -> User:
    """The patient with an account, a second record and something in each of their lists."""
    user = user_create(
        by=SYSTEM, email="zoe@home.example", password=PASSWORD, display_name="Zoë Tester",
        role=Role.PATIENT,
    )  # fmt: skip
    with acting_as(alice.actor):
        Patient.objects.filter(id=patient.id).update(user_id=user.id)
    now, of = clock.now(), {"by": alice.actor, "patient_id": patient.id}
    services.condition_add(**of, code="F31.81")
    services.allergy_add(**of, substance="Penicillin", criticality="high")
    services.medication_add(
        **of, name="Lithium carbonate", dose=400, unit="mg", times_per_day=2,
        started_on=now.date() - timedelta(days=90),
    )  # fmt: skip
    services.lab_result_add(
        **of, loinc="14334-7", name="Lithium", value="0.46", unit="mmol/L", low="0.6",
        high="1.0", specimen_at=now - timedelta(days=5),
    )  # fmt: skip
    services.questionnaire_response_add(
        **of, instrument="phq9", answers=[1] * 8 + [0], answered_at=now
    )
    services.encounter_add(
        **of, kind="Follow-up", status="planned", starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=2, minutes=30),
    )  # fmt: skip
    services.correction_ask(
        by=user.actor, patient_id=patient.id, statement="My allergy is to penicillamine."
    )
    services.patient_create(
        by=alice.actor, first_name="Zoe", last_name="Tester", record_number="ZT-2",
        date_of_birth=patient.date_of_birth,
    )  # fmt: skip
    return user


def looked_at(watched: Watched, paths: list[str]) -> None:
    page = watched.page
    for path in paths:
        page.goto(path)
        assert violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    assert watched.complaints == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_pages_of_access_are_accessible_and_quiet(
    signed_in: SignedIn, alice: User, bob: User, zoe: User, patient: Patient, width: int,
    scheme: str,
) -> None:  # fmt: skip
    watched = signed_in(alice, width=width, scheme=scheme)
    looked_at(
        watched,
        [
            f"/patients/{patient.id}/access/",
            f"/patients/{patient.id}/merge/",
            f"/patients/{patient.id}/edit/",
            "/patients/break-glass/",
            "/patients/new/",
        ],
    )


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_own_pages_are_accessible_and_quiet(
    signed_in: SignedIn, zoe: User, patient: Patient, width: int, scheme: str
) -> None:
    watched = signed_in(zoe, width=width, scheme=scheme)
    own = f"/me/{patient.id}/"
    looked_at(watched, ["/me/", *(f"{own}{tail}" for tail in OWN)])


OWN = ("", "looks/", "consents/", "corrections/")


def test_emergency_access_is_opened_and_reviewed(
    signed_in: SignedIn, charlie: User, auditor: User, patient: Patient
) -> None:
    page = signed_in(charlie).page
    page.goto("/patients/break-glass/")
    page.fill("[name=name_or_number]", "Zoë Tester")
    page.fill("[name=date_of_birth]", "1985-07-20")
    page.fill("[name=reason]", "Found unconscious in the ward")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("Emergency access, ends")
    reviewer = signed_in(auditor, width=390).page
    reviewer.goto("/patients/break-glass/reviews/")
    expect(reviewer.locator("main")).to_contain_text("Found unconscious")
    assert violations(reviewer) == []


def test_a_second_record_is_warned_of_and_merged(
    signed_in: SignedIn, alice: User, patient: Patient
) -> None:
    page = signed_in(alice).page
    page.goto("/patients/new/")
    page.fill("[name=first_name]", "Zoe")
    page.fill("[name=last_name]", "Tester")
    page.fill("[name=date_of_birth]", "1985-07-20")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("here already")
    assert violations(page) == []
    page.get_by_label("This is another person").check()
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("The patient was added")
    page.goto(f"/patients/{patient.id}/merge/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Read as one").click()
    expect(page.locator("body")).to_contain_text("read as one now")
