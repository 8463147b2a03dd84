"""The page that removes readings for good: looked at first, confirmed by a word, reported."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from biometrics import selectors, services
from biometrics.models import Device, ReadingsRemoval
from biometrics.samples import Sample
from biometrics.selectors.removals import samples_to_remove
from biometrics.services.corrections import Range
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import NotFound
from patients.models import Patient
from patients.services.people import patient_create

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User | None], Client]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def readings(alice: User, patient: Patient) -> services.Receipt:
    beats = [Sample("heart_rate", NOON + n * MINUTE, 60 + n) for n in range(4)]
    return services.readings_store(
        by=alice.actor, patient_id=patient.id, samples=[*beats, Sample("steps", NOON, 10)]
    )


def asked(**changes: Any) -> dict[str, Any]:
    return {"ground": "consent_withdrawn", "reason": "Asked on the phone"} | changes


def page(patient: Patient) -> str:
    return f"/biometrics/patients/{patient.id}/removals/"


def reports(patient: Patient) -> list[ReadingsRemoval]:
    with acting_as(WORKER, patient.id):
        return list(ReadingsRemoval.objects.filter(patient_id=patient.id))


def present(by: User, patient: Patient) -> set[str]:
    return set(selectors.metrics_present(by.actor, patient.id))


def test_what_would_go_is_shown_first(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    text = client_for(alice).post(page(patient), asked()).content.decode()
    assert "Remove 5 samples for good?" in text
    assert text.index("Heart rate") < text.index("Steps")
    assert "every metric" in text
    assert "This can’t be undone." in text
    assert present(alice, patient) == {"heart_rate", "steps"}
    assert reports(patient) == []


def test_a_typed_word_removes_and_files_a_report(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    client = client_for(alice)
    answer = client.post(page(patient), asked(metrics=["heart_rate"], word=" Remove "))
    assert (answer.status_code, answer["Location"]) == (302, page(patient))
    assert present(alice, patient) == {"steps"}
    (report,) = reports(patient)
    assert (report.samples, report.counts, report.removed_by) == (
        4, {"heart_rate": 4}, alice.id,
    )  # fmt: skip
    text = client.get(page(patient)).content.decode()
    assert "Alice Archer" in text
    assert "Asked on the phone" in text
    assert "Consent was withdrawn" in text
    event = AuditEvent.objects.get(act="reading.remove")
    assert (event.subject_id, event.patient_id) == (report.id, patient.id)


@pytest.mark.parametrize("word", ["", "delete", "remove them"])
def test_another_word_removes_nothing(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt, word: str
) -> None:
    answer = client_for(alice).post(page(patient), asked(word=word))
    assert answer.status_code == 422
    assert "Type the word as it is shown. Nothing was removed." in answer.content.decode()
    assert reports(patient) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ground": "tidiness"}, "Select a valid choice"),
        ({"reason": " "}, "This field is required."),
        ({"metrics": ["aura"]}, "Select a valid choice"),
        ({"device_id": "nobody"}, "Select a valid choice"),
        (
            {"start": "2026-03-02T00:00", "end": "2026-03-01T00:00"},
            "The end must come after the start.",
        ),
    ],
)
def test_bad_input_is_explained(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt,
    change: dict[str, Any], words: str,
) -> None:  # fmt: skip
    answer = client_for(alice).post(page(patient), asked(word="remove", **change))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert reports(patient) == []


def test_sent_twice_it_files_one_report(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    client = client_for(alice)
    for status in (302, 422):
        assert client.post(page(patient), asked(word="remove")).status_code == status
    assert len(reports(patient)) == 1


def test_lifting_lets_such_readings_in_again(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    client = client_for(alice)
    client.post(page(patient), asked(word="remove"))
    (report,) = reports(patient)
    lift = f"{page(patient)}{report.id}/lift/"
    assert client.post(lift).status_code == 302
    assert "lifted" in client.get(page(patient)).content.decode()
    assert client.post(lift).status_code == 404
    again = services.readings_store(
        by=alice.actor, patient_id=patient.id, samples=[Sample("steps", NOON, 10)]
    )
    assert again.accepted == 1
    assert AuditEvent.objects.get(act="reading.removal_lift").subject_id == report.id


def test_nobody_else_sees_or_removes(
    client_for: ClientFor, charlie: User, patient: Patient, readings: services.Receipt
) -> None:
    for client, status in ((client_for(charlie), 404), (client_for(None), 302)):
        for answer in (client.get(page(patient)), client.post(page(patient), asked())):
            assert answer.status_code == status
    assert "login" in client_for(None).get(page(patient))["Location"]
    assert reports(patient) == []


def test_admins_read_reports_and_remove_nothing(
    client_for: ClientFor, admin: User, patient: Patient, readings: services.Receipt
) -> None:
    client = client_for(admin)
    assert "Show what would go" not in client.get(page(patient)).content.decode()
    assert client.post(page(patient), asked(word="remove")).status_code == 403


def test_the_preview_counts_what_the_report_counts(
    alice: User, patient: Patient, make_device: Callable[..., Device]
) -> None:
    watch = make_device()
    beats = [Sample("heart_rate", NOON + n * MINUTE * 30, 60) for n in range(100)]
    store = {"by": alice.actor, "patient_id": patient.id}
    services.readings_store(**store, samples=beats, device_id=watch.id)
    services.readings_store(**store, samples=beats)
    services.readings_mark_error(
        **store, reason="off", what=Range("heart_rate", NOON, NOON + MINUTE, watch.id)
    )
    what = {
        "device_id": watch.id, "start": NOON - MINUTE, "end": NOON + 1000 * MINUTE,
    }  # fmt: skip
    counts = samples_to_remove(alice.actor, patient.id, **what)
    assert counts == {"heart_rate": 33}
    report = services.readings_remove(**store, ground="erasure", reason="asked", **what)
    assert (report.samples, report.counts) == (33, {"heart_rate": 34 + 1})
    assert samples_to_remove(alice.actor, patient.id, **what) == {}
    assert samples_to_remove(alice.actor, patient.id) == {"heart_rate": 166}


def test_a_device_of_somebody_else_is_none(
    alice: User, patient: Patient, make_device: Callable[..., Device]
) -> None:
    other = patient_create(
        by=alice.actor,
        first_name="Otto",
        last_name="Other",
        date_of_birth=patient.date_of_birth,
    )
    device = make_device()
    with pytest.raises(NotFound):
        services.readings_remove(
            by=alice.actor, patient_id=other.id, ground="erasure", reason="asked",
            device_id=device.id,
        )  # fmt: skip


def test_the_page_is_frugal_and_linked(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    client = client_for(alice)
    for reason in ("first", "second"):
        client.post(page(patient), asked(reason=reason, word="remove", metrics=["steps"]))
    with CaptureQueriesContext(connection) as caught:
        assert client.get(page(patient)).status_code == 200
    assert len(caught) <= 70
    data = client.get(f"/biometrics/patients/{patient.id}/data/").content.decode()
    assert page(patient) in data
