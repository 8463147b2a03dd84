"""What the tools read: each kind of evidence, as who asks, from the real rows."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from agents import selectors, services, tools
from agents.models import Turn
from agents.selectors import Answered
from agents.services import chat, turns
from agents.turn.evidence import Evidence, Kind
from agents.turn.question import Question, understand
from biometrics.features.columns import columns_of
from biometrics.services import columns_store
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, WORKER
from clinicity.common.exceptions import NotFound, Unavailable
from clinicity.common.models import Job
from patients import services as patients
from patients.models import CareTeamMember, Patient

pytestmark = pytest.mark.usefixtures("database")
NOW = clock.now()
DAY_MS = 86_400_000


def asked(user: User, patient: Patient) -> tools.Asked:
    return tools.Asked(user.actor, patient.id, NOW)


def question(text: str = "") -> Question:
    return understand(text, today=NOW.date())


def found(user: User, patient: Patient, kind: Kind, text: str = "") -> list[Evidence]:
    return list(tools.TOOLS[kind](asked(user, patient), question(text)))


def answer(user: User, patient: Patient, text: str) -> Answered:
    return services.question_answer(
        by=user.actor, asked=services.Question(text), patient_id=patient.id
    )


@pytest.fixture
def slept(alice: User, patient: Patient) -> Patient:
    """Eight hours a night, and five in the last fourteen."""
    midnight = int(NOW.replace(hour=6, minute=0, second=0, microsecond=0).timestamp() * 1000)
    times = [midnight - day * DAY_MS for day in range(1, 28)]
    hours = [5.0 if day < 14 else 8.0 for day in range(1, 28)]
    columns_store(
        by=alice.actor, patient_id=patient.id, source="test",
        columns={"sleep_duration": columns_of(times[::-1], hours[::-1])},
    )  # fmt: skip
    return patient


def test_readings_are_set_beside_the_window_before(alice: User, slept: Patient) -> None:
    (reading,) = found(alice, slept, Kind.READING)
    assert reading.text.startswith("Sleep duration averaged 5 h a day over 13 days with data (")
    assert "down from 8 h a day over 14 days with data" in reading.text
    assert reading.place["metric"] == "sleep_duration"


def test_answer_cites_readings_with_their_window(alice: User, slept: Patient) -> None:
    answered = answer(alice, slept, "How has she slept since yesterday?")
    assert answered.said[0].citations[0].kind == "reading"
    answered = answer(alice, slept, "How is her sleep?")
    assert "averaged 5 h a day" in answered.text
    assert set(answered.said[0].citations[0].place) == {"metric", "start", "end"}


def test_window_without_data_says_so(alice: User, slept: Patient) -> None:
    window = (
        f"from {(NOW - timedelta(days=60)):%Y-%m-%d} to {(NOW - timedelta(days=40)):%Y-%m-%d}"
    )
    assert found(alice, slept, Kind.READING, f"sleep {window}") == []
    assert answer(alice, slept, f"How was her sleep {window}?").abstained


def test_results_scores_and_medication(alice: User, patient: Patient) -> None:
    by, patient_id = alice.actor, patient.id
    patients.lab_result_add(
        by=by, patient_id=patient_id, loinc="14334-7", name="Lithium", value=Decimal("0.42"),
        unit="mmol/L", low=Decimal("0.6"), high=Decimal(1), specimen_at=NOW - timedelta(days=3),
    )  # fmt: skip
    patients.questionnaire_response_add(
        by=by, patient_id=patient_id, instrument="phq9", answers=[2] * 8 + [1],
        answered_at=NOW - timedelta(days=2),
    )  # fmt: skip
    patients.medication_add(
        by=by, patient_id=patient_id, name="Lithium carbonate", dose=Decimal(400), unit="mg",
        times_per_day=2, started_on=(NOW - timedelta(days=90)).date(),
    )  # fmt: skip
    (lab,) = found(alice, patient, Kind.LAB)
    assert "0.42 mmol/L" in lab.text
    assert "below the reference range 0.6 to 1 mmol/L" in lab.text
    score, item = found(alice, patient, Kind.QUESTIONNAIRE)
    assert "17 (moderately severe)" in score.text
    assert "answered 1 of 3" in item.text
    (drug,) = found(alice, patient, Kind.MEDICATION)
    assert drug.text.startswith("Lithium carbonate 400 mg twice a day since")
    said = answer(alice, patient, "How is she?").text
    assert all(part in said for part in ("0.42 mmol/L", "moderately severe", "answered 1 of 3"))


def test_index_that_is_away_is_said_and_ends_nothing(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> list[Any]:
        raise Unavailable("The passage index doesn't answer.")

    monkeypatch.setattr(tools.documents, "passages_search", away)
    answered = answer(alice, patient, "Does she sleep badly?")
    assert "Not searched, because the service didn't answer: documents." in answered.text


@pytest.mark.parametrize("kind", list(tools.TOOLS))
def test_stranger_reads_nothing(
    kind: Kind, charlie: User, patient: Patient, alice: User
) -> None:
    with suppress(NotFound):
        assert found(charlie, patient, kind, "anything") == []


Drain = Callable[..., list[str]]


def test_turn_of_a_dead_process_is_taken_over(
    alice: User, patient: Patient, drain_jobs: Drain
) -> None:

    turn = services.turn_begin(
        by=alice.actor, asked=services.Question("How is she?"), patient_id=patient.id
    )
    with acting_as(WORKER, patient.id):
        Turn.objects.filter(id=turn.id).update(lease_until=NOW - timedelta(seconds=1))
    assert drain_jobs() == []
    Job.objects.update(run_after=NOW - timedelta(seconds=1))
    assert drain_jobs() == ["agents.tasks.answer"]
    assert selectors.turn_get(alice.actor, turn.id).turn.has_ended


def test_turn_that_runs_elsewhere_is_left_alone(alice: User, patient: Patient) -> None:
    turn = services.turn_begin(
        by=alice.actor, asked=services.Question("How is she?"), patient_id=patient.id
    )
    with pytest.raises(turns.StillRunning):
        services.turn_answer(patient_id=patient.id, turn_id=turn.id)
    services.turn_run(turn=turn)
    services.turn_answer(patient_id=patient.id, turn_id=turn.id)


def test_access_that_ended_meanwhile_fails_the_turn(alice: User, patient: Patient) -> None:

    session = services.session_create(by=alice.actor, patient_id=patient.id)
    turn = services.turn_ask(by=alice.actor, session_id=session.id, question="How is she?")
    with acting_as(SYSTEM, patient.id):
        CareTeamMember.objects.filter(patient_id=patient.id).update(ends_at=clock.now())
    services.turn_answer(patient_id=patient.id, turn_id=turn.id)
    with acting_as(WORKER, patient.id):
        kept = Turn.objects.get(id=turn.id)
    assert (kept.state, kept.failure) == (Turn.State.FAILED, "NotFound")
    assert kept.evidence_count == 0


def test_nothing_is_kept_of_a_question_whose_trail_fails(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:

    session = services.session_create(by=alice.actor, patient_id=patient.id)

    def broken(**_: object) -> None:
        raise RuntimeError("no trail")

    monkeypatch.setattr(chat.audit, "record", broken)
    with pytest.raises(RuntimeError):
        services.turn_ask(by=alice.actor, session_id=session.id, question="How is she?")
    monkeypatch.undo()
    with acting_as(alice.actor):
        assert not Turn.objects.exists()
