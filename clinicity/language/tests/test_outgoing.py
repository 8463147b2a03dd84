from uuid import uuid4

import pytest
from pytest_django import Settings

from clinicity.audit.models import AuditEvent
from clinicity.common.actors import WORKER
from clinicity.language.outgoing import NotSent, PatientText, pack

pytestmark = pytest.mark.django_db
OUTSIDE, HERE = "https://models.example.org/v1", "http://127.0.0.1:8080/v1"
KNOWN = ["Zoë Tester", "1985-07-20", "MRN-4711"]
TEXTS = ["Zoë Tester, born 20 July 1985 (MRN 4711), takes lithium 900 mg.", "Ask Zoe again."]


def about(*, agrees: bool = True) -> PatientText:
    return PatientText(uuid4(), KNOWN, lambda: agrees)


def test_what_is_sent_names_nobody_and_comes_back_whole() -> None:
    parcel = pack(by=WORKER, texts=TEXTS, endpoint=OUTSIDE, about=about())
    sent = " ".join(parcel.texts)
    for value in ("Zo", "Tester", "1985", "4711"):
        assert value not in sent
    assert "lithium 900 mg" in sent
    assert [parcel.opened(text) for text in parcel.texts] == TEXTS
    assert parcel.opened("As [NAME_00000000] says") == "As [NAME_00000000] says"
    assert "Tester" not in repr(parcel)


def test_two_patients_of_one_name_can_not_be_linked() -> None:
    one, other = (pack(by=WORKER, texts=TEXTS, endpoint=OUTSIDE, about=about()) for _ in "12")
    assert not set(one.mapping) & set(other.mapping)


def test_without_consent_nothing_leaves_and_it_is_on_record() -> None:
    who = about(agrees=False)
    with pytest.raises(NotSent, match="not agreed"):
        pack(by=WORKER, texts=TEXTS, endpoint=OUTSIDE, about=who)
    event = AuditEvent.objects.get(act="model.send")
    assert (event.outcome, event.subject_id) == ("refused", who.patient_id)


def test_consent_that_says_something_else_than_yes_is_none() -> None:
    who = PatientText(uuid4(), KNOWN, lambda: "yes")  # type: ignore[arg-type,return-value]
    with pytest.raises(NotSent):
        pack(by=WORKER, texts=TEXTS, endpoint=OUTSIDE, about=who)


def test_switched_off_nothing_leaves(settings: Settings) -> None:
    settings.PHI_SANITIZATION_ENABLED = False
    with pytest.raises(NotSent, match="PHI_SANITIZATION_ENABLED"):
        pack(by=WORKER, texts=TEXTS, endpoint=OUTSIDE, about=about())
    with pytest.raises(NotSent):
        pack(by=WORKER, texts=["What is lithium?"], endpoint=OUTSIDE)


def test_a_model_of_this_machine_gets_the_text_without_being_asked_for_consent() -> None:
    parcel = pack(by=WORKER, texts=TEXTS, endpoint=HERE, about=about(agrees=False))
    assert parcel.texts == tuple(TEXTS)


def test_a_value_left_over_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    from clinicity.language import outgoing
    from clinicity.privacy.phi.pseudonymiser import Sanitised

    monkeypatch.setattr(outgoing.gate, "outbound", lambda text, *a, **k: Sanitised(text, {}))
    with pytest.raises(NotSent, match="could not be taken out"):
        pack(by=WORKER, texts=TEXTS, endpoint=OUTSIDE, about=about())


def test_reference_texts_are_sanitised_as_well() -> None:
    parcel = pack(by=WORKER, texts=["Mail zoe@hospital.org on lithium"], endpoint=OUTSIDE)
    assert "zoe@" not in parcel.texts[0]
