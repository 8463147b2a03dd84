"""Making twins from the ledger, once for the same inputs, for one's own patients."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import NotFound, Refused
from clinicity.common.models import Job, OutboxEvent
from patients.models import Patient, TimelineEvent
from patients.services import questionnaire_response_add
from twins import selectors, services
from twins.models import TwinSnapshot
from twins.tests.conftest import START, Record

pytestmark = pytest.mark.django_db


def make(patient: Patient) -> services.Made:
    return services.twin_generate(by=WORKER, patient_id=patient.id)


def stored(user: User) -> list[TwinSnapshot]:
    with acting_as(user.actor):
        return list(TwinSnapshot.objects.order_by("id"))


def test_a_twin_holds_figures_and_says_from_what(
    alice: User, patient: Patient, record: Record
) -> None:
    record(14)
    made = make(patient)
    assert made.is_new
    snapshot = selectors.snapshot_latest(alice.actor, patient.id)
    assert snapshot is not None
    assert (snapshot.ledger_position, snapshot.model_versions) == (1, {})
    assert str(snapshot.window_end) == "2026-01-18"
    names = [one["name"] for one in snapshot.content["features"]]
    assert {"circadian.IS", "circadian.L5_onset", "activity.mean"} <= set(names)
    reasons = {one["name"]: one["reason"] for one in snapshot.content["abstentions"]}
    assert reasons["heart_rate.mean"] == "nothing_measured"
    assert services.is_intact(snapshot)


def test_the_change_is_on_timeline_trail_and_outbox(
    alice: User, patient: Patient, record: Record
) -> None:
    record(8)
    snapshot = make(patient).snapshot
    with acting_as(alice.actor):
        entry = TimelineEvent.objects.get(patient=patient, kind="twin")
    assert entry.source_id == snapshot.id
    event = AuditEvent.objects.get(act="twin.generate")
    assert (event.patient_id, event.actor_id) == (patient.id, WORKER.id)
    assert OutboxEvent.objects.filter(name="twins.generated").count() == 1


def test_the_same_inputs_are_the_same_twin(
    alice: User, patient: Patient, record: Record
) -> None:
    record(9)
    first, second = make(patient), make(patient)
    assert not second.is_new
    assert second.snapshot.id == first.snapshot.id
    assert len(stored(alice)) == 1


def test_made_again_from_the_ledger_it_is_bit_for_bit_the_same(
    alice: User, patient: Patient, record: Record
) -> None:
    record(9)
    first = make(patient).snapshot
    inputs = selectors.inputs_for(alice.actor, patient)
    again = services._snapshot(inputs, services.content(inputs), alice.id)
    assert again.content_digest == first.content_digest
    assert again.input_digest == first.input_digest


def test_new_readings_or_answers_make_a_new_twin(
    alice: User, patient: Patient, record: Record
) -> None:
    record(9)
    make(patient)
    record(1, start=START + timedelta(days=9))
    assert make(patient).is_new
    questionnaire_response_add(
        by=alice.actor, patient_id=patient.id, instrument="phq9", answers=[1] * 9,
        answered_at=START + timedelta(days=5),
    )  # fmt: skip
    assert make(patient).is_new
    assert [one.ledger_position for one in stored(alice)] == [1, 2, 2]


def test_a_patient_without_data_gets_an_abstention(alice: User, patient: Patient) -> None:
    snapshot = make(patient).snapshot
    assert snapshot.figures == 0
    assert snapshot.content["abstentions"][0]["reason"] == "nothing_measured"


def test_a_snapshot_is_never_changed(alice: User, patient: Patient, record: Record) -> None:
    record(8)
    make(patient)
    rows = TwinSnapshot.objects.all()
    with acting_as(alice.actor), pytest.raises(DatabaseError), transaction.atomic():
        rows.update(figures=0)
    with acting_as(alice.actor), pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_a_failed_audit_leaves_nothing_behind(
    alice: User, patient: Patient, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(8)
    real = services.audit.record

    def fail(**values: Any) -> Any:
        if values["act"] == "twin.generate":
            raise RuntimeError
        return real(**values)

    with monkeypatch.context() as patched:
        patched.setattr("twins.services.audit.record", fail)
        with pytest.raises(RuntimeError):
            make(patient)
    assert stored(alice) == []
    with acting_as(alice.actor):
        assert not TimelineEvent.objects.filter(kind="twin").exists()
    assert make(patient).is_new


def test_a_request_is_a_job_that_a_worker_carries_out(
    alice: User, patient: Patient, record: Record, drain_jobs: Callable[[], list[str]]
) -> None:
    record(8)
    job = services.twin_generate_request(by=alice.actor, patient_id=patient.id)
    again = services.twin_generate_request(by=alice.actor, patient_id=patient.id)
    assert again.id == job.id
    assert "twins.tasks.generate" in drain_jobs()
    assert selectors.job_get(alice.actor, job.id).state == Job.State.DONE
    assert stored(alice)[0].requested_by == alice.id


def test_strangers_and_other_roles_are_refused(
    alice: User, charlie: User, auditor: User, patient: Patient, record: Record
) -> None:
    record(8)
    snapshot = make(patient).snapshot
    with pytest.raises(NotFound):
        selectors.snapshot_latest(charlie.actor, patient.id)
    with pytest.raises(NotFound):
        selectors.snapshot_get(charlie.actor, patient.id, snapshot.id)
    with pytest.raises(NotFound):
        services.twin_generate_request(by=charlie.actor, patient_id=patient.id)
    with pytest.raises(Refused):
        selectors.snapshot_latest(auditor.actor, patient.id)
    job = services.twin_generate_request(by=alice.actor, patient_id=patient.id)
    with pytest.raises(NotFound):
        selectors.job_get(charlie.actor, job.id)
    with pytest.raises(NotFound):
        selectors.job_get(alice.actor, uuid4())


def test_the_command_makes_all_twins_and_tells(patient: Patient, record: Record) -> None:
    record(8)
    out = StringIO()
    call_command("generate_twins", "--all", stdout=out)
    assert "1/1" in out.getvalue()
    assert "1 twins (1 new)" in out.getvalue()
