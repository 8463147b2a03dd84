"""A key that is lost is said aloud: on pages, in lists, over the API, in the trail, in health."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from clinicity.accounts.cant_open import SayWhatCantBeOpened
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.privacy import hash_secret, keyring
from clinicity.privacy.models import HashSecret, SubjectKey
from clinicity.workbench import keys_health
from patients import services
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    keys_health.forget()
    keyring.forget()
    yield
    keys_health.forget()
    keyring.forget()


@pytest.fixture
def other(alice: User) -> Patient:
    return services.patient_create(
        by=alice.actor, first_name="Oda", last_name="Open", date_of_birth=dt.date(1990, 1, 1)
    )


def lose(patient: Patient) -> None:
    """As if the row had come from a database whose master key nobody has any more."""
    row = SubjectKey.objects.get(subject_id=patient.id)
    row.wrapped = os.urandom(8) + bytes(row.wrapped)[8:]
    row.save()
    keyring.forget()


def told_in_trail(patient: Patient) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(act="keys.cant_open", patient_id=patient.id))


def test_a_page_says_that_the_record_is_closed(
    client_for: Callable[..., Client], alice: User, patient: Patient
) -> None:
    lose(patient)
    answer = client_for(alice).get(f"/patients/{patient.id}/")
    assert answer.status_code == 503
    assert "can&#x27;t be opened" in answer.content.decode()
    assert "Zoë" not in answer.content.decode()
    (event,) = told_in_trail(patient)
    assert (event.actor_id, event.outcome) == (alice.id, "failed")
    assert event.details == {"reason": "key-missing"}


def test_every_page_of_the_record_refuses(
    client_for: Callable[..., Client], alice: User, patient: Patient
) -> None:
    lose(patient)
    client = client_for(alice)
    for path in ("", "edit/", "chart/", "timeline/", "access/", "safety-plan/"):
        answer = client.get(f"/patients/{patient.id}/{path}")
        assert answer.status_code in (404, 503), f"{path}: {answer.status_code}"


def test_the_api_answers_a_problem(
    api: Callable[..., APIClient], alice: User, patient: Patient
) -> None:
    lose(patient)
    answer = api(alice).get(f"/api/v1/patients/{patient.id}")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("key-missing")
    assert "first_name" not in answer.json()
    assert told_in_trail(patient)


def test_an_altered_value_is_a_problem_of_its_own(
    api: Callable[..., APIClient], alice: User, patient: Patient, other: Patient
) -> None:
    wrapped = SubjectKey.objects.get(subject_id=patient.id)
    fresh = os.urandom(32)
    wrapped.wrapped = keyring.wrap(patient.id, fresh)
    wrapped.save()
    keyring.forget()
    answer = api(alice).get(f"/api/v1/patients/{patient.id}")
    assert answer.status_code == 500
    assert answer.json()["type"].endswith("unreadable-record")


def test_in_a_list_one_closed_record_names_itself_and_hides_nobody(
    client_for: Callable[..., Client], api: Callable[..., APIClient], alice: User,
    patient: Patient, other: Patient,
) -> None:  # fmt: skip
    lose(patient)
    page = client_for(alice).get("/patients/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Open, Oda" in text
    assert str(patient) in text
    assert "can’t be opened" in text
    rows = {row["id"]: row for row in api(alice).get("/api/v1/patients").json()["items"]}
    assert rows[str(other.id)]["first_name"] == "Oda"
    assert rows[str(other.id)]["cant_open"] == ""
    closed = rows[str(patient.id)]
    assert closed["first_name"] is None
    assert closed["date_of_birth"] is None
    assert "Tell an administrator" in closed["cant_open"]
    assert told_in_trail(patient)


def test_what_a_template_swallows_is_said_all_the_same(alice: User, patient: Patient) -> None:
    """`{% if %}` takes every exception for false: the empty field that must never be."""
    lose(patient)
    from clinicity.accounts.acting import acting_as

    def view(request: HttpRequest) -> HttpResponse:
        with acting_as(alice.actor):
            found = Patient.objects.get(id=patient.id)
        template = Template("{% if found.last_name and 1 %}{{ found.last_name }}{% endif %}")
        return HttpResponse(template.render(Context({"found": found})))

    request = RequestFactory().get("/api/anything")
    request.user = alice
    answer = SayWhatCantBeOpened(view)(request)
    assert answer.status_code == 503
    assert b"key-missing" in answer.content


def test_an_erased_record_is_gone_and_no_incident(
    api: Callable[..., APIClient], alice: User, patient: Patient
) -> None:
    keyring.subject_key_destroy(patient.id)
    answer = api(alice).get(f"/api/v1/patients/{patient.id}")
    assert answer.status_code == 410
    assert answer.json()["type"].endswith("erased")
    assert not told_in_trail(patient)


def test_health_doctor_and_metrics_say_it(client: Client, patient: Patient) -> None:
    before = client.get("/health/ready").json()["checks"]["keys"]
    assert before["ok"]
    lose(patient)
    keys_health.forget()
    checks = client.get("/health/ready").json()["checks"]
    assert checks["keys"] == checks["keys"] | {
        "ok": False,
        "detail": "1 data keys can't be opened: a master key is missing.",
    }
    assert checks["hash-secret"]["ok"]
    with pytest.raises(keyring.NoKey):
        keyring.seal(patient.id, b"", aad=b"")
    assert (
        'clinicity_cant_open_total{reason="key-missing"}'
        in client.get("/metrics").content.decode()
    )


def test_another_hash_secret_is_refused(client: Client, patient: Patient) -> None:
    hash_secret.ensure()
    HashSecret.objects.update(fingerprint="of another one")
    keys_health.forget()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert not answer.json()["checks"]["hash-secret"]["ok"]
    with pytest.raises(Exception, match="HASH_SECRET is not the one"):
        call_command("ensure_services", stdout=StringIO())
