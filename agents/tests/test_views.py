"""The pages: asking with and without script, the conversation, the note's editor."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents import selectors
from agents.models import Turn
from clinicity.accounts.models import User
from clinicity.common import clock
from patients.models import Patient
from patients.services.timeline import timeline_event_add

ClientFor = Callable[[User | None], Client]
pytestmark = pytest.mark.usefixtures("database")
QUESTION = "Has she missed any doses?"


@pytest.fixture
def charted(alice: User, patient: Patient) -> Patient:
    timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Missed dose",
        body="Lithium evening dose missed.", occurred_at=clock.now() - timedelta(days=2),
    )  # fmt: skip
    return patient


def ask_url(patient: Patient) -> str:
    return reverse("agents:ask", args=[patient.id])


def test_asking_without_script_comes_back_with_the_answer(
    alice: User, charted: Patient, client_for: ClientFor
) -> None:
    page = client_for(alice).post(ask_url(charted), {"question": QUESTION}, follow=True)
    text = page.content.decode()
    assert "Lithium evening dose missed." in text
    assert 'class="cite"' in text
    assert "Plan and specialists" in text
    assert page.redirect_chain[0][0].startswith(reverse("agents:chat", args=[charted.id]))


def test_listening_page_gets_the_turn_and_a_worker_answers(
    alice: User, charted: Patient, client_for: ClientFor, drain_jobs: Any
) -> None:
    client = client_for(alice)
    asked = client.post(ask_url(charted), {"question": QUESTION}, headers={"X-Listens": "1"})
    assert asked.status_code == 201
    card = asked.json()["card"]
    assert "data-running" in client.get(card).content.decode()
    assert drain_jobs() == ["agents.tasks.answer"]
    assert "Lithium evening dose missed." in client.get(card).content.decode()


def test_stop_before_the_worker_begins(
    alice: User, charted: Patient, client_for: ClientFor, drain_jobs: Any
) -> None:
    client = client_for(alice)
    asked = client.post(ask_url(charted), {"question": QUESTION}, headers={"X-Listens": "1"})
    turn_id = asked.json()["turn_id"]
    client.post(reverse("agents:stop", args=[turn_id]))
    drain_jobs()
    answered = selectors.turn_get(alice.actor, turn_id)
    assert answered.turn.state == Turn.State.STOPPED
    assert not answered.said


def test_asking_again_makes_another_turn(
    alice: User, charted: Patient, client_for: ClientFor
) -> None:
    client = client_for(alice)
    client.post(ask_url(charted), {"question": QUESTION})
    first = selectors.history(alice.actor).items[0].turn
    page = client.post(reverse("agents:retry", args=[first.id]), follow=True)
    assert page.content.decode().count("data-turn=") == 2


def test_window_of_a_brushed_chart_is_filled_in(
    alice: User, charted: Patient, client_for: ClientFor
) -> None:
    url = reverse("agents:chat", args=[charted.id])
    page = client_for(alice).get(url, {"start": "2026-11-01", "end": "2026-11-09"})
    text = page.content.decode()
    assert 'value="2026-11-01"' in text
    assert 'value="2026-11-09"' in text


@pytest.mark.parametrize(
    "sent",
    [
        {"question": ""},
        {"question": "x" * 4001},
        {"question": QUESTION, "start": "2026-11-03"},
        {"question": QUESTION, "session": "nothing"},
    ],
)
def test_bad_question_is_said_on_the_page(
    alice: User, charted: Patient, client_for: ClientFor, sent: dict[str, str]
) -> None:
    page = client_for(alice).post(ask_url(charted), sent)
    assert page.status_code == 400
    assert not selectors.history(alice.actor).items


def test_a_question_is_text_and_never_markup(
    alice: User, charted: Patient, client_for: ClientFor
) -> None:
    sent = {"question": "<script>alert(1)</script> doses missed?"}
    page = client_for(alice).post(ask_url(charted), sent, follow=True)
    assert "<script>alert(1)" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()


def test_conversation_of_one_patient_takes_no_question_about_another(
    alice: User, charted: Patient, client_for: ClientFor
) -> None:
    from patients.services.people import patient_create

    other = patient_create(
        by=alice.actor,
        first_name="Otto",
        last_name="Other",
        date_of_birth=charted.date_of_birth,
    )
    client = client_for(alice)
    client.post(ask_url(charted), {"question": QUESTION})
    session = selectors.sessions(alice.actor, charted.id)[0]
    page = client.post(ask_url(other), {"question": QUESTION, "session": str(session.id)})
    assert page.status_code == 404
    assert len(selectors.history(alice.actor).items) == 1


def test_strangers_and_colleagues(
    alice: User, bob: User, charlie: User, charted: Patient, client_for: ClientFor
) -> None:
    client_for(alice).post(ask_url(charted), {"question": QUESTION})
    turn = selectors.history(alice.actor).items[0].turn
    for user in (bob, charlie):
        assert client_for(user).get(reverse("agents:turn", args=[turn.id])).status_code == 404
        assert client_for(user).post(reverse("agents:stop", args=[turn.id])).status_code == 404
        assert client_for(user).post(reverse("agents:retry", args=[turn.id])).status_code == 404
    for name in ("panel", "chat"):
        page = client_for(charlie).get(reverse(f"agents:{name}", args=[charted.id]))
        assert page.status_code == 404
    assert QUESTION not in client_for(bob).get(
        reverse("agents:chat", args=[charted.id])
    ).content.decode()  # fmt: skip


def test_panel_and_list_show_the_last_questions(
    alice: User, charted: Patient, client_for: ClientFor
) -> None:
    client = client_for(alice)
    client.post(ask_url(charted), {"question": QUESTION})
    assert QUESTION in client.get(reverse("agents:panel", args=[charted.id])).content.decode()
    assert QUESTION in client.get(reverse("agents:chats")).content.decode()


def test_note_is_drafted_edited_signed_and_amended(
    alice: User, charted: Patient, client_for: ClientFor
) -> None:
    client = client_for(alice)
    drafted = client.post(reverse("agents:note_draft", args=[charted.id]))
    page = client.get(drafted["Location"])
    form = page.context["form"]
    assert form["mental_state"].value() is None or form["mental_state"].value() == ""
    assert "Lithium evening dose missed." in form["subjective"].value()
    texts = {name: form[name].value() or "" for name in form.fields}
    sent = texts | {"mental_state": "Calm.", "act": "save"}
    assert client.post(drafted["Location"], sent).status_code == 302
    sent |= {"revision": 2, "act": "sign"}
    assert client.post(drafted["Location"], sent).status_code == 302
    assert "Signed" in client.get(drafted["Location"]).content.decode().replace(
        "signed", "Signed"
    )
    refused = client.post(drafted["Location"], sent | {"revision": 3, "act": "amend"})
    assert refused.status_code == 400
    sent |= {"revision": 3, "act": "amend", "reason": "Typing error"}
    assert client.post(drafted["Location"], sent).status_code == 302
    assert "Typing error" in client.get(drafted["Location"]).content.decode()
    assert client.post(drafted["Location"], sent).status_code == 409
