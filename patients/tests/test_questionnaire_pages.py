"""The pages: by staff, by link, signed in; what they show, keep and give away."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Role
from patients import selectors, services
from patients.instruments import SHIPPED, wording
from patients.models import Patient

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
BORN = {"birth_date": "1985-07-20"}


def sheet(code: str = "phq9", value: int = 1, **other: Any) -> dict[str, Any]:
    return {f"{code}-{n}": value for n in range(1, 10)} | other


def token_for(by: User, patient: Patient) -> str:
    services.questionnaire_assign(by=by.actor, patient_id=patient.id, instrument="phq9")
    request = selectors.questionnaire_requests(by.actor, patient.id)[0]
    return services.questionnaire_link_make(by=by.actor, request_id=request.id).token


def test_a_patient_answers_by_link_from_start_to_thanks(
    client: Client, alice: User, patient: Patient, settings: Any
) -> None:
    settings.HELP_NUMBERS = ["116 123"]
    entered = client.get(f"/questionnaires/link/{token_for(alice, patient)}/")
    assert (entered.status_code, entered["Location"]) == (302, "/questionnaires/link/")
    asked = client.get("/questionnaires/link/")
    assert b"date of birth" in asked.content
    assert b"Little interest" not in asked.content
    wrong = client.post("/questionnaires/link/", {"birth_date": "1990-01-01"})
    assert (wrong.status_code, b"4 left" in wrong.content) == (422, True)
    assert client.post("/questionnaires/link/", BORN).status_code == 302
    form = client.get("/questionnaires/link/")
    page = form.content.decode()
    assert "Little interest" in page
    assert "116 123" in page
    for private in (patient.first_name, patient.last_name, "1985", str(patient.id)):
        assert private not in page
    assert form["Cache-Control"] == "no-store"
    assert "noindex" in form["X-Robots-Tag"]
    saved = client.post("/questionnaires/link/save/", {"phq9-1": 2, "phq9-9": 1})
    assert b"please call someone now" in saved.content
    assert b'value="2" checked' in client.get("/questionnaires/link/").content
    partly = client.post("/questionnaires/link/", {"phq9-1": 2})
    assert (partly.status_code, b"8 questions" in partly.content) == (422, True)
    thanks = client.post("/questionnaires/link/", sheet(language="en"))
    assert b"Thank you" in thanks.content
    assert b"please call someone now" in thanks.content
    (row,) = selectors.questionnaires_standing(alice.actor, patient.id)
    assert (int(row.score), row.mode, row.language, row.wording_version) == (9, "link", "en", 0)
    assert client.get("/questionnaires/link/").status_code == 404


def test_a_question_may_be_left_out_when_that_is_meant(
    client: Client, alice: User, patient: Patient
) -> None:
    client.get(f"/questionnaires/link/{token_for(alice, patient)}/")
    client.post("/questionnaires/link/", BORN)
    client.post("/questionnaires/link/", sheet(leave_out="1") | {"phq9-9": ""})
    (row,) = selectors.questionnaires_standing(alice.actor, patient.id)
    assert row.answers[8] is None
    assert int(row.score) == 9


def test_a_closed_link_says_so_and_still_helps(client: Client) -> None:
    for path in ("/questionnaires/link/nothing/", "/questionnaires/link/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert b"If you need help now" in answer.content


def test_another_session_must_give_the_birth_date_itself(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    token = token_for(alice, patient)
    first, second = client_for(None), client_for(None)
    first.get(f"/questionnaires/link/{token}/")
    first.post("/questionnaires/link/", BORN)
    second.get(f"/questionnaires/link/{token}/")
    assert b"Little interest" not in second.get("/questionnaires/link/").content
    assert second.post("/questionnaires/link/save/", {"phq9-1": 1}).status_code == 404


def test_too_many_tries_from_one_address_wait(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinicity.accounts import throttles
    from patients.services import questionnaire_links as links

    settings.RATE_LIMITING_ENABLED = True
    limit = throttles.Limit("questionnaire-link.test", 3, 60)
    monkeypatch.setattr(links, "LINKS_BY_ADDRESS", limit)
    throttles.clear(limit, "127.0.0.1")
    statuses = [client.get("/questionnaires/link/nothing/").status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 429]
    throttles.clear(limit, "127.0.0.1")


def test_a_signed_in_patient_uses_the_same_form(
    client_for: ClientFor, alice: User, patient: Patient, database: None
) -> None:
    from clinicity.accounts.acting import acting_as

    user = user_create(
        by=SYSTEM, email="zoe@example.org", password="correct horse battery staple",
        display_name="Zoë", role=Role.PATIENT,
    )  # fmt: skip
    with acting_as(alice.actor):
        Patient.objects.filter(id=patient.id).update(user=user)
    token_for(alice, patient)
    client = client_for(user)
    page = client.get("/questionnaires/")
    assert b"PHQ-9" in page.content
    request = selectors.questionnaires_due(user.actor).due[0].request
    path = f"/questionnaires/{request.id}/"
    assert b"Little interest" in client.get(path).content
    assert client.post(f"{path}save/", {"phq9-1": 3}).status_code == 200
    assert b'value="3" checked' in client.get(path).content
    assert b"Thank you" in client.post(path, sheet(value=0)).content
    (row,) = selectors.questionnaires_standing(alice.actor, patient.id)
    assert (row.mode, row.recorded_by) == ("patient", user.id)
    assert b"Nothing to answer" in client.get("/questionnaires/").content


def test_staff_fill_in_as_a_draft_and_finish(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client, path = client_for(alice), f"/patients/{patient.id}/questionnaires/fill/hamd17/"
    assert b"Item 3" in client.get(path).content
    client.post(path, {"hamd17-1": "4", "act": "draft"})
    assert b'value="4" checked' in client.get(path).content
    assert selectors.questionnaires_standing(alice.actor, patient.id) == []
    wrong = client.post(path, {"hamd17-4": "9", "act": "finish"})
    assert wrong.status_code == 422
    done = client.post(path, {f"hamd17-{n}": "1" for n in range(1, 18)} | {"act": "finish"})
    assert done.status_code == 302
    (row,) = selectors.questionnaires_standing(alice.actor, patient.id)
    assert (int(row.score), row.wording_version) == (17, None)
    shown = client.get(done["Location"])
    assert b"17" in shown.content
    assert selectors.draft_answers(alice.actor, patient.id, instrument="hamd17") is None


def test_the_patients_page_shows_course_change_and_requests(
    client_for: ClientFor, alice: User, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    for days, value in ((40, 2), (5, 0)):
        services.questionnaire_response_add(
            by=alice.actor, patient_id=patient.id, instrument="phq9", answers=[value] * 9,
            answered_at=clock.now() - dt.timedelta(days=days),
        )  # fmt: skip
    client, path = client_for(alice), f"/patients/{patient.id}/questionnaires/"
    assert client.post(f"{path}assign/", {"instrument": "phq9"}).status_code == 302
    with django_assert_max_num_queries(52):
        page = client.get(path).content.decode()
    assert "reliably improved; RCI -6.29, SEM 2.02, reliable from 5.6 points" in page
    assert "clinically significant" in page
    assert "<svg" in page
    request = selectors.questionnaire_requests(alice.actor, patient.id)[0]
    made = client.post(f"{path}requests/{request.id}/link/")
    assert b"/questionnaires/link/" in made.content
    assert b"/questionnaires/link/" not in client.get(path).content
    client.post(f"{path}requests/{request.id}/revoke/")
    assert selectors.questionnaires_due(alice.actor).due == []
    assert client.post(f"{path}assign/", {"instrument": "x"}).status_code == 422


def test_answers_are_corrected_and_taken_out_on_their_page(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    row = services.questionnaire_response_add(
        by=alice.actor, patient_id=patient.id, instrument="phq9", answers=[1] * 9,
        answered_at=clock.now(),
    )  # fmt: skip
    client, path = client_for(alice), f"/patients/{patient.id}/questionnaires/{row.id}/"
    assert client.post(f"{path}amend/", sheet(value=2)).status_code == 422
    moved = client.post(f"{path}amend/", sheet(value=2, reason="Misread"))
    assert moved.status_code == 302
    newer = moved["Location"]
    assert b"Misread" in client.get(newer).content
    client.post(f"{newer}error/", {"reason": "Wrong person"})
    assert b"Wrong person" in client.get(newer).content
    page = client.get(f"/patients/{patient.id}/questionnaires/").content.decode()
    assert newer in page
    client.post(f"{newer}undo/")
    (standing,) = selectors.questionnaires_standing(alice.actor, patient.id)
    assert int(standing.score) == 18
    (report, *_) = selectors.self_harm_reports(alice.actor, patient.id)
    client.post(
        f"/patients/{patient.id}/questionnaires/reports/{report.id}/seen/", {"note": "Called"}
    )
    assert report.id not in [
        one.id for one in selectors.self_harm_reports(alice.actor, patient.id)
    ]


def test_wordings_are_loaded_by_admins_and_by_command(
    client_for: ClientFor, admin: User, alice: User, tmp_path: Path
) -> None:
    content = wording.content(SHIPPED["gad7", "en"]) | {"language": "fr", "title": "Anxiété"}
    text = json.dumps(content)
    client, path = client_for(admin), "/patients/questionnaires/wordings/"
    client.post(path, {"file": SimpleUploadedFile("gad7.json", text.encode())})
    assert selectors.wording_languages("gad7") == ["en", "fr"]
    assert b"fr" in client.get(path).content
    bad = client.post(
        path, {"file": SimpleUploadedFile("gad7.json", b'{"instrument": "gad7"}')}
    )
    assert (bad.status_code, b"title is missing" in bad.content) == (422, True)
    client.post(f"{path}withdraw/", {"instrument": "gad7", "language": "fr"})
    assert selectors.wording_languages("gad7") == ["en"]
    assert client_for(alice).get(path).status_code == 200
    file = tmp_path / "gad7.json"
    file.write_text(text)
    call_command("load_wording", str(file))
    assert selectors.wording_of("gad7", "fr").version == 3
    file.write_text("{}")
    with pytest.raises(CommandError):
        call_command("load_wording", str(file))
