"""The pages of readings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from biometrics import services
from biometrics.features.columns import columns_of
from biometrics.models import IngestBatch
from biometrics.samples import Sample
from clinicity.accounts.models import User
from clinicity.common.ids import new_id
from patients.models import Patient
from patients.services.people import patient_create

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
PAGES = ("panel/", "", "data/", "compare/")


@pytest.fixture
def readings(alice: User, patient: Patient) -> services.Receipt:
    now = datetime.now(UTC) - timedelta(hours=1)
    samples = [
        Sample("heart_rate", now, 72),
        Sample("body_temperature", now, 50),
        Sample("steps", now, 400),
        Sample("steps", now + timedelta(minutes=1), 300),
        Sample("heart_rate", now, 72, unit="furlong"),
    ]
    return services.readings_store(by=alice.actor, patient_id=patient.id, samples=samples)


def page(client: Client, patient: Patient, path: str) -> str:
    answer = client.get(f"/biometrics/patients/{patient.id}/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", ["panel/", "", "data/"])
def test_empty_page_says_what_would_be_here(
    client_for: ClientFor, alice: User, patient: Patient, path: str
) -> None:
    assert "No readings yet" in page(client_for(alice), patient, path)


def test_panel_shows_the_newest_values_and_a_chart(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    text = page(client_for(alice), patient, "panel/")
    assert 'data-metric="steps"' in text
    assert "72" in text
    assert "700 steps" in text  # of the day, not of the last sample
    assert "outside what is plausible" in text


def test_page_shows_the_metric_asked_for_and_its_days(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    text = page(client_for(alice), patient, "?metric=body_temperature")
    assert 'data-metric="body_temperature"' in text
    assert "50 °C" in text
    assert "Heart and circulation" in text
    assert "Zoë" in text
    steps = page(client_for(alice), patient, "?metric=steps")
    assert 'data-aggregation="sum"' in steps


@pytest.mark.parametrize("window", ["nonsense", "2026", "2026-01-01T00:00:00"])
def test_an_address_without_a_moment_shows_the_newest_window(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt,
    window: str,
) -> None:  # fmt: skip
    text = page(client_for(alice), patient, f"?metric=steps&start={window}&end={window}")
    assert f'data-start="{window}"' not in text
    assert 'data-start="20' in text
    kept = "2026-01-01T00:00:00%2B00:00"
    text = page(client_for(alice), patient, f"?metric=steps&start={kept}")
    assert 'data-start="2026-01-01T00:00:00+00:00"' in text


def test_data_page_names_receipts_days_and_devices(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    text = page(client_for(alice), patient, "data/?metric=heart_rate")
    assert f"/biometrics/receipts/{readings.id}/" in text
    assert "Heart rate: data on 1 of 365 days" in text
    assert "1 sample</span>" in text
    assert "No device named" in text


@pytest.mark.parametrize(("path", "most"), [("panel/", 45), ("", 80), ("data/", 55)])
def test_pages_are_frugal(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt,
    path: str, most: int,
) -> None:  # fmt: skip
    client = client_for(alice)
    with CaptureQueriesContext(connection) as caught:
        page(client, patient, path)
    assert len(caught) <= most


def test_receipt_explains_each_refusal(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient,
    readings: services.Receipt,
) -> None:  # fmt: skip
    path = f"/biometrics/receipts/{readings.id}/"
    text = client_for(alice).get(path).content.decode()
    assert "not &#x27;furlong&#x27;" in text
    assert "Alice Archer" in text
    assert readings.digest in text
    assert client_for(charlie).get(path).status_code == 404
    assert client_for(alice).get(f"/biometrics/receipts/{new_id()}/").status_code == 404


def test_a_reason_with_a_field_names_it(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    from biometrics.selectors.receipts import Reason, _reason

    assert _reason([3, "unit", "No such unit."]) == Reason(3, "unit", "No such unit.")
    assert _reason([3, "No such unit."]) == Reason(3, "", "No such unit.")


def test_compare_says_an_association_or_why_not(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    client = client_for(alice)
    assert "Choose two metrics" in page(client, patient, "compare/")
    text = page(client, patient, "compare/?first=heart_rate&second=steps")
    assert "too few to say how they go together" in text
    same = page(client, patient, "compare/?first=steps&second=steps")
    assert "Choose two different metrics." in same


@pytest.mark.parametrize("path", PAGES)
def test_stranger_finds_nothing(
    client_for: ClientFor, charlie: User, patient: Patient, readings: services.Receipt,
    path: str,
) -> None:  # fmt: skip
    answer = client_for(charlie).get(f"/biometrics/patients/{patient.id}/{path}")
    assert answer.status_code == 404


# Corrections: the services come by their names, so that a stand-in shows what they get.


def correction(**more: Any) -> dict[str, Any]:
    return {
        "metric": "heart_rate", "start": "2020-01-01T00:00", "end": "2090-01-01T00:00",
        "device_id": "", "act": "error", "to": "", "reason": "Worn by a brother",
    } | more  # fmt: skip


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    calls: list[tuple[str, dict[str, Any]]] = []
    for name in ("readings_mark_error", "readings_restore", "readings_move"):
        monkeypatch.setattr(
            services, name, lambda _name=name, **asked: calls.append((_name, asked)),
            raising=False,
        )  # fmt: skip
    return calls


def test_a_correction_is_shown_before_it_is_carried_out(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt,
    called: list[tuple[str, dict[str, Any]]],
) -> None:  # fmt: skip
    client, path = client_for(alice), f"/biometrics/patients/{patient.id}/correct/"
    shown = client.post(path, correction()).content.decode()
    assert "Mark 1 sample of Heart rate as entered in error?" in shown
    assert called == []
    answer = client.post(path, correction(confirm="yes"))
    assert answer.status_code == 302
    ((name, asked),) = called
    assert name == "readings_mark_error"
    assert asked["patient_id"] == patient.id
    what = asked["what"]
    assert (what.metric, what.device_id) == ("heart_rate", None)
    assert what.start == datetime(2020, 1, 1, tzinfo=UTC)
    assert asked["reason"] == "Worn by a brother"


def test_a_move_names_both_patients(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt,
    called: list[tuple[str, dict[str, Any]]],
) -> None:  # fmt: skip
    other = patient_create(
        by=alice.actor, first_name="Otto", last_name="Other", record_number="R-77",
        date_of_birth=patient.date_of_birth,
    )  # fmt: skip
    client, path = client_for(alice), f"/biometrics/patients/{patient.id}/correct/"
    text = client.post(path, correction(act="move", to="R-77")).content.decode()
    assert "Otto Other" in text
    client.post(path, correction(act="move", to="R-77", confirm="yes"))
    assert called[0][0] == "readings_move"
    assert called[0][1]["to_patient_id"] == other.id


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"end": "2019-01-01T00:00"}, "The end must come after the start."),
        ({"act": "move"}, "Name the patient whom these readings belong to."),
        ({"act": "move", "to": "nobody"}, "None of your patients has this"),
        ({"reason": ""}, "Some fields need another value"),
        ({"metric": "aura"}, "There is no metric"),
    ],
)
def test_a_bad_correction_changes_nothing(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt,
    called: list[tuple[str, dict[str, Any]]], change: dict[str, Any], words: str,
) -> None:  # fmt: skip
    path = f"/biometrics/patients/{patient.id}/correct/"
    assert words in client_for(alice).post(path, correction(**change)).content.decode()
    assert called == []


def test_a_correction_is_taken_back(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient,
    readings: services.Receipt, called: list[tuple[str, dict[str, Any]]],
) -> None:  # fmt: skip
    path = f"/biometrics/patients/{patient.id}/corrections/1/restore/"
    assert client_for(charlie).post(path).status_code == 404
    assert client_for(alice).post(path, {"metric": "heart_rate"}).status_code == 302
    assert called == [
        ("readings_restore", {"by": alice.actor, "patient_id": patient.id, "position": 1})
    ]


def test_admins_correct_nothing(
    client_for: ClientFor, admin: User, patient: Patient, readings: services.Receipt,
    called: list[tuple[str, dict[str, Any]]],
) -> None:  # fmt: skip
    path = f"/biometrics/patients/{patient.id}/correct/"
    assert client_for(admin).post(path, correction(confirm="yes")).status_code in (403, 404)
    assert called == []


def test_corrections_are_listed_with_their_way_back(
    client_for: ClientFor, alice: User, patient: Patient, readings: services.Receipt
) -> None:
    from clinicity.accounts.acting import acting_as

    with acting_as(alice.actor):
        IngestBatch.objects.create(
            patient_id=patient.id, position=2, kind=IngestBatch.Kind.ERROR, payload=b"x",
            digest="0" * 64, source="page", actor_id=alice.id, accepted=0, duplicate=0,
            corrected=0, rejected=0, metrics=["heart_rate"],
        )  # fmt: skip
    text = page(client_for(alice), patient, "?metric=heart_rate")
    assert f"/biometrics/patients/{patient.id}/corrections/2/restore/" in text
    other = page(client_for(alice), patient, "?metric=steps")
    assert "corrections/2/restore" not in other


def test_a_state_reads_as_its_minutes(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=1)
    services.columns_store(
        by=alice.actor, patient_id=patient.id, source="api",
        columns={
            "sleep_stage": columns_of(
                [round(noon.timestamp() * 1000)], [2], duration_ms=90 * 60_000
            )
        },
    )  # fmt: skip
    text = page(client_for(alice), patient, "?metric=sleep_stage")
    assert "deep 1 h 30 min" in text
