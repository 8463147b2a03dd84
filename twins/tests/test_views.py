"""The twin's pages, in a browser's client."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from patients.models import Patient
from twins import services
from twins.models import TwinSnapshot
from twins.tests.conftest import START, Record

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]


def make(patient: Patient) -> TwinSnapshot:
    return services.twin_generate(by=WORKER, patient_id=patient.id).snapshot


def page(client: Client, patient: Patient, rest: str = "") -> str:
    answer = client.get(f"/twins/patients/{patient.id}/{rest}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_shows_pictures_with_words_and_a_table(
    client_for: Browser, alice: User, patient: Patient, record: Record
) -> None:
    record(10)
    make(patient)
    html = page(client_for(alice), patient)
    for words in (
        "Interdaily stability (IS)", "80 %:", "10 of 90 days", 'class="actogram-bar"',
        'class="polar-l5"', "twin-cell-most", "The same as a table", "Witting et al. 1990",
        "No model speaks here yet", "Nothing was measured; 7 days are needed.",
    ):  # fmt: skip
        assert words in html
    assert 'style="' not in html


def test_too_little_data_is_hatched_and_explained(
    client_for: Browser, alice: User, patient: Patient, record: Record
) -> None:
    record(3)
    make(patient)
    html = page(client_for(alice), patient)
    assert "No rhythm is shown." in html
    assert "Valid days: 3 (80 % measured, with movement); 7 are needed" in html
    assert '<circle class="twin-gap"' in html
    assert "Interdaily stability" not in html


def test_the_panel_before_and_after_the_first_twin(
    client_for: Browser, alice: User, patient: Patient, record: Record
) -> None:
    client = client_for(alice)
    assert "No twin yet" in page(client, patient, "panel/")
    assert "No twin yet" in page(client, patient)
    record(8)
    make(patient)
    html = page(client, patient, "panel/")
    assert "Relative amplitude (RA)" in html
    assert "8 of 90 days" in html
    assert "<html" not in html


def test_two_twins_are_compared_in_words(
    client_for: Browser, alice: User, patient: Patient, record: Record
) -> None:
    record(8)
    first = make(patient)
    record(4, start=START + timedelta(days=8), seed=2)
    second = make(patient)
    query = f"compare/?before={second.id}&after={first.id}"
    html = page(client_for(alice), patient, query)
    assert "no clear difference: the intervals overlap" in html
    assert html.index("8 of 90 days") < html.index("12 of 90 days")
    assert f"snapshot={first.id}" in page(client_for(alice), patient)


def test_asking_for_a_twin_follows_the_job(
    client_for: Browser, alice: User, patient: Patient, record: Record,
    drain_jobs: Callable[[], Any],
) -> None:  # fmt: skip
    record(8)
    client = client_for(alice)
    path = f"/twins/patients/{patient.id}/generate/"
    fragment = client.post(path, headers={"HX-Request": "true"}).content.decode()
    status = fragment.split('hx-get="')[1].split('"')[0]
    assert "HX-Refresh" not in client.get(status)
    drain_jobs()
    assert client.get(status)["HX-Refresh"] == "true"
    assert client.post(path)["Location"] == f"/twins/patients/{patient.id}/"


def test_strangers_and_bad_ids_are_not_found(
    client_for: Browser, alice: User, charlie: User, patient: Patient, record: Record
) -> None:
    record(8)
    snapshot = make(patient)
    job = services.twin_generate_request(by=alice.actor, patient_id=patient.id)
    stranger, base = client_for(charlie), f"/twins/patients/{patient.id}/"
    for rest in ("", "panel/", f"compare/?before={snapshot.id}&after={snapshot.id}"):
        assert stranger.get(base + rest).status_code == 404
    assert stranger.post(f"{base}generate/").status_code == 404
    assert stranger.get(f"/twins/jobs/{job.id}/").status_code == 404
    for rest in ("?snapshot=x", "compare/", f"?snapshot={job.id}"):
        assert client_for(alice).get(base + rest).status_code == 404


def test_coordinates_keep_their_points_in_every_language(
    client_for: Browser, alice: User, patient: Patient, record: Record
) -> None:
    record(8)
    make(patient)
    client = client_for(alice)
    html = client.get(f"/twins/patients/{patient.id}/", headers={"Accept-Language": "de"})
    axes = [line for line in html.content.decode().split("<") if 'class="axis-line"' in line]
    assert axes
    assert not any("," in line for line in axes)
    assert any("." in line for line in axes)
