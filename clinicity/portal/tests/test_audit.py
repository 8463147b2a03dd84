"""The auditors' pages and their API: searched, kept, exported, reviewed, proved."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent, SavedFilter, SecurityAlert
from clinicity.audit.services.exporting import recorded
from clinicity.common import clock
from clinicity.privacy.pseudonyms import pseudonym
from conftest import DrainJobs
from patients.models import Patient
from patients.selectors import patient_get

pytestmark = pytest.mark.django_db(databases=["default", "sealer"])
ClientFor = Callable[[User | None], Client]
Api = Callable[[User | None], APIClient]


@pytest.fixture
def looked(alice: User, patient: Patient) -> AuditEvent:
    patient_get(alice.actor, patient.id)
    return AuditEvent.objects.filter(act="patient.read", actor_id=alice.id).latest("position")


@pytest.fixture
def alert(alice: User, patient: Patient, looked: AuditEvent) -> SecurityAlert:
    now = clock.now()
    alert = SecurityAlert(
        rule="many_patients", actor_id=alice.id, actor_role="clinician",
        window_start=now - timedelta(minutes=30), window_end=now + timedelta(minutes=30),
        evidence={"patients": 30, "usual": 4}, reason="30 different patients",
    )  # fmt: skip
    alert.save(force_insert=True)
    return alert


def page_of(client: Client, path: str, **query: Any) -> str:
    answer = client.get(path, query)
    assert answer.status_code == HTTPStatus.OK, answer.content[:300]
    return answer.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("actor_id", lambda event: "Alice"),
        ("actor_id", lambda event: "alice@clinic.example"),
        ("actor_id", lambda event: str(event.actor_id)),
        ("patient_id", lambda event: str(event.patient_id)),
        ("patient_id", lambda event: pseudonym(event.patient_id)),
        ("patient_id", lambda event: pseudonym(event.patient_id)[:12]),
        ("act", lambda event: "patient.read"),
        ("subject", lambda event: "patient"),
        ("since", lambda event: f"{event.created_at:%Y-%m-%dT%H:%M}"),
        ("until", lambda event: f"{event.created_at:%Y-%m-%d}"),
        ("request_id", lambda event: event.request_id),
    ],
)
def test_an_event_is_found_by_each_part_of_it(
    client_for: ClientFor, auditor: User, alice: User, patient: Patient, name: str, value: Any
) -> None:
    client_for(alice).get(f"/patients/{patient.id}/")
    event = AuditEvent.objects.filter(act="patient.read", patient_id=patient.id).latest(
        "position"
    )
    page = page_of(client_for(auditor), "/audit/", **{name: value(event)})
    assert str(event.id) in page
    assert patient.last_name not in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"actor_id": "Nobody at all"}, "Nobody who works here is called so"),
        ({"patient_id": "abcdefabcdef"}, "knows no record"),
        ({"since": "yesterday"}, "Enter a valid date"),
        ({"since": "2026-11-03", "until": "2026-11-01"}, "The end must come after"),
        ({"act": "no.such"}, "Select a valid choice"),
    ],
)
def test_a_search_that_makes_no_sense_says_so_and_finds_nothing(
    client_for: ClientFor, auditor: User, looked: AuditEvent, query: dict[str, str], said: str
) -> None:
    page = page_of(client_for(auditor), "/audit/", **query)
    assert said in page
    assert str(looked.id) not in page


def test_only_admins_find_by_record_number(
    client_for: ClientFor, auditor: User, admin: User, alice: User, patient: Patient
) -> None:
    from patients.services.people import patient_edit

    patient_edit(by=alice.actor, patient_id=patient.id, changes={"record_number": "RN-99"})
    client_for(alice).get(f"/patients/{patient.id}/")
    assert "patient.read" in page_of(client_for(admin), "/audit/", patient_id="RN-99")
    assert "knows no record" in page_of(client_for(auditor), "/audit/", patient_id="RN-99")


def test_pages_go_on_by_position(
    client_for: ClientFor, auditor: User, alice: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for number in range(120):
        audit.record(by=alice.actor, act="test.act", subject="test", number=number)
    client, seen = client_for(auditor), []
    path: str | None = "/audit/?act=test.act"
    while path:
        with django_assert_max_num_queries(24):
            page = client.get(path)
        seen += [event.position for event in page.context["page"].items]
        cursor = page.context["page"].next_cursor
        path = f"/audit/?act=test.act&cursor={cursor}" if cursor else None
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)
    assert client.get("/audit/?cursor=x").status_code == HTTPStatus.BAD_REQUEST


def test_an_event_says_what_who_when_why_and_where_in_the_chain(
    client_for: ClientFor, auditor: User, alice: User, patient: Patient, looked: AuditEvent
) -> None:
    path = f"/audit/events/{looked.id}/"
    page = page_of(client_for(auditor), path)
    for words in ("opened the record", "Alice Archer", "treatment", "Waits to be sealed"):
        assert words in page, words
    assert patient.last_name not in page
    assert client_for(auditor).get(f"/audit/events/{uuid4()}/").status_code == 404
    assert AuditEvent.objects.filter(act="audit.read", subject_id=looked.id).exists()


def test_filters_are_kept_renamed_deleted_and_put_back(
    client_for: ClientFor, auditor: User, admin: User, looked: AuditEvent
) -> None:
    client = client_for(auditor)
    client.post("/audit/filters/", {"name": "Opened", "act": "patient.read", "outcome": "ok"})
    saved = SavedFilter.objects.get()
    page = page_of(client, "/audit/")
    assert "act=patient.read&amp;outcome=ok" in page
    client.post(f"/audit/filters/{saved.id}/rename/", {"name": "Who opened"})
    assert "Who opened" in page_of(client, "/audit/")
    answer = client.post(f"/audit/filters/{saved.id}/delete/")
    where = urlsplit(answer["Location"])
    page = page_of(client, where.path, **{k: v[0] for k, v in parse_qs(where.query).items()})
    assert "Who opened" not in page
    assert f"/audit/filters/{saved.id}/restore/" in page
    client.post(f"/audit/filters/{saved.id}/restore/")
    assert "Who opened" in page_of(client, "/audit/")
    assert "Who opened" not in page_of(client_for(admin), "/audit/")
    for act in ("rename", "delete", "restore"):
        answer = client_for(admin).post(f"/audit/filters/{saved.id}/{act}/", {"name": "x"})
        assert answer.status_code == HTTPStatus.NOT_FOUND
    acts = AuditEvent.objects.filter(subject="audit_filter").order_by("position")
    assert [event.act.split(".")[1] for event in acts] == [
        "save",
        "rename",
        "delete",
        "restore",
    ]


def test_a_filter_without_a_name_says_what_is_missing(
    client_for: ClientFor, auditor: User
) -> None:
    client = client_for(auditor)
    answer = client.post("/audit/filters/", {"name": " ", "outcome": "ok"}, follow=True)
    assert "Give the filter a name" in answer.content.decode()
    assert answer.request["QUERY_STRING"] == "outcome=ok"


def test_the_export_is_harmless_and_names_no_patient(
    client_for: ClientFor, auditor: User, alice: User, patient: Patient, looked: AuditEvent
) -> None:
    audit.record(
        by=alice.actor, act="test.act", subject="test", patient_id=patient.id,
        note="=cmd()", merged_id=str(patient.id), others=[str(patient.id)],
    )  # fmt: skip
    answer = client_for(auditor).get("/audit/export/", {"patient_id": str(patient.id)})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[arg-type]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row["patient"] for row in rows} == {pseudonym(patient.id)}
    assert "Alice Archer" in {row["actor_name"] for row in rows}
    assert str(patient.id) not in text
    assert patient.last_name not in text
    event = AuditEvent.objects.get(act="audit.export")
    assert event.details["by_fields"] == ["patient_id"]
    bad = client_for(auditor).get("/audit/export/", {"act": "no.such"})
    assert bad.status_code == HTTPStatus.BAD_REQUEST


def test_the_fhir_export_is_a_bundle(api: Api, auditor: User, looked: AuditEvent) -> None:
    answer = api(auditor).get("/api/v1/audit/export/", {"format": "fhir"})
    assert answer["Content-Type"] == "application/fhir+json"
    bundle = json.loads(b"".join(answer.streaming_content))
    found = {entry["resource"]["id"]: entry["resource"] for entry in bundle["entry"]}
    assert found[str(looked.id)]["action"] == "R"
    empty = api(auditor).get("/api/v1/audit/export/", {"format": "fhir", "subject": "none"})
    assert "entry" not in json.loads(b"".join(empty.streaming_content))


def test_unusual_access_is_marked_where_it_is(
    client_for: ClientFor, auditor: User, alert: SecurityAlert, looked: AuditEvent
) -> None:
    page = page_of(client_for(auditor), "/audit/", act="patient.read")
    assert "Many patients in a short time" in page
    assert "30 different patients within an hour; usual for this person: 4." in page
    assert f"/audit/alerts/{alert.id}/" in page
    page = page_of(client_for(auditor), f"/audit/alerts/{alert.id}/")
    assert "more than 20 patients within an hour" in page


def test_an_alert_is_counted_taken_on_and_reviewed(
    client_for: ClientFor, auditor: User, admin: User, alice: User, alert: SecurityAlert
) -> None:
    client = client_for(auditor)
    assert "unusual access waits for a review" in page_of(client, "/audit/")
    assert "unusual access waits for a review" in page_of(client_for(admin), "/today/")
    client.post(f"/audit/alerts/{alert.id}/acknowledge/")
    assert "looks into it since" in page_of(client, f"/audit/alerts/{alert.id}/")
    assert "unusual access waits for a review" not in page_of(client, "/audit/")
    bad = client.post(f"/audit/alerts/{alert.id}/review/", {"outcome": "justified"})
    assert bad.status_code == HTTPStatus.BAD_REQUEST
    say = {"outcome": "justified", "note": "Ward round"}
    client.post(f"/audit/alerts/{alert.id}/review/", say)
    page = page_of(client, f"/audit/alerts/{alert.id}/")
    assert "Ward round" in page
    again = client.post(f"/audit/alerts/{alert.id}/review/", say, follow=True)
    assert "has reviewed this already" in again.content.decode()
    assert "Olga Auditor" in page_of(client, "/audit/alerts/", state="reviewed")
    assert client_for(alice).get("/audit/alerts/").status_code == HTTPStatus.FORBIDDEN
    for act in ("acknowledge", "review"):
        answer = client_for(alice).post(f"/audit/alerts/{alert.id}/{act}/", say)
        assert answer.status_code == HTTPStatus.FORBIDDEN


def test_the_picture_counts_who_came_to_whom(
    client_for: ClientFor, auditor: User, alice: User, patient: Patient, looked: AuditEvent
) -> None:
    page = page_of(client_for(auditor), "/audit/picture/", days="7")
    assert "Alice Archer" in page
    assert pseudonym(patient.id)[:8] in page
    assert patient.last_name not in page
    assert "Nobody opened a record" not in page


def test_the_picture_of_nothing(client_for: ClientFor, auditor: User) -> None:
    assert "Nobody opened a record in this time" in page_of(
        client_for(auditor), "/audit/picture/", days="1"
    )


def test_the_proof_is_a_job_with_its_result(
    client_for: ClientFor, auditor: User, admin: User, looked: AuditEvent,
    drain_jobs: DrainJobs, settings: Any, tmp_path: Any,
) -> None:  # fmt: skip
    settings.AUDIT_CHECKPOINT_DIR = tmp_path
    client = client_for(auditor)
    page = client.post("/audit/verify/", headers={"HX-Request": "true"}).content.decode()
    assert "waiting to start" in page
    path = page.split('hx-get="')[1].split('"')[0]
    again = client.post("/audit/verify/", headers={"HX-Request": "true"}).content.decode()
    assert path in again
    drain_jobs()
    page = page_of(client, path)
    assert "The trail is whole" in page
    assert "The chain holds up to event no." in page
    assert client_for(admin).get(path).status_code == HTTPStatus.NOT_FOUND
    assert "Last proved on" in page_of(client, "/audit/")


def test_the_api_tells_the_same(
    api: Api, auditor: User, alice: User, patient: Patient, looked: AuditEvent,
    alert: SecurityAlert, drain_jobs: DrainJobs, settings: Any, tmp_path: Any,
) -> None:  # fmt: skip
    settings.AUDIT_CHECKPOINT_DIR = tmp_path
    client = api(auditor)
    found = client.get("/api/v1/audit/events/", {"act": "patient.read"}).json()
    item = next(each for each in found["items"] if each["id"] == str(looked.id))
    assert (item["patient"], item["purpose"]) == (pseudonym(patient.id), "TREAT")
    assert item["unusual"] == ["many_patients"]
    one = client.get(f"/api/v1/audit/events/{looked.id}/").json()
    assert one["chain"] is None
    alerts = client.get("/api/v1/audit/alerts/").json()["items"]
    assert [each["title"] for each in alerts] == ["Many patients in a short time"]
    path = f"/api/v1/audit/alerts/{alert.id}"
    assert client.post(f"{path}/acknowledge/").json()["state"] == "acknowledged"
    assert client.post(f"{path}/review/", {"outcome": "misuse"}, "json").status_code == 400
    said = {"outcome": "misuse", "note": "No reason known"}
    assert client.post(f"{path}/review/", said, "json").json()["outcome"] == "misuse"
    assert client.post(f"{path}/review/", said, "json").status_code == HTTPStatus.CONFLICT
    job = client.post("/api/v1/audit/verify/")
    assert job.status_code == HTTPStatus.ACCEPTED
    drain_jobs()
    proof = client.get(f"/api/v1/audit/verify/{job.json()['id']}/").json()
    assert (proof["state"], proof["found"]["whole"]) == ("done", True)
    assert client.get("/api/v1/audit/events/", {"outcome": "x"}).status_code == 400
    bad = client.get("/api/v1/audit/events/", {"actor_id": "Nobody at all"})
    assert bad.json()["errors"]["actor_id"]
    for user, status in ((alice, 403), (None, 401)):
        assert api(user).get("/api/v1/audit/events/").status_code == status


def test_nothing_that_leaves_names_a_patient_by_id(alice: User, patient: Patient) -> None:
    event = AuditEvent(
        id=uuid4(), position=1, actor_id=alice.id, actor_role="clinician", act="patient.merge",
        subject="patient", subject_id=patient.id, patient_id=patient.id,
        details={"merged_id": str(uuid4()), "counts": {"patient_id": str(patient.id)}},
    )  # fmt: skip
    told = str(vars(recorded(event)))
    assert str(patient.id) not in told
    assert event.details["merged_id"] not in told
