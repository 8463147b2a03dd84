"""Doors of removals, holds and erasures: API and pages."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, WORKER, Role
from clinicity.common.exceptions import Unavailable
from clinicity.common.models import Job
from conftest import DrainJobs
from patients import consents
from patients.models import Consent, Patient, Removal
from patients.selectors import removals
from patients.services import Plan, Store, confirmation_of, consent_record, forgetting

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]
Browser = Callable[[User], Client]


@pytest.fixture
def api(api: Api) -> Api:
    """The house's client, which sends JSON."""

    def client(user: User | None) -> APIClient:
        made = api(user)
        made.default_format = "json"
        return made

    return client


def withdraw(by: User, patient: Patient, purpose: str = "monitoring") -> None:
    consent_record(
        by=by.actor, patient_id=patient.id, purpose=purpose, given=False, source="paper"
    )


def reports_url(patient: Patient) -> str:
    return f"/api/v1/patients/{patient.id}/deletion-reports/"


def erasure(patient: Patient, **changes: str) -> dict[str, str]:
    words = {
        "confirmation": confirmation_of(patient.id), "basis": "request", "reason": "A letter.",
        "override": "The court ordered it.",
    }  # fmt: skip
    return words | changes


@pytest.fixture
def person(alice: User, patient: Patient) -> User:
    """The patient's own sign-in."""
    user = user_create(
        by=SYSTEM, email="zoe@home.example", password="correct horse battery staple",
        display_name="Zoë", role=Role.PATIENT,
    )  # fmt: skip
    with acting_as(alice.actor):
        Patient.objects.filter(id=patient.id).update(user=user)
    return user


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of this app that is away."""

    def away(*_: object) -> dict[str, int]:
        raise Unavailable("The store is away.")

    plan: Plan = {"monitoring": (Store("search", away, lambda by, subject: None),)}
    monkeypatch.setattr(forgetting, "PLAN", plan)


class TestReports:
    def test_progress_and_report(
        self, api: Api, alice: User, person: User, patient: Patient, drain_jobs: DrainJobs
    ) -> None:
        assert api(alice).get(reports_url(patient)).json() == {"items": []}
        withdraw(alice, patient)
        (item,) = api(alice).get(reports_url(patient)).json()["items"]
        assert (item["state"], item["through"], item["total"]) == ("pending", 0, 6)
        assert item["report"] is None
        drain_jobs()
        (item,) = api(person).get(reports_url(patient)).json()["items"]
        assert (item["state"], item["through"]) == ("done", 6)
        assert item["report"]["kept"] == ["readings", "record", "trail"]
        assert len(item["report"]["digest"]) == 64

    def test_nobody_else_reads_them(
        self, api: Api, alice: User, charlie: User, patient: Patient
    ) -> None:
        withdraw(alice, patient)
        assert api(None).get(reports_url(patient)).status_code == 401
        assert api(charlie).get(reports_url(patient)).status_code == 404
        assert api(charlie).get(
            f"/api/v1/patients/{uuid4()}/deletion-reports/"
        ).status_code == (404)

    def test_a_list_asks_few_queries(
        self, api: Api, alice: User, patient: Patient, drain_jobs: DrainJobs,
        django_assert_max_num_queries: Any,
    ) -> None:  # fmt: skip
        for purpose in ("monitoring", "care"):
            withdraw(alice, patient, purpose)
            drain_jobs()
        with django_assert_max_num_queries(16):
            found = removals(alice.actor, patient.id)
        assert len(found) == 2

    def test_a_fault_is_shown_and_tried_again(
        self, api: Api, client_for: Browser, alice: User, patient: Patient,
        drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch, broken: None,
    ) -> None:  # fmt: skip
        withdraw(alice, patient)
        for _ in range(13):
            Job.objects.filter(state="queued").update(run_after=clock.now())
            drain_jobs(failing=True)
        (item,) = api(alice).get(reports_url(patient)).json()["items"]
        assert (item["state"], item["error"]) == ("failed", "The store is away.")
        page = client_for(alice).get(reverse("patients:access", args=[patient.id])).text
        assert "The store is away." in page
        assert "Try again" in page
        monkeypatch.setattr(forgetting, "PLAN", {})
        answer = api(alice).post(f"{reports_url(patient)}{item['id']}/retry/")
        assert answer.status_code == 200
        drain_jobs()
        (item,) = api(alice).get(reports_url(patient)).json()["items"]
        assert item["state"] == "done"
        again = api(alice).post(f"{reports_url(patient)}{item['id']}/retry/")
        assert again.status_code == 409

    def test_a_stranger_retries_nothing(
        self, api: Api, alice: User, charlie: User, patient: Patient
    ) -> None:
        withdraw(alice, patient)
        with acting_as(alice.actor):
            order = Removal.objects.get()
        answer = api(charlie).post(f"{reports_url(patient)}{order.id}/retry/")
        assert answer.status_code == 404

    def test_pages_show_them_to_staff_and_to_the_patient(
        self, client_for: Browser, alice: User, person: User, patient: Patient,
        drain_jobs: DrainJobs,
    ) -> None:  # fmt: skip
        page = reverse("patients:access", args=[patient.id])
        assert "Nothing was removed so far" in client_for(alice).get(page).text
        withdraw(alice, patient)
        fragment = reverse("patients:removals", args=[patient.id])
        waiting = client_for(alice).get(fragment).text
        assert f'hx-get="{fragment}"' in waiting
        drain_jobs()
        done = client_for(alice).get(fragment).text
        assert "hx-get" not in done
        assert "What devices measured before" in done
        mine = client_for(person).get(reverse("me:consents", args=[patient.id])).text
        assert "Withdrawn: monitoring with devices" in mine
        assert "No model was trained on it." in mine


class TestErasure:
    def test_an_admin_erases_by_api(
        self, api: Api, admin: User, patient: Patient, drain_jobs: DrainJobs
    ) -> None:
        answer = api(admin).post(f"/api/v1/patients/{patient.id}/erase/", erasure(patient))
        assert answer.status_code == 202
        assert api(admin).get(f"/api/v1/patients/{patient.id}/").status_code == 404
        assert api(admin).get(reports_url(patient)).status_code == 404
        drain_jobs()
        (item,) = api(admin).get("/api/v1/patients/erasures/").json()["items"]
        assert (item["state"], item["kind"]) == ("done", "erasure")
        assert item["patient_id"] == str(patient.id)
        assert AuditEvent.objects.filter(act="patient.erase", patient_id=patient.id).exists()
        again = api(admin).post(f"/api/v1/patients/{patient.id}/erase/", erasure(patient))
        assert again.status_code == 404

    @pytest.mark.parametrize(
        ("changes", "status", "kind"),
        [
            ({"confirmation": "yes"}, 400, "invalid"), ({"override": ""}, 409, "retention"),
            ({"basis": "whim"}, 400, "invalid"), ({"reason": ""}, 400, "invalid"),
        ],
    )  # fmt: skip
    def test_a_slip_is_said(
        self, changes: dict[str, str], status: int, kind: str, api: Api, admin: User,
        patient: Patient,
    ) -> None:  # fmt: skip
        answer = api(admin).post(
            f"/api/v1/patients/{patient.id}/erase/", erasure(patient, **changes)
        )
        assert answer.status_code == status
        assert answer.json()["type"].endswith(f"/{kind}")
        assert api(admin).get(f"/api/v1/patients/{patient.id}/").status_code == 200

    def test_nobody_but_an_admin(
        self, api: Api, alice: User, charlie: User, patient: Patient
    ) -> None:
        url = f"/api/v1/patients/{patient.id}/erase/"
        assert api(None).post(url, erasure(patient)).status_code == 401
        assert api(alice).post(url, erasure(patient)).status_code == 403
        assert api(charlie).post(url, erasure(patient)).status_code == 403
        assert api(alice).get("/api/v1/patients/erasures/").status_code == 403

    def test_it_wants_a_fresh_proof(
        self, api: Api, client_for: Browser, admin: User, patient: Patient, settings: Any
    ) -> None:
        settings.STEP_UP_SECONDS = -1
        answer = api(admin).post(f"/api/v1/patients/{patient.id}/erase/", erasure(patient))
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/step-up-required")
        page = client_for(admin).get(reverse("patients:erase", args=[patient.id]))
        assert page.status_code == 302
        assert "step-up" in page.headers["Location"]

    def test_an_admin_erases_on_the_page(
        self, client_for: Browser, admin: User, patient: Patient, drain_jobs: DrainJobs
    ) -> None:
        browser, url = client_for(admin), reverse("patients:erase", args=[patient.id])
        page = browser.get(url).text
        assert confirmation_of(patient.id) in page
        assert "The record must be kept until" in page
        slip = browser.post(url, erasure(patient, confirmation="x", override=""))
        assert slip.status_code == 422
        assert "Type: erase" in slip.text
        done = browser.post(url, erasure(patient), follow=True)
        assert "The key is destroyed." in done.text
        drain_jobs()
        page = browser.get(reverse("patients:erasures")).text
        assert "the person was erased" in page
        assert "Zoë" not in page
        assert browser.get(url).status_code == 404

    def test_a_clinician_has_no_such_page(
        self, client_for: Browser, alice: User, patient: Patient
    ) -> None:
        for name, args in (("erase", [patient.id]), ("erasures", [])):
            page = client_for(alice).get(reverse(f"patients:{name}", args=args))
            assert page.status_code == 403


class TestHolds:
    def test_placed_and_lifted_by_api(self, api: Api, admin: User, patient: Patient) -> None:
        url = f"/api/v1/patients/{patient.id}/legal-holds/"
        assert api(admin).get(url).json()["is_held"] is False
        hold = api(admin).post(url, {"reason": "Claim 17."}).json()
        assert api(admin).get(url).json()["is_held"] is True
        refused = api(admin).post(f"/api/v1/patients/{patient.id}/erase/", erasure(patient))
        assert refused.json()["type"].endswith("/legal-hold")
        lift = f"{url}{hold['id']}/lift/"
        assert api(admin).post(lift, {"reason": ""}).status_code == 400
        assert api(admin).post(lift, {"reason": "Settled."}).status_code == 200
        assert api(admin).post(lift, {"reason": "Settled."}).status_code == 404
        acts = AuditEvent.objects.filter(subject="legal_hold").values_list("act", flat=True)
        assert sorted(acts) == ["hold.lift", "hold.place"]

    def test_placed_and_lifted_on_the_page(
        self, client_for: Browser, admin: User, patient: Patient
    ) -> None:
        browser = client_for(admin)
        empty = browser.post(reverse("patients:hold", args=[patient.id]), {"reason": ""})
        assert empty.status_code == 422
        placed = browser.post(
            reverse("patients:hold", args=[patient.id]), {"reason": "Claim 17."}, follow=True
        )
        assert "A legal hold stands" in placed.text
        assert "Erase for good" not in placed.text
        with acting_as(admin.actor):
            hold = placed.context["keeping"].holds[0]
        lifted = browser.post(
            reverse("patients:hold_lift", args=[patient.id, hold.id]), {"reason": "Settled."},
            follow=True,
        )  # fmt: skip
        assert "Erase for good" in lifted.text

    def test_nobody_but_an_admin(self, api: Api, alice: User, patient: Patient) -> None:
        url = f"/api/v1/patients/{patient.id}/legal-holds/"
        assert api(alice).get(url).status_code == 403
        assert api(alice).post(url, {"reason": "x"}).status_code == 403


class TestTexts:
    """Consent is versioned: the text agreed to is shown, and a newer one asked for."""

    @pytest.fixture
    def newer(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        folder = consents.FOLDER
        old = (folder / "2026-11.toml").read_text()
        (tmp_path / "2026-11.toml").write_text(old)
        (tmp_path / "2027-03.toml").write_text(old.replace("watched by rules", "watched anew"))
        monkeypatch.setattr(consents, "FOLDER", tmp_path)
        consents._read.cache_clear()
        yield
        consents._read.cache_clear()

    def test_a_registration_names_its_text(self, alice: User, patient: Patient) -> None:
        with acting_as(WORKER, patient.id):
            versions = set(Consent.objects.values_list("text_version", flat=True))
        assert versions == {consents.current()}

    def test_every_version_has_every_purpose(self) -> None:
        from patients.models import Purpose

        for version in consents.versions():
            for purpose in Purpose:
                words = consents.text_of(version, purpose.value, "xx")
                assert words.text
                assert words.after

    def test_the_newer_text_is_asked_for_and_agreed_to(
        self, client_for: Browser, alice: User, person: User, patient: Patient,
        request: pytest.FixtureRequest,
    ) -> None:  # fmt: skip
        browser, url = client_for(person), reverse("me:consents", args=[patient.id])
        assert "There is a newer text" not in browser.get(url).text
        request.getfixturevalue("newer")
        page = browser.get(url).text
        assert "You agreed to the text of 2026-11" in page
        assert "watched by rules" in page
        assert "watched anew" in page
        browser.post(
            reverse("me:decide", args=[patient.id]), {"purpose": "monitoring", "given": "yes"}
        )
        page = browser.get(url).text
        assert "You agreed to the text of 2027-03" in page
        assert "watched by rules" not in page
        staff = client_for(alice).get(reverse("patients:access", args=[patient.id])).text
        assert "older text agreed to" in staff  # care still

    def test_only_a_text_that_ships_is_taken(
        self, api: Api, alice: User, patient: Patient
    ) -> None:
        answer = api(alice).post(
            f"/api/v1/patients/{patient.id}/consents/",
            {"purpose": "research", "given": True, "source": "paper", "text_version": "1999"},
        )
        assert answer.status_code == 400
        assert "text_version" in answer.json()["errors"]
