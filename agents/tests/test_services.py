"""Asking, answering, stopping; and notes from draft to amendment."""

from datetime import timedelta

import pytest

from agents import selectors, services
from agents.models import Turn
from clinicity.accounts.models import User
from clinicity.common import clock
from patients.models import Patient
from patients.services.timeline import timeline_event_add

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def charted(alice: User, patient: Patient) -> Patient:
    timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Missed dose",
        body="Lithium evening dose missed.", occurred_at=clock.now() - timedelta(days=2),
    )  # fmt: skip
    return patient


def ask(user: User, patient: Patient, question: str) -> selectors.Answered:
    session = services.session_create(by=user.actor, patient_id=patient.id)
    turn = services.turn_ask(by=user.actor, session_id=session.id, question=question)
    services.turn_answer(patient_id=patient.id, turn_id=turn.id)
    return selectors.turn_get(user.actor, turn.id)


def test_answer_cites_the_timeline(alice: User, charted: Patient) -> None:
    answered = ask(alice, charted, "Has she missed any doses?")
    assert answered.turn.state == Turn.State.ANSWERED
    assert "Lithium evening dose missed." in answered.text
    assert answered.said[0].citations[0].kind == "timeline"
    assert answered.turn.prompts["psychiatrist"]["version"] == "1"


def test_without_evidence_it_says_so(alice: User, charted: Patient) -> None:
    answered = ask(alice, charted, "What is the right knee like?")
    assert answered.abstained
    assert "no evidence" in answered.text
