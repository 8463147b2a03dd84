"""The conversation in a browser: steps live, chips, sources that light up, no script."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.db import connections
from django.test import Client

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.asgi import application
from clinicity.common import clock
from patients.models import LabResult, Medication, Patient, QuestionnaireResponse
from patients.services.timeline import timeline_event_add

CHROMIUM = "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason="Chromium isn't installed: `make tools`"
    ),
    pytest.mark.usefixtures("real_transactions"),
]
# Screenshots to look at, where a folder is given.
SHOTS = os.environ.get("CLINICITY_SHOTS", "")


class Mounted:
    """Django's pages and static files over HTTP, and the sockets."""

    def __init__(self) -> None:
        self.files = ASGIStaticFilesHandler(application)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self.files(scope, receive, send)
        elif scope["type"] == "websocket":
            await application(scope, receive, send)


@pytest.fixture
def server() -> Iterator[str]:
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    config = uvicorn.Config(Mounted(), log_level="error", lifespan="off")
    served = uvicorn.Server(config)
    thread = threading.Thread(target=served.run, kwargs={"sockets": [free]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{free.getsockname()[1]}"
    served.should_exit = True
    thread.join(10)
    free.close()


@pytest.fixture
def charted(alice: User, patient: Patient) -> Patient:
    now = clock.now()
    timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Missed dose",
        body="Lithium evening dose missed.", occurred_at=now - timedelta(days=2),
    )  # fmt: skip
    common = {"patient_id": patient.id, "recorded_by": alice.id}
    with acting_as(alice.actor):
        for days, value in ((20, "0.42"), (80, "0.71")):
            LabResult(
                **common, loinc="14334-7", name="Lithium", value=value, unit="mmol/L", low="0.6",
                high="1.0", specimen_at=now - timedelta(days=days),
            ).save(force_insert=True)  # fmt: skip
        Medication(
            **common, name="Lithium carbonate", dose="400", unit="mg", times_per_day=2,
            started_on=(now - timedelta(days=300)).date(),
        ).save(force_insert=True)  # fmt: skip
        for days, answers in ((3, [2] * 8 + [1]), (33, [1] * 6 + [0] * 3)):
            QuestionnaireResponse(
                **common, instrument="phq9", answers=answers, score=str(sum(answers)),
                answered_at=now - timedelta(days=days),
            ).save(force_insert=True)  # fmt: skip
    return patient


@pytest.fixture
def page(server: str, alice: User, charted: Patient) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    client = Client()
    client.force_login(alice)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=server, viewport={"width": 1440, "height": 1000})
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server}]
        )
        page = context.new_page()
        page.errors = []
        page.on("console", lambda told: told.type == "error" and page.errors.append(told.text))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        yield page
        browser.close()


def aside(work: Callable[[], object]) -> None:
    """Run in a thread of its own: Playwright's loop holds this one."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def violations(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 AA."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_answer_arrives_live_and_its_sources_light_up(
    page: Any, charted: Patient, drain_jobs: Any
) -> None:
    page.goto(f"/agents/patients/{charted.id}/chat/")
    page.fill("[data-question]", "How is her lithium level, and were doses missed?")
    page.click("text=Ask >> nth=-1")
    page.wait_for_selector("[data-running]")
    shot(page, "chat-running")
    aside(drain_jobs)
    page.wait_for_selector(".turn-answer")
    said = page.locator(".said").first
    assert "0.42 mmol/L" in page.locator(".turn-said").inner_text()
    said.hover()
    page.wait_for_selector(".source.lit")
    page.click(".turn-plan summary")
    shot(page, "chat-answer")
    assert violations(page) == []
    page.reload()
    assert page.locator(".turn-answer").count() == 1
    assert page.errors == []


def test_without_script_the_page_comes_back_with_the_answer(
    page: Any, charted: Patient
) -> None:
    for question, expected in (("How is she?", "PHQ-9"), ("The right knee?", "no evidence")):
        page.goto(f"/agents/patients/{charted.id}/chat/")
        page.fill("[data-question]", question)
        page.evaluate("document.querySelector('[data-ask-form]').submit()")
        page.wait_for_selector(f".turn-answer:has-text('{expected}')")
    shot(page, "chat-broad")
    page.set_viewport_size({"width": 390, "height": 800})
    shot(page, "chat-phone")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    shot(page, "chat-phone-dark")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.errors == []


def test_note_is_drafted_from_the_overview(page: Any, charted: Patient) -> None:
    page.goto(f"/patients/{charted.id}/")
    page.errors.clear()  # the chart's library is there only after `npm ci`
    page.click("text=Draft a note")
    page.wait_for_selector(".note")
    assert page.locator("[name=mental_state]").input_value() == ""
    shot(page, "note-draft")
    page.fill("[name=mental_state]", "Calm, well kempt, speech normal in rate.")
    page.click("button[value=sign]")
    page.wait_for_selector("text=Add the amendment")
    shot(page, "note-signed")
    assert violations(page) == []
    assert page.errors == []
