"""Each page: works, asks who one is, hides a stranger's patient, says what is wrong."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.models import Job
from patients.models import Patient
from patients.services import encounter_add, patient_create

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def visit_now(alice: User, patient: Patient) -> None:
    now = clock.now()
    encounter_add(
        by=alice.actor, patient_id=patient.id, starts_at=now, ends_at=now + timedelta(minutes=30),
        status="planned", kind="Follow-up",
    )  # fmt: skip


def test_the_root_sends_a_browser_home_and_tells_a_program(client: Client) -> None:
    assert client.get("/", headers={"accept": "text/html"}).headers["Location"] == "/today/"
    answer = client.get("/", headers={"accept": "application/json"})
    assert answer.json()["name"] == "Clinicity"


def test_today_shows_the_appointment_and_loads_its_changes(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    visit_now(alice, patient)
    page = client_for(alice).get("/today/").content.decode()
    assert patient.full_name in page
    assert f"/patients/{patient.id}/since/" in page


def test_today_shows_a_stranger_no_appointment(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient
) -> None:
    visit_now(alice, patient)
    assert patient.full_name not in client_for(charlie).get("/today/").content.decode()


def test_an_auditor_starts_with_the_trail(client_for: ClientFor, auditor: User) -> None:
    assert client_for(auditor).get("/today/").headers["Location"] == "/audit/"


def test_the_list_asks_no_more_for_more_patients(
    client_for: ClientFor,
    alice: User,
    patient: Patient,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for name in ("Ann", "Ben", "Cid", "Dee"):
        patient_create(
            by=alice.actor,
            first_name=name,
            last_name="Other",
            date_of_birth=patient.date_of_birth,
        )
    client = client_for(alice)
    with django_assert_max_num_queries(14):
        page = client.get("/patients/")
    assert page.content.decode().count("data-row>") == 5


def test_search_by_a_whole_name_opens_the_only_one(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    answer = client_for(alice).get("/patients/", {"q": patient.last_name})
    assert answer.headers["Location"] == f"/patients/{patient.id}/"


def test_search_in_vain_says_how_to_search(client_for: ClientFor, alice: User) -> None:
    assert (
        "Nobody found" in client_for(alice).get("/patients/", {"q": "Nobody"}).content.decode()
    )


def test_a_bad_cursor_is_a_page_that_says_so(client_for: ClientFor, alice: User) -> None:
    answer = client_for(alice).get("/patients/", {"cursor": "x"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "cursor" in answer.content.decode()


def test_the_overview_names_the_patient_and_records_the_read(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    page = client_for(alice).get(f"/patients/{patient.id}/").content.decode()
    assert patient.full_name in page
    assert "20 Jul 1985" in page
    assert "Simulated" in page
    assert "no data yet" in page
    assert AuditEvent.objects.filter(act="patient.read", actor_id=alice.id).exists()


@pytest.mark.parametrize("part", ["", "picture/", "picture/?days=365", "since/"])
def test_each_part_of_the_overview_is_closed_to_a_stranger(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient, part: str
) -> None:
    path = f"/patients/{patient.id}/{part}"
    assert client_for(alice).get(path).status_code == HTTPStatus.OK
    assert client_for(charlie).get(path).status_code == HTTPStatus.NOT_FOUND


def test_tasks_shows_own_work_only(client_for: ClientFor, alice: User, charlie: User) -> None:
    Job.objects.create(
        name="twins.tasks.generate", queue="heavy", requested_by=alice.id,
        state=Job.State.DONE,
    )  # fmt: skip
    assert "Digital twin" in client_for(alice).get("/tasks/").content.decode()
    assert "Digital twin" not in client_for(charlie).get("/tasks/").content.decode()


def test_the_trail_is_for_auditors(
    client_for: ClientFor, auditor: User, alice: User, patient: Patient
) -> None:
    client_for(alice).get(f"/patients/{patient.id}/")
    assert client_for(alice).get("/audit/").status_code == HTTPStatus.FORBIDDEN
    page = client_for(auditor).get("/audit/", {"act": "patient.read"}).content.decode()
    assert "patient.read" in page
    assert "Alice Archer" in page
    assert patient.last_name not in page


def test_a_filter_that_makes_no_sense_is_said_beside_its_field(
    client_for: ClientFor, auditor: User
) -> None:
    page = client_for(auditor).get("/audit/", {"actor_id": "me"}).content.decode()
    assert "Nobody who works here is called so" in page


def test_the_gallery_shows_the_components(client_for: ClientFor, alice: User) -> None:
    assert "Severity and badges" in client_for(alice).get("/gallery/").content.decode()


def test_pages_carry_no_inline_script_or_style(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    for path in ("/today/", "/gallery/", f"/patients/{patient.id}/"):
        page = client_for(alice).get(path).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick" not in page
