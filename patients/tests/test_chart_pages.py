"""The chart's pages: each part shown, added to and changed without a script, and with htmx."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinicity.accounts.models import User
from clinicity.common import clock
from patients import selectors, services
from patients.models import Patient
from patients.tests.test_calendars import ICS

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
TODAY = clock.now().date()
FORMS: dict[str, dict[str, Any]] = {
    "condition": {
        "code": "f33.1", "display": "", "clinical_status": "active",
        "verification_status": "confirmed",
    },
    "allergy": {
        "substance": "Penicillin", "criticality": "high", "clinical_status": "active",
        "verification_status": "confirmed",
    },
    "medication": {
        "name": "Sertraline", "dose": "50", "unit": "mg", "times_per_day": "1",
        "started_on": str(TODAY - timedelta(days=20)),
    },
    "lab": {
        "loinc": "14334-7", "value": "0.7", "unit": "mmol/l", "low": "0.6", "high": "1.0",
        "specimen_at": f"{TODAY - timedelta(days=3)}T09:00",
    },
    "genetic": {
        "gene": "CYP2C19", "phenotype": "Poor Metabolizer", "laboratory": "Lab",
        "tested_on": "2025-01-02",
    },
    "encounter": {
        "kind": "Follow-up", "starts_at": f"{TODAY + timedelta(days=3)}T10:00",
        "ends_at": f"{TODAY + timedelta(days=3)}T10:30", "status": "planned",
        "participants": "Ana\nBen",
    },
}  # fmt: skip
SHOWN = {
    "condition": "recurrent, moderate", "allergy": "Penicillin", "medication": "RxNorm 36437",
    "lab": "Lithium", "genetic": "Poor Metabolizer", "encounter": "Ana, Ben",
}  # fmt: skip


def page_of(patient: Patient, tail: str = "chart/full/") -> str:
    return f"/patients/{patient.id}/{tail}"


def text_of(client: Client, patient: Patient, tail: str = "chart/full/") -> str:
    answer = client.get(page_of(patient, tail))
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()


def test_an_empty_chart_says_what_would_be_there(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    text = text_of(client_for(alice), patient)
    for words in (
        "No medication on record", "That is not the same as none", "No safety plan yet",
        "does not mean that it is safe", "does not mean that nothing needs to be measured",
        "No pharmacogenetic result", "ONC high-priority list",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize("topic", FORMS)
def test_each_part_is_added_to_edited_and_undone_without_a_script(
    client_for: ClientFor, alice: User, patient: Patient, topic: str
) -> None:
    client = client_for(alice)
    assert "<form" in text_of(client, patient, f"chart/{topic}/add/")
    answer = client.post(page_of(patient, f"chart/{topic}/add/"), FORMS[topic])
    assert answer.status_code == 302, answer.content
    assert answer["Location"].endswith(f"#{topic}")
    assert SHOWN[topic] in text_of(client, patient)
    model = services.edits.TOPICS[topic].model  # type: ignore[attr-defined]
    (row,) = selectors.items_page(alice.actor, patient.id, model).items
    edit = page_of(patient, f"chart/{topic}/{row.id}/edit/")
    assert 'value="1"' in client.get(edit).content.decode()
    body = FORMS[topic] | {"note": "Seen again", "reason": "Seen again", "version": "1"}
    assert client.post(edit, body).status_code == 302
    assert client.post(edit, body | {"note": "x", "reason": "x"}).status_code == 422
    assert "Version 1" in text_of(client, patient, f"chart/{topic}/{row.id}/history/")
    client.post(page_of(patient, f"chart/{topic}/{row.id}/error/"), {"reason": "slip"})
    assert "Put back" in text_of(client, patient)
    assert selectors.items_page(alice.actor, patient.id, model).items == []
    client.post(page_of(patient, f"chart/{topic}/{row.id}/restore/"))
    assert len(selectors.items_page(alice.actor, patient.id, model).items) == 1


def test_a_form_with_faults_says_so_and_keeps_what_was_typed(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client, path = client_for(alice), page_of(patient, "chart/condition/add/")
    answer = client.post(path, FORMS["condition"] | {"code": "banana"})
    assert answer.status_code == 422
    assert "Give an ICD-10-CM code" in answer.content.decode()
    assert 'value="banana"' in answer.content.decode()
    alone = client.post(path, FORMS["condition"] | {"code": "x"}, HTTP_HX_REQUEST="true")
    assert alone.status_code == 200
    assert "<html" not in alone.content.decode()
    saved = client.post(path, FORMS["condition"], HTTP_HX_REQUEST="true")
    assert (saved.status_code, saved["HX-Refresh"]) == (204, "true")


def test_a_medication_is_stopped_changed_and_its_doses_noted(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client = client_for(alice)
    row = services.medication_add(
        by=alice.actor, patient_id=patient.id, name="Wibblex", dose=1, unit="mg",
        times_per_day=1, started_on=TODAY - timedelta(days=9),
    )  # fmt: skip
    assert "unchecked" in text_of(client, patient)
    at = (clock.now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    dose = page_of(patient, f"medications/{row.id}/doses/")
    assert client.post(dose, {"due_at": at, "status": "missed"}).status_code == 302
    assert "0 of 1 noted doses taken" in text_of(client, patient)
    change = page_of(patient, f"medications/{row.id}/dose/")
    body = {"dose": "2", "times_per_day": "1", "from_on": str(TODAY), "version": "1"}
    assert client.post(change, body | {"from_on": "2001-01-01"}).status_code == 422
    assert client.post(change, body).status_code == 302
    newest = selectors.medications(alice.actor, patient.id)[-1]
    stop = page_of(patient, f"medications/{newest.id}/stop/")
    assert client.post(stop, {"ended_on": str(TODAY), "reason": "Rash"}).status_code == 302
    assert "stopped: Rash" in text_of(client, patient)


def test_findings_and_due_tests_are_shown_with_their_sources(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    for name in ("Lithium carbonate", "Ramipril"):
        services.medication_add(
            by=alice.actor, patient_id=patient.id, name=name, dose=1, unit="mg",
            times_per_day=1, started_on=TODAY - timedelta(days=99),
        )  # fmt: skip
    client = client_for(alice)
    text = text_of(client, patient)
    assert "Juurlink 2004" in text
    assert "NICE CG185" in text
    panel = text_of(client, patient, "chart/")
    assert "Lithium carbonate + Ramipril" in panel
    today = client.get("/today/").content.decode()
    assert "TSH is due (lithium)" in today


def test_due_tests_take_the_same_queries_for_many(
    alice: User, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    people = [patient.id] + [
        services.patient_create(
            by=alice.actor, first_name="A", last_name=str(number),
            date_of_birth=patient.date_of_birth,
        ).id
        for number in range(4)
    ]  # fmt: skip
    for patient_id in people:
        services.medication_add(
            by=alice.actor, patient_id=patient_id, name="Clozapine", dose=1, unit="mg",
            times_per_day=1, started_on=TODAY - timedelta(days=9),
        )  # fmt: skip
    with django_assert_max_num_queries(8):
        due = selectors.monitoring_due(alice.actor, now=clock.now())
    assert {one.patient.id for one in due} == set(people)
    assert {one.due.rule for one in due} == {
        "clozapine-anc", "antipsychotic-glucose", "antipsychotic-lipids",
    }  # fmt: skip


def test_strangers_have_nothing_due(alice: User, charlie: User, patient: Patient) -> None:
    services.medication_add(
        by=alice.actor, patient_id=patient.id, name="Clozapine", dose=1, unit="mg",
        times_per_day=1, started_on=TODAY - timedelta(days=9),
    )  # fmt: skip
    assert selectors.monitoring_due(charlie.actor, now=clock.now()) == []
    assert selectors.own_calendar(charlie.actor, now=clock.now()) == []


def test_a_visit_changes_its_state(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    now = clock.now()
    row = services.encounter_add(
        by=alice.actor, patient_id=patient.id, kind="Follow-up", status="planned",
        starts_at=now, ends_at=now + timedelta(minutes=30),
    )  # fmt: skip
    client, path = client_for(alice), page_of(patient, f"visits/{row.id}/status/")
    assert "did not come" in client.get(path).content.decode()
    assert client.post(path, {"status": "proposed"}).status_code == 422
    assert client.post(path, {"status": "noshow", "reason": "Bus"}).status_code == 302
    assert "did not come" in text_of(client, patient)


def test_a_calendar_is_looked_at_then_taken_in(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client, path = client_for(alice), page_of(patient, "visits/import/")

    def send(button: str, content: bytes = ICS) -> Any:
        return client.post(path, {"file": SimpleUploadedFile("c.ics", content), button: "1"})

    look = send("look").content.decode()
    assert "What would be done" in look
    assert selectors.encounters(alice.actor, patient.id) == []
    assert "What was done" in send("import").content.decode()
    assert selectors.encounters(alice.actor, patient.id)
    refused = send("import", b"\0\1")
    assert refused.status_code == 422
    assert (
        "isn’t a text file" in refused.content.decode()
        or "isn&#x27;t" in refused.content.decode()
    )


def test_ones_own_calendar_holds_no_name(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    now = clock.now()
    services.encounter_add(
        by=alice.actor, patient_id=patient.id, kind="Follow-up", status="planned",
        reason="Secret", starts_at=now, ends_at=now + timedelta(minutes=30),
    )  # fmt: skip
    answer = client_for(alice).get("/patients/my-appointments.ics")
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar"
    assert "BEGIN:VEVENT" in text
    assert "Zoë" not in text
    assert "Secret" not in text


def test_the_safety_plan_is_written_read_and_changed(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client, edit = client_for(alice), page_of(patient, "safety-plan/edit/")
    assert "Write the plan" in text_of(client, patient, "safety-plan/")
    body = {"version": "0", "coping": "Walk", "people": "Ana | 020 7946 0000"}
    assert client.post(edit, {"version": "0"}).status_code == 422
    assert client.post(edit, body).status_code == 302
    assert client.post(edit, body | {"coping": "Swim"}).status_code == 422
    text = text_of(client, patient, "safety-plan/")
    assert 'href="tel:02079460000"' in text
    assert "Ana | 020 7946 0000" in client.get(edit).content.decode()
    assert client.post(edit, body | {"coping": "Swim", "version": "1"}).status_code == 302
    assert "earlier version" in text_of(client, patient, "safety-plan/?version=1")
    assert "No safety plan yet" not in text_of(client, patient)


def test_strangers_get_no_page(client_for: ClientFor, charlie: User, patient: Patient) -> None:
    client = client_for(charlie)
    for tail in ("chart/full/", "chart/condition/add/", "safety-plan/", "visits/import/"):
        assert client.get(page_of(patient, tail)).status_code == 404
