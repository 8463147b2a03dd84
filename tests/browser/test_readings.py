"""Readings in a real browser: a year down to single samples, by mouse and by keyboard."""

from collections.abc import Callable
from datetime import UTC, timedelta

import numpy as np
import pytest
from playwright.sync_api import Page, Response, expect

from biometrics import services
from biometrics.features.columns import columns_of
from clinicity.accounts.models import User
from clinicity.common import clock
from patients.models import Patient
from patients.services import timeline_event_add
from tests.browser.conftest import Watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Watched]
MINUTE = 60_000


@pytest.fixture
def year(alice: User, patient: Patient) -> str:
    """A year of the heart every ten minutes, a fortnight of nights, and one wild value."""
    now = clock.now().astimezone(UTC)
    end = round(now.timestamp() * 1000) // MINUTE * MINUTE
    times = np.arange(end - 365 * 1440 * MINUTE, end, 10 * MINUTE, dtype=np.int64)
    beats = np.round(70 + 10 * np.sin(times / 1e7))
    beats[-5] = 320
    nights = end - np.arange(1, 15, dtype=np.int64) * 1440 * MINUTE
    device = services.device_register(by=alice.actor, patient_id=patient.id, name="Wrist")
    services.columns_store(
        by=alice.actor, patient_id=patient.id, device_id=device.id, source="api",
        columns={
            "heart_rate": columns_of(times, beats),
            "sleep_stage": columns_of(nights[::-1], [1, 2] * 7, duration_ms=120 * MINUTE),
            "stress": columns_of(times[-3000::144], np.arange(21) % 7),
        },
        reasons=[(4, "The time is in the future.")],
    )  # fmt: skip
    timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Lithium raised",
        occurred_at=now - timedelta(days=30),
    )  # fmt: skip
    return f"/biometrics/patients/{patient.id}/"


def is_series(response: Response) -> bool:
    return "/biometrics/series" in response.url


def note(page: Page) -> str:
    return page.locator("[data-note]").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_each_page_is_accessible_and_quiet(
    signed_in: SignedIn, alice: User, year: str, width: int, scheme: str
) -> None:
    watched = signed_in(alice, width=width, scheme=scheme)
    page = watched.page
    for path in (
        "?metric=heart_rate",
        "?metric=sleep_stage",
        "data/",
        "compare/",
        "compare/?first=heart_rate&second=stress",
    ):
        page.goto(year + path, wait_until="networkidle")
        assert not violations(page), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(year + "data/")
    page.locator("a[href*='/receipts/']").first.click()
    expect(page.get_by_text("The time is in the future.")).to_be_visible()
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not watched.complaints


def test_a_year_zooms_down_to_single_samples(
    signed_in: SignedIn, alice: User, year: str
) -> None:
    watched = signed_in(alice)
    page = watched.page
    page.goto(year + "?metric=heart_rate")
    page.get_by_role("button", name="Year").click()
    expect(page.locator("[data-note]")).to_contain_text("of 52,5")
    plot = page.locator(".u-over")
    for _ in range(8):
        if "Every sample" in note(page):
            break
        box = plot.bounding_box()
        assert box
        with page.expect_response(is_series, timeout=5000):
            page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 80)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + 90, steps=4)
            page.mouse.up()
        page.wait_for_timeout(150)
    assert "Every sample is shown" in note(page)
    page.mouse.move(10, 10)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    expect(page.locator("[data-note]")).to_contain_text("Wrist")
    assert not watched.complaints


def test_the_keyboard_zooms_moves_reads_and_resets(
    signed_in: SignedIn, alice: User, year: str
) -> None:
    page = signed_in(alice).page
    page.goto(year + "?metric=heart_rate", wait_until="networkidle")
    expect(page.locator("[data-marks]")).to_contain_text("Lithium raised")
    plot = page.locator("[data-plot]")
    plot.focus()
    whole = page.url
    for key in ("+", "+", "ArrowLeft", "-", "0"):
        with page.expect_response(is_series, timeout=5000):
            page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.url.split("start=")[-1] == whole.split("start=")[-1]
    expect(page.locator("[data-note]")).to_contain_text("Triangles mark values")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("[data-note]")).to_contain_text("Wrist")


def test_the_forms_follow_the_window(signed_in: SignedIn, alice: User, year: str) -> None:
    page = signed_in(alice).page
    page.goto(year + "?metric=heart_rate", wait_until="networkidle")
    with page.expect_response(is_series, timeout=5000):
        page.get_by_role("button", name="Week").click()
    page.wait_for_timeout(200)
    with page.expect_download() as download:
        page.get_by_role("button", name="Heart rate as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert 1000 <= len([line for line in lines if ",heart_rate," in line]) <= 1009
    page.get_by_text("Correct these readings").click()
    page.get_by_label("Reason").fill("Worn by a brother")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("Mark 1,0")
    assert not violations(page)
