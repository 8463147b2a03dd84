"""Consent that is withdrawn removes what was made of it, in every store, and says so."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction

from agents import services as agents
from agents.models import ChatSession, Citation, Turn
from alerts.models import RuleCheck
from biometrics import services as biometrics
from biometrics.models import ImportRun, IngestBatch, PairingCode
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import clock, jobs
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Unavailable
from clinicity.common.models import Job, OutboxEvent
from clinicity.knowledge import graph, vectors
from clinicity.privacy.pseudonyms import pseudonym
from conftest import DrainJobs
from documents.services import document_upload
from documents.tests.samples import LETTER, pdf
from patients import services
from patients.models import (
    DeletionReport,
    Patient,
    Removal,
    TimelineEvent,
)
from patients.services import removal
from tests.access.world import World, made
from twins.models import TwinSnapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    vectors.passages().drop()
    return tmp_path


@pytest.fixture
def world(alice: User, drain_jobs: DrainJobs) -> World:
    """A record with one of everything, and a letter that was read and indexed."""
    world = made(alice)
    drain_jobs(failing=True)  # one of its imports and one document never had a file
    lines = ("Patient: Ottilie Zzyzxborough   DOB: 20/07/1985", *LETTER[1:])
    document_upload(
        by=alice.actor, patient_id=world.patient.id, title="Letter", filename="l.pdf",
        content=pdf(lines),
    )  # fmt: skip
    drain_jobs(failing=True)
    return world


def decide(by: User, patient_id: UUID, purpose: str, *, given: bool) -> None:
    services.consent_record(
        by=by.actor, patient_id=patient_id, purpose=purpose, given=given, source="paper"
    )


def report_of(patient_id: UUID) -> DeletionReport:
    with acting_as(WORKER, patient_id):
        return DeletionReport.objects.filter(patient_id=patient_id).latest("id")


def stores_of(patient_id: UUID) -> dict[str, int]:
    """How much of a patient each derived store holds."""
    with acting_as(WORKER, patient_id):
        entries = TimelineEvent.objects.filter(patient_id=patient_id)
        return {
            "vectors": len(vectors.passages().ids(pseudonym(patient_id))),
            "graph": graph.store().count(by=WORKER, patient_id=patient_id)[0],
            "twins": TwinSnapshot.objects.filter(patient_id=patient_id).count(),
            "turns": Turn.objects.filter(patient_id=patient_id).count(),
            "sessions": ChatSession.objects.filter(patient_id=patient_id).count(),
            "citations": Citation.objects.filter(patient_id=patient_id).count(),
            "search": entries.exclude(search_tokens=[]).count(),
        }


def test_care_that_is_withdrawn_leaves_the_record_and_nothing_made_of_it(
    world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    patient_id = world.patient.id
    before = stores_of(patient_id)
    assert all(before[name] for name in ("vectors", "graph", "twins", "turns", "search")), (
        before
    )
    decide(alice, patient_id, "care", given=False)
    drain_jobs()
    assert not any(stores_of(patient_id).values()), stores_of(patient_id)
    report = report_of(patient_id)
    assert report.removed["documents.vectors"] == {"passages": before["vectors"]}
    assert report.removed["documents.graph"]["nodes"] == before["graph"]
    assert report.removed["twins.twins"] == {"twins_twinsnapshot": before["twins"]}
    # The twins' own entries left the list with them.
    assert report.removed["patients.search"] == {"entries": before["search"] - before["twins"]}
    assert "record" in report.kept
    with acting_as(alice.actor):
        assert Patient.objects.get(id=patient_id).first_name == "Ottilie"
        assert TimelineEvent.objects.filter(patient_id=patient_id).exists()


def test_a_report_is_on_the_trail_and_never_changed(
    world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    patient_id = world.patient.id
    decide(alice, patient_id, "monitoring", given=False)
    drain_jobs()
    report = report_of(patient_id)
    event = AuditEvent.objects.get(act="deletion.report")
    assert event.subject_id == report.id
    assert event.details["digest"] == report.digest == services.digest_of(report)
    assert "Ottilie" not in str(report.__dict__)
    with pytest.raises(ProgrammingError), transaction.atomic(), acting_as(WORKER, patient_id):
        DeletionReport.objects.filter(id=report.id).update(removed={})


def test_monitoring_that_is_withdrawn_stops_what_would_bring_more(
    world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    patient_id = world.patient.id
    biometrics.pairing_code_make(by=alice.actor, device_id=world.ids["device_id"])
    with acting_as(alice.actor):
        run = ImportRun.objects.get(id=world.ids["import_id"])
        ImportRun.objects.filter(id=run.id).update(state="paused")
        kept = IngestBatch.objects.filter(patient_id=patient_id).count()
    decide(alice, patient_id, "monitoring", given=False)
    drain_jobs()
    with acting_as(alice.actor):
        codes = PairingCode.objects.filter(patient_id=patient_id, expires_at__gt=clock.now())
        assert not codes.exists()
        run.refresh_from_db()
        assert run.state == "cancelled"
        assert run.error == "Consent to monitoring was withdrawn."
        assert not RuleCheck.objects.filter(patient_id=patient_id).exists()
        assert IngestBatch.objects.filter(patient_id=patient_id).count() == kept > 0
        assert TwinSnapshot.objects.filter(patient_id=patient_id).exists()
    removed = report_of(patient_id).removed
    assert removed["biometrics.pairing"] == {"open codes": 1}
    assert removed["biometrics.imports"] == {"open imports": 1, "uploaded files": 1}


def test_answers_of_outside_models_go_and_our_own_stay(
    world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    patient_id = world.patient.id
    own = agents.turn_ask(
        by=alice.actor, session_id=world.ids["session_id"], question="And now?"
    )
    with acting_as(alice.actor):
        Turn.objects.filter(id=world.ids["turn_id"]).update(engine="gpt")
    decide(alice, patient_id, "external_llm", given=True)
    decide(alice, patient_id, "external_llm", given=False)
    drain_jobs()
    with acting_as(alice.actor):
        assert set(Turn.objects.values_list("id", flat=True)) == {own.id}
    assert report_of(patient_id).removed == {
        "agents.outside_answers": {"answers of outside models": 1}
    }


@pytest.mark.parametrize("purpose", ["research", "training", "messaging"])
def test_a_purpose_without_copies_is_reported_as_well(
    purpose: str, world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    decide(alice, world.patient.id, purpose, given=True)
    decide(alice, world.patient.id, purpose, given=False)
    drain_jobs()
    report = report_of(world.patient.id)
    assert (report.purpose, report.removed, report.models_trained) == (purpose, {}, [])


def test_a_consent_given_again_before_the_job_ran_keeps_everything(
    world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    patient_id = world.patient.id
    before = stores_of(patient_id)
    decide(alice, patient_id, "care", given=False)
    decide(alice, patient_id, "care", given=True)
    drain_jobs()
    assert stores_of(patient_id) == before
    report = report_of(patient_id)
    assert report.given_again
    assert report.removed == {}


def test_care_that_is_given_again_is_served_again(
    world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    patient_id = world.patient.id
    before = stores_of(patient_id)
    decide(alice, patient_id, "care", given=False)
    drain_jobs()
    decide(alice, patient_id, "care", given=True)
    drain_jobs()
    after = stores_of(patient_id)
    assert after["vectors"] == before["vectors"]
    assert after["search"]
    assert after["graph"]
    assert not after["turns"]


def test_a_removal_that_dies_anywhere_goes_on_and_counts_all(
    world: World, alice: User, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient_id = world.patient.id
    before = stores_of(patient_id)
    real = removal._empty
    done: list[str] = []

    def dies(by: Any, order: Any, part: str, store: Any) -> None:
        real(by, order, part, store)
        if store.name not in done:
            done.append(store.name)
            raise RuntimeError(store.name)

    monkeypatch.setattr(removal, "_empty", dies)
    decide(alice, patient_id, "care", given=False)
    for _ in range(12):
        Job.objects.filter(state="queued").update(run_after=clock.now())
        drain_jobs(failing=True)
    assert len(done) >= 6, done
    assert not any(stores_of(patient_id).values())
    report = report_of(patient_id)
    assert report.removed["documents.vectors"] == {"passages": before["vectors"]}


def test_running_twice_changes_nothing(
    world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    patient_id = world.patient.id
    decide(alice, patient_id, "care", given=False)
    drain_jobs()
    first = report_of(patient_id)
    for job in Job.objects.filter(name__endswith=".forget"):
        removal_id = UUID(job.args["removal_id"])
        jobs.enqueue(job.name, by=WORKER, patient_id=patient_id, removal_id=str(removal_id))
    drain_jobs()
    with acting_as(WORKER, patient_id):
        assert [each.id for each in DeletionReport.objects.all()] == [first.id]


def test_what_is_still_being_made_is_waited_for(
    world: World, alice: User, drain_jobs: DrainJobs
) -> None:
    patient_id = world.patient.id
    making = jobs.enqueue(
        "documents.tasks.ingest", by=WORKER, patient_id=patient_id, document_id=str(patient_id)
    )
    Job.objects.filter(id=making.id).update(
        state="running", lease_until=clock.now() + timedelta(hours=1)
    )
    decide(alice, patient_id, "care", given=False)
    drain_jobs(failing=True)
    waiting = Job.objects.get(name="documents.tasks.forget")
    assert (waiting.state, waiting.error) == (
        "queued", "Something is still being made of this record.",
    )  # fmt: skip
    assert stores_of(patient_id)["vectors"]
    Job.objects.filter(id=making.id).update(state="done", lease_until=None)
    Job.objects.filter(state="queued").update(run_after=clock.now())
    drain_jobs()
    assert not stores_of(patient_id)["vectors"]


def test_a_dead_removal_is_tried_again(
    world: World, alice: User, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient_id = world.patient.id

    def away() -> None:
        raise Unavailable("The passage index doesn't answer.")

    with monkeypatch.context() as patched:
        patched.setattr("clinicity.knowledge.vectors.passages", away)
        decide(alice, patient_id, "care", given=False)
        for _ in range(13):
            Job.objects.filter(state="queued").update(run_after=clock.now())
            drain_jobs(failing=True)
    assert Job.objects.get(name="documents.tasks.forget").state == "dead"
    with acting_as(WORKER, patient_id):
        order = Removal.objects.get(patient_id=patient_id)
        assert not DeletionReport.objects.exists()
    services.removal_retry(by=alice.actor, patient_id=patient_id, removal_id=order.id)
    drain_jobs()
    assert report_of(patient_id).removed["documents.vectors"]["passages"]


def test_the_app_may_not_forget_without_an_order(world: World, alice: User) -> None:
    for by in (WORKER, alice.actor):
        with (
            pytest.raises(ProgrammingError, match="no standing order"),
            transaction.atomic(), acting_as(by, world.patient.id),
            connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(
                "SELECT clinicity_forget(%s, 'twins_twinsnapshot')", [world.patient.id]
            )


def test_an_order_for_care_opens_no_table_of_the_record(world: World, alice: User) -> None:
    decide(alice, world.patient.id, "care", given=False)
    for table in ("patients_timelineevent", "biometrics_ingestbatch", "audit_auditevent"):
        with (
            pytest.raises(ProgrammingError, match="no standing order"),
            transaction.atomic(), acting_as(WORKER, world.patient.id),
            connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(f"SELECT clinicity_forget(%s, '{table}')", [world.patient.id])


def test_a_withdrawal_that_fails_leaves_no_order(
    world: World, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("patients.services.removal.audit.record", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        decide(alice, world.patient.id, "care", given=False)
    with acting_as(alice.actor):
        assert not Removal.objects.exists()
        assert "care" in Patient.objects.get(id=world.patient.id).consents
    assert not OutboxEvent.objects.filter(name="patients.consent_withdrawn").exists()
