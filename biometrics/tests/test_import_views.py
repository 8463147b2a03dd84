"""The pages of imports."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from biometrics import selectors, services
from biometrics.importers import IMPORTERS
from biometrics.importers.table import TABLE
from biometrics.models import ImportRun
from biometrics.services import ImportOptions
from biometrics.tests.import_lines import Upload, text_of
from clinicity.accounts.models import User
from conftest import DrainJobs
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lines")]
ClientFor = Callable[..., Client]
SHEET = b"when,pulse,mood note\n2024-03-01 10:00,61,fine\n2024-03-01 10:01,fast,\n"


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.fixture
def run(alice: User, patient: Patient, make_upload: Upload) -> ImportRun:
    upload = make_upload(text_of(5, extra="?\nother Sodium"), name="my-export.txt")
    return services.import_request(
        by=alice.actor, patient_id=patient.id, upload_id=upload.id, options=ImportOptions()
    )


def test_empty_page_says_what_would_be_here(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    text = page(client_for(alice), f"/biometrics/patients/{patient.id}/imports/")
    assert "Nothing imported yet" in text
    assert "a text file of lines" in text
    assert patient.first_name in text


def test_file_is_prepared_imported_and_its_receipt_shown(
    client_for: ClientFor, alice: User, patient: Patient, make_upload: Upload,
    drain_jobs: DrainJobs,
) -> None:  # fmt: skip
    client = client_for(alice)
    upload = make_upload(text_of(5, people="p01,p02", extra="?\nother Sodium"))
    listed = page(client, f"/biometrics/patients/{patient.id}/imports/")
    assert f"/biometrics/imports/uploads/{upload.id}/" in listed
    path = f"/biometrics/imports/uploads/{upload.id}/"
    asked = page(client, path)
    assert "This looks like: Lines." in asked
    assert 'value="Europe/London"' in asked
    said = {"importer": "lines", "zone": "Europe/Oslo"}
    refused = client.post(path, said)
    assert (refused.status_code, "whose part" in refused.content.decode()) == (422, True)
    answer = client.post(path, said | {"person": "p02"})
    assert answer.status_code == 302
    drain_jobs()
    text = page(client, answer["Location"])
    for words in ("Heart rate", "Sodium", "It is no reading.", "p02", "Europe/Oslo", "Alice"):
        assert words in text
    assert upload.digest in text
    history = page(client, f"/biometrics/patients/{patient.id}/imports/")
    assert answer["Location"] in history


def test_running_import_is_asked_for_again_and_a_settled_one_loads_its_page(
    client_for: ClientFor, alice: User, run: ImportRun, drain_jobs: DrainJobs
) -> None:
    client, path = client_for(alice), f"/biometrics/imports/{run.id}/standing/"
    waiting = client.get(path)
    assert "data-unsettled" in waiting.content.decode()
    assert "HX-Refresh" not in waiting
    drain_jobs()
    settled = client.get(path)
    assert settled["HX-Refresh"] == "true"
    assert "data-unsettled" not in settled.content.decode()


def test_wishes_are_buttons(
    client_for: ClientFor, alice: User, run: ImportRun, drain_jobs: DrainJobs
) -> None:
    client, one = client_for(alice), f"/biometrics/imports/{run.id}/"
    assert f'action="{one}pause/"' in page(client, one)
    client.post(f"{one}pause/")
    text = page(client, one)
    assert "Paused after 0 records" in text
    assert f'action="{one}resume/"' in text
    client.post(f"{one}resume/")
    drain_jobs()
    assert "pause/" not in page(client, one)
    refused = client.post(f"{one}resume/", follow=True)
    assert (
        "can’t become" in refused.content.decode() or "can&#x27;t" in refused.content.decode()
    )
    assert client.post(f"{one}explode/").status_code == 404


def test_checked_file_is_imported_with_one_button(
    client_for: ClientFor, alice: User, patient: Patient, make_upload: Upload,
    drain_jobs: DrainJobs,
) -> None:  # fmt: skip
    client, upload = client_for(alice), make_upload(text_of(5))
    said = {"importer": "lines", "zone": "Europe/Oslo", "dry_run": "on"}
    one = client.post(f"/biometrics/imports/uploads/{upload.id}/", said)["Location"]
    drain_jobs()
    assert "Nothing was stored" in page(client, one)
    made = client.post(f"{one}store/")["Location"]
    drain_jobs()
    stored = selectors.import_get(alice.actor, UUID(made.split("/")[-2]))
    assert (stored.accepted, stored.options["zone"]) == (5, "Europe/Oslo")
    assert client.post(f"{made}store/").status_code == 404


def test_upload_is_removed_by_its_button(
    client_for: ClientFor, alice: User, patient: Patient, make_upload: Upload
) -> None:
    upload = make_upload(text_of(1))
    client_for(alice).post(f"/biometrics/imports/uploads/{upload.id}/delete/")
    assert selectors.uploads_waiting(alice.actor, patient.id) == []


def test_columns_of_a_table_are_guessed_shown_and_imported(
    client_for: ClientFor, alice: User, patient: Patient, make_upload: Upload,
    drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(IMPORTERS, TABLE.code, TABLE)
    client, upload = client_for(alice), make_upload(SHEET, name="sheet.csv")
    path = f"/biometrics/imports/uploads/{upload.id}/"
    sent = client.post(path, {"importer": "table", "zone": "UTC"})
    assert sent["Location"] == f"{path}columns/?zone=UTC"
    assert "Say which column is the time." in page(client, sent["Location"])
    chosen = {"role.0": "time", "role.1": "metric:heart_rate", "zone": "UTC"}
    text = client.post(f"{path}columns/", chosen | {"act": "preview"}).content.decode()
    assert "Heart rate <strong>61</strong>" in text
    assert "fast" in text
    answer = client.post(f"{path}columns/", chosen | {"act": "import"})
    drain_jobs()
    done = selectors.import_get(alice.actor, UUID(answer["Location"].split("/")[-2]))
    assert (done.state, done.accepted, done.rejected) == ("done", 1, 1)
    assert done.options["mapping"]["value.pulse"] == "heart_rate"


def test_stranger_finds_nothing(
    client_for: ClientFor, charlie: User, patient: Patient, run: ImportRun
) -> None:
    client, upload = client_for(charlie), f"/biometrics/imports/uploads/{run.file_key}/"
    one = f"/biometrics/imports/{run.id}/"
    for path in (
        f"/biometrics/patients/{patient.id}/imports/", one, f"{one}standing/", upload,
        f"{upload}columns/",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    for path in (f"{one}pause/", f"{one}store/", f"{upload}delete/", f"{upload}columns/"):
        assert client.post(path).status_code == 404, path
