"""The pages of readings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from biometrics import services
from biometrics.samples import Sample
from clinicity.accounts.models import User
from patients.models import Patient

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]


@pytest.fixture
def readings(alice: User, patient: Patient) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    samples = [Sample("heart_rate", now, 72), Sample("body_temperature", now, 50)]
    services.readings_store(by=alice.actor, patient_id=patient.id, samples=samples)


@pytest.mark.parametrize("path", ["panel/", ""])
def test_empty_page_says_what_would_be_here(
    client_for: ClientFor, alice: User, patient: Patient, path: str
) -> None:
    answer = client_for(alice).get(f"/biometrics/patients/{patient.id}/{path}")
    assert answer.status_code == 200
    assert "No readings yet" in answer.content.decode()


def test_panel_shows_the_newest_values_and_a_chart(
    client_for: ClientFor, alice: User, patient: Patient, readings: None
) -> None:
    text = client_for(alice).get(f"/biometrics/patients/{patient.id}/panel/").content.decode()
    assert 'data-metric="heart_rate"' in text
    assert "72" in text
    assert "outside what is plausible" in text


def test_page_shows_the_metric_asked_for_and_the_receipts(
    client_for: ClientFor, alice: User, patient: Patient, readings: None
) -> None:
    path = f"/biometrics/patients/{patient.id}/?metric=body_temperature"
    text = client_for(alice).get(path).content.decode()
    assert 'data-metric="body_temperature"' in text
    assert "What arrived" in text
    assert "Zoë" in text


def test_stranger_finds_nothing(
    client_for: ClientFor, charlie: User, patient: Patient, readings: None
) -> None:
    for path in ("panel/", ""):
        answer = client_for(charlie).get(f"/biometrics/patients/{patient.id}/{path}")
        assert answer.status_code == 404
