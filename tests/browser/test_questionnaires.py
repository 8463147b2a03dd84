"""Questionnaires in a real browser: the patient's form on a phone, the course on a desk."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from clinicity.accounts.models import User
from clinicity.common import clock
from clinicity.environment import var_dir
from patients import selectors, services
from patients.models import Patient
from tests.browser.conftest import Watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Watched]
COURSE = ([3] * 9, [2] * 8 + [0], [2, 1, 1, 1, 1, 1, 0, 0, 0], [1] * 4 + [0] * 5)


def shot(name: str) -> str:
    folder = Path(var_dir()) / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / f"{name}.png")


@pytest.fixture
def charted(alice: User, patient: Patient) -> Patient:
    for weeks, answers in zip((12, 8, 4, 0), COURSE, strict=True):
        services.questionnaire_response_add(
            by=alice.actor, patient_id=patient.id, instrument="phq9", answers=answers,
            answered_at=clock.now() - timedelta(weeks=weeks, hours=1),
        )  # fmt: skip
    services.questionnaire_response_add(
        by=alice.actor, patient_id=patient.id, instrument="cssrs",
        answers=[1, 0, None, None, None, 0, None], answered_at=clock.now(),
    )  # fmt: skip
    services.questionnaire_assign(
        by=alice.actor, patient_id=patient.id, instrument="phq9", every_days=14,
        starts_at=clock.now() - timedelta(days=3),
    )  # fmt: skip
    services.questionnaire_assign(by=alice.actor, patient_id=patient.id, instrument="isi")
    return patient


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_course_is_accessible_and_quiet(
    signed_in: SignedIn, alice: User, charted: Patient, width: int, scheme: str
) -> None:
    watched = signed_in(alice, width=width, scheme=scheme)
    page = watched.page
    base = f"/patients/{charted.id}/questionnaires/"
    page.goto(base, wait_until="networkidle")
    page.screenshot(path=shot(f"course-{width}"), full_page=True)
    assert not violations(page)
    row = selectors.questionnaires_standing(alice.actor, charted.id)[-1]
    for name, path in (
        ("fill", f"{base}fill/phq9/"),
        ("numbers", f"{base}fill/hamd17/"),
        ("detail", f"{base}{row.id}/"),
        ("wordings", "/patients/questionnaires/wordings/"),
    ):
        page.goto(path, wait_until="networkidle")
        page.screenshot(path=shot(f"{name}-{width}"))
        assert not violations(page), name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert not watched.complaints


def test_a_patient_answers_on_a_phone_with_the_keyboard(
    server: str, chromium: Browser, alice: User, patient: Patient
) -> None:
    services.questionnaire_assign(by=alice.actor, patient_id=patient.id, instrument="phq9")
    request = selectors.questionnaire_requests(alice.actor, patient.id)[0]
    made = services.questionnaire_link_make(by=alice.actor, request_id=request.id)
    context = chromium.new_context(base_url=server, viewport={"width": 390, "height": 844})
    watched = Watched(context)
    page = watched.page
    page.goto(f"/questionnaires/link/{made.token}/", wait_until="networkidle")
    assert made.token not in page.url
    page.screenshot(path=shot("birth-390"), full_page=True)
    assert not violations(page)
    page.fill("[name=birth_date]", "1985-07-20")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Little interest")).to_be_visible()
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[name=phq9-1][value='0']").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("Your answers so far are kept")).to_be_visible()
    page.locator("[name=phq9-9][value='1']").check()
    expect(page.get_by_role("alert")).to_contain_text("please call someone now")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    page.screenshot(path=shot("urgent-390"))
    page.screenshot(path=shot("form-390"), full_page=True)
    assert not violations(page)
    page.reload(wait_until="networkidle")
    expect(page.locator("[name=phq9-1][value='1']")).to_be_checked()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_text("7 questions aren’t answered yet")).to_be_visible()
    page.screenshot(path=shot("wrong-390"), full_page=True)
    for number in range(2, 9):
        page.locator(f"[name=phq9-{number}][value='1']").check()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_text("Thank you")).to_be_visible()
    page.screenshot(path=shot("thanks-390"), full_page=True)
    assert not violations(page)
    # The page that asks again answers 422, which the console notes.
    assert [one for one in watched.complaints if "422" not in one] == []
    context.close()
