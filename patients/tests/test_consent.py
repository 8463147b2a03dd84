"""Consent: decisions add up, the newest counts, and no path goes round it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import ProgrammingError
from rest_framework.test import APIClient

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.exceptions import Invalid, NotFound
from clinicity.common.models import OutboxEvent
from patients.models import Consent, Patient, Purpose
from patients.selectors import NoConsent, consents, demand_consent
from patients.services import consent_record

Api = Callable[[User | None], APIClient]


def withdraw(by: User, patient: Patient, purpose: Purpose = Purpose.MONITORING) -> Consent:
    return consent_record(
        by=by.actor, patient_id=patient.id, purpose=purpose, given=False, source="paper"
    )


def test_registration_agrees_to_care_and_monitoring_and_nothing_else(
    alice: User, patient: Patient
) -> None:
    assert {each.purpose for each in consents(alice.actor, patient.id)} == {
        "care",
        "monitoring",
    }
    demand_consent(alice.actor, patient.id, Purpose.MONITORING)
    for purpose in (
        Purpose.RESEARCH,
        Purpose.TRAINING,
        Purpose.EXTERNAL_LLM,
        Purpose.MESSAGING,
    ):
        with pytest.raises(NoConsent):
            demand_consent(alice.actor, patient.id, purpose)


def test_the_newest_decision_counts(alice: User, patient: Patient) -> None:
    withdraw(alice, patient)
    with pytest.raises(NoConsent):
        demand_consent(alice.actor, patient.id, Purpose.MONITORING)
    consent_record(
        by=alice.actor, patient_id=patient.id, purpose="monitoring", given=True, source="spoken"
    )
    demand_consent(alice.actor, patient.id, Purpose.MONITORING)
    assert [each.given for each in consents(alice.actor, patient.id)][:2] == [True, False]
    acts = AuditEvent.objects.filter(act__startswith="consent.").values_list("act", flat=True)
    assert sorted(acts) == ["consent.give", "consent.withdraw"]


def test_a_withdrawal_is_told_once(alice: User, patient: Patient) -> None:
    withdraw(alice, patient)
    withdraw(alice, patient)
    assert OutboxEvent.objects.filter(name="patients.consent_withdrawn").count() == 1


def test_decisions_are_never_changed(alice: User, patient: Patient) -> None:
    decision = withdraw(alice, patient)
    with pytest.raises(ProgrammingError), acting_as(alice.actor):
        Consent.objects.filter(id=decision.id).update(given=True)


def test_a_stranger_decides_nothing(charlie: User, patient: Patient) -> None:
    with pytest.raises(NotFound):
        withdraw(charlie, patient)


@pytest.mark.parametrize(
    "wrong", [{"purpose": "sport"}, {"source": "dream"}], ids=["purpose", "source"]
)
def test_only_known_words_are_taken(
    wrong: dict[str, str], alice: User, patient: Patient
) -> None:
    words = {"purpose": "care", "source": "paper", **wrong}
    with pytest.raises(Invalid):
        consent_record(by=alice.actor, patient_id=patient.id, given=True, **words)


def test_nothing_is_taken_in_without_consent_to_monitoring(
    api: Api, alice: User, patient: Patient
) -> None:
    event = {
        "patient_id": str(patient.id),
        "data_type": "heart_rate",
        "timestamp": (clock.now() - timedelta(hours=1)).isoformat(),
        "data": {"bpm": 72},
    }
    withdraw(alice, patient)
    answer = api(alice).post("/api/v1/biometric-events", event, format="json")
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/no-consent")
    twin = api(alice).post(
        "/api/v1/digital-twins/generate", {"patient_id": str(patient.id)}, format="json"
    )
    assert twin.status_code == 403
    consent_record(
        by=alice.actor, patient_id=patient.id, purpose="monitoring", given=True, source="paper"
    )
    assert api(alice).post("/api/v1/biometric-events", event, format="json").status_code == 201
