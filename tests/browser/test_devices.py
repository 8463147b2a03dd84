"""The page of a patient's devices in a real browser: pairing, order, keyboard, both widths."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from biometrics import services
from biometrics.models import Device
from biometrics.samples import Sample
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common import clock
from clinicity.common.actors import DOOR
from patients.models import Patient
from tests.browser.conftest import Watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Watched]


@pytest.fixture
def devices(alice: User, patient: Patient) -> list[Device]:
    """A watch that is heard of with a wrong clock, a phone, and a scale that was lost."""
    by, now = alice.actor, clock.now()

    def made(name: str, kind: str, model: str, *metrics: str) -> Device:
        device = services.device_register(
            by=by, patient_id=patient.id, name=name, kind=kind, model=model
        )
        samples = [Sample(metric, now - timedelta(minutes=20), 60) for metric in metrics]
        if samples:
            services.readings_store(
                by=by, patient_id=patient.id, device_id=device.id, samples=samples
            )
        return device

    watch = made("Watch", "watch", "GT9X Link", "steps", "heart_rate", "activity")
    phone, scale = made("Phone", "phone", "", "steps"), made("Scale", "scale", "")
    code = services.pairing_code_make(by=by, device_id=watch.id).text
    services.device_pair(by=DOOR, code=code, address="browser")
    with acting_as(DOOR, patient.id):
        services.device_seen(
            by=DOOR, device_id=watch.id, battery_percent=64,
            sent_at=now + timedelta(minutes=4),
        )  # fmt: skip
    services.device_revoke(by=by, device_id=scale.id, reason="lost")
    return [watch, phone, scale]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_page_is_accessible_and_quiet_in_each_state(
    signed_in: SignedIn, alice: User, patient: Patient, devices: list[Device],
    width: int, scheme: str,
) -> None:  # fmt: skip
    watched = signed_in(alice, width=width, scheme=scheme)
    page = watched.page
    page.goto(f"/biometrics/patients/{patient.id}/devices/", wait_until="networkidle")
    assert not violations(page)
    page.get_by_role("button", name="Pair Phone").click()
    expect(page.locator(".pairing-code")).to_be_visible()
    page.locator("summary", has_text="Revoke Watch").click()
    page.locator("summary", has_text="Edit Watch").click()
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not watched.complaints


def test_page_says_by_itself_that_a_device_is_paired(
    signed_in: SignedIn, alice: User, patient: Patient, devices: list[Device]
) -> None:
    page = signed_in(alice).page
    page.goto(f"/biometrics/patients/{patient.id}/devices/")
    page.get_by_role("button", name="Pair Phone").click()
    expect(page.locator("[data-countdown]")).to_have_text("9:58", timeout=8000)
    code = page.locator(".pairing-code").inner_text()
    services.device_pair(by=DOOR, code=code, address="browser")
    expect(page.get_by_text("The device is paired.")).to_be_visible(timeout=8000)
    expect(page.locator(".pairing-code")).to_have_count(0)


def test_order_is_changed_with_the_keyboard_and_keeps_its_place(
    signed_in: SignedIn, alice: User, patient: Patient, devices: list[Device]
) -> None:
    page = signed_in(alice).page
    page.goto(f"/biometrics/patients/{patient.id}/devices/")
    names = page.locator("form.order", has_text="Steps").locator(".order-name")
    expect(names).to_have_text(["Watch", "Phone"])
    up = page.get_by_role("button", name="Move Phone up for Steps")
    up.focus()
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Phone", "Watch"])
    expect(up).to_be_focused()
