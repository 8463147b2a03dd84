"""What a client of a language model must put on record, and what must never get there."""

import pytest

from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db


def test_a_call_is_on_record_with_hashes_model_and_tokens(
    alice: User, patient: Patient
) -> None:
    audit.model_call_record(
        by=alice.actor, purpose="note.draft", model="llama-3.1-8b", patient_id=patient.id,
        prompt_sha256=audit.sha256_of("Summarise."), answer_sha256=audit.sha256_of("Well."),
        prompt_tokens=812, answer_tokens=64,
    )  # fmt: skip
    event = AuditEvent.objects.get(act="model.call")
    assert event.patient_id == patient.id
    assert event.details == {
        "wanted_for": "note.draft", "model": "llama-3.1-8b", "prompt_tokens": 812,
        "answer_tokens": 64, "prompt_sha256": audit.sha256_of("Summarise."),
        "answer_sha256": audit.sha256_of("Well."),
    }  # fmt: skip


def test_a_failed_call_has_no_answer(alice: User) -> None:
    audit.model_call_record(
        by=alice.actor, purpose="chat", model="m", prompt_sha256=audit.sha256_of("x"),
        answer_sha256=audit.NO_ANSWER, outcome=AuditEvent.Outcome.FAILED,
    )  # fmt: skip
    assert AuditEvent.objects.get(act="model.call").outcome == "failed"


@pytest.mark.parametrize("text", ["Zoë Tester is unwell", "", "A" * 64, "ab" * 31])
def test_texts_in_place_of_hashes_are_refused(alice: User, text: str) -> None:
    with pytest.raises(ValueError, match="no texts"):
        audit.model_call_record(
            by=alice.actor, purpose="chat", model="m", prompt_sha256=text,
            answer_sha256=audit.NO_ANSWER,
        )  # fmt: skip
