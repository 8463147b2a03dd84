"""One record with something behind every door, and the words that mustn't get out."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from agents import services as agents
from alerts import services as alerts
from alerts.models import Alert
from biometrics import services as biometrics
from biometrics.models import ImportRun, ImportUpload, IngestBatch
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent, SecurityAlert
from clinicity.common import clock, jobs
from clinicity.common.actors import WORKER
from documents.models import Document, DocumentPage
from patients.models import Patient, Removal
from patients.selectors import questionnaire_requests, self_harm_reports
from patients.services import (
    allergy_add,
    break_glass_open,
    care_team_member_add,
    condition_add,
    confirmation_of,
    consent_record,
    contact_add,
    correction_ask,
    encounter_add,
    genetic_result_add,
    hold_place,
    identifier_add,
    lab_result_add,
    medication_add,
    patient_create,
    patients_merge,
    proxy_add,
    questionnaire_assign,
    questionnaire_response_add,
    safety_plan_save,
    timeline_event_add,
    timeline_event_delete,
)
from twins.services import twin_generate

# Planted in the record: who is refused must not read any of it.
SECRETS = ("Ottilie", "Zzyzxborough", "melancholia-77")


@dataclass
class World:
    """The record and the ids of what it holds, by the names of URL parameters."""

    patient: Patient
    ids: dict[str, Any] = field(default_factory=dict)

    @property
    def patient_id(self) -> str:
        return str(self.patient.id)


def made(alice: User) -> World:
    """A record with one of everything."""
    by = alice.actor
    patient = patient_create(
        by=by, first_name="Ottilie", last_name="Zzyzxborough", date_of_birth=date(1985, 7, 20),
        record_number="RN-4711",
    )  # fmt: skip
    # Someone else stays when relations change, so that the record always has a team.
    world = World(
        patient, {"patient_id": patient.id, "act": "pause", "number": 1, "position": 1}
    )
    for step in (
        _people,
        _chart,
        _tests,
        _questionnaires,
        _readings,
        _imports,
        _documents,
        _alerts,
        _agents,
        _oversight,
    ):
        world.ids |= step(alice, patient.id)
    return world


def with_removal(world: World, alice: User) -> World:
    """The same record after a consent was withdrawn, with a hold on it."""
    from tests.access.cast import person

    by, patient_id = alice.actor, world.patient.id
    for given in (True, False):
        consent_record(
            by=by, patient_id=patient_id, purpose="research", given=given, source="paper"
        )
    with acting_as(by):
        order = Removal.objects.get(patient_id=patient_id)
    hold = hold_place(by=person("admin").actor, patient_id=patient_id, reason="melancholia-77")
    world.ids |= {
        "order_id": order.id, "hold_id": hold.id, "confirmation": confirmation_of(patient_id)
    }  # fmt: skip
    return world


def _chart(alice: User, patient_id: UUID) -> dict[str, Any]:
    by, now = alice.actor, clock.now()
    condition = condition_add(
        by=by, patient_id=patient_id, code="F32.1", display="melancholia-77"
    )
    medication = medication_add(
        by=by, patient_id=patient_id, name="melancholia-77 drops", dose=1, unit="mg",
        times_per_day=1, started_on=date(2026, 1, 1),
    )  # fmt: skip
    event = timeline_event_add(
        by=by, patient_id=patient_id, kind="note", title="melancholia-77", occurred_at=now
    )
    removed = timeline_event_add(
        by=by, patient_id=patient_id, kind="note", title="melancholia-77", occurred_at=now
    )
    timeline_event_delete(by=by, event_id=removed.id)
    visit = encounter_add(
        by=by, patient_id=patient_id, starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1), status="finished", kind="visit",
        reason="melancholia-77",
    )  # fmt: skip
    return _tests(alice, patient_id) | {
        "condition_id": condition.id,
        "event_id": event.id,
        "removed_event_id": removed.id,
        "encounter_id": visit.id,
        "medication_id": medication.id,
    }


def _people(alice: User, patient_id: UUID) -> dict[str, Any]:
    """Who may see, who acts, what was asked; and a stranger who broke the glass for an hour."""
    from tests.access.cast import person

    by, stranger = alice.actor, person("clinician")
    account, spare = person("proxy"), _spare(alice)
    proxy = proxy_add(
        by=by, patient_id=patient_id, user_id=account.id, basis="consent", parts=["read"]
    )
    glass = break_glass_open(
        by=stranger.actor, patient_id=patient_id, reason="Found unconscious"
    )
    contact = contact_add(
        by=by, patient_id=patient_id, relationship="other", name="melancholia-77", phone="1"
    )
    number = identifier_add(by=by, patient_id=patient_id, system="urn:x", value="4711")
    asked = correction_ask(by=by, patient_id=patient_id, statement="melancholia-77")
    return {
        "author_id": alice.id, "proxy_id": proxy.id, "account_id": account.id,
        "glass_id": glass.id, "contact_id": contact.id, "identifier_id": number.id,
        "correction_id": asked.id, "user_id": _colleague(alice, patient_id),
        "spare_id": spare.id, "newcomer_id": person("clinician").id,
        "alias_id": patients_merge(
            by=by, patient_id=patient_id, merged_id=_spare(alice).id
        ).id,
    }  # fmt: skip


def _spare(alice: User) -> Patient:
    return patient_create(
        by=alice.actor, first_name="Spare", last_name="Record", date_of_birth=date(1985, 7, 20)
    )


def _tests(alice: User, patient_id: UUID) -> dict[str, Any]:
    by = alice.actor
    safety_plan_save(by=by, patient_id=patient_id, steps={"coping": ["melancholia-77"]})
    allergy = allergy_add(by=by, patient_id=patient_id, substance="melancholia-77")
    lab = lab_result_add(
        by=by, patient_id=patient_id, loinc="14334-7", name="melancholia-77", value=1,
        unit="mmol/L", specimen_at=clock.now(),
    )  # fmt: skip
    genetic = genetic_result_add(
        by=by, patient_id=patient_id, gene="CYP2D6", phenotype="Poor Metabolizer",
        laboratory="melancholia-77", tested_on=date(2026, 1, 1),
    )  # fmt: skip
    return {"allergy_id": allergy.id, "lab_id": lab.id, "genetic_id": genetic.id}


def _questionnaires(alice: User, patient_id: UUID) -> dict[str, Any]:
    by = alice.actor
    response = questionnaire_response_add(
        by=by, patient_id=patient_id, instrument="phq9", answers=[1] * 9,
        answered_at=clock.now(),
    )  # fmt: skip
    schedule = questionnaire_assign(by=by, patient_id=patient_id, instrument="phq9")
    (report,) = self_harm_reports(by, patient_id)
    return {
        "response_id": response.id, "schedule_id": schedule.id, "report_id": report.id,
        "request_id": questionnaire_requests(by, patient_id)[0].id,
        "instrument": "phq9", "token": "x",
    }  # fmt: skip


def _colleague(alice: User, patient_id: UUID) -> UUID:
    from tests.access.cast import person

    colleague = person("clinician")
    care_team_member_add(by=alice.actor, patient_id=patient_id, user_id=colleague.id)
    return colleague.id


def _readings(alice: User, patient_id: UUID) -> dict[str, Any]:
    from biometrics.features.columns import columns_of

    by = alice.actor
    device = biometrics.device_register(
        by=by, patient_id=patient_id, name="melancholia-77 watch", kind="watch"
    )
    at = int((clock.now() - timedelta(minutes=5)).timestamp() * 1000)
    biometrics.columns_store(
        by=by, patient_id=patient_id, source="test",
        columns={"heart_rate": columns_of([at, at + 60_000], [171.0, 172.0])},
    )  # fmt: skip
    twin = twin_generate(by=by, patient_id=patient_id)
    with acting_as(by):
        batch = IngestBatch.objects.filter(patient_id=patient_id).first()
        job = jobs.enqueue("twins.tasks.generate", by=by, patient_id=patient_id)
    assert batch is not None
    return {
        "device_id": device.id, "batch_id": batch.id, "twin_id": twin.snapshot.id,
        "job_id": job.id, "removal_id": patient_id,
    }  # fmt: skip


def _imports(alice: User, patient_id: UUID) -> dict[str, Any]:
    with acting_as(alice.actor):
        upload = ImportUpload(
            patient_id=patient_id, name="melancholia-77.csv", size=10, received=10,
            uploaded_by=alice.id, formats=["table"], finished_at=clock.now(),
        )  # fmt: skip
        upload.save(force_insert=True)
        run = ImportRun(
            patient_id=patient_id, importer="table", source_name="melancholia-77.csv",
            file_key=str(upload.id), state="running", requested_by=alice.id,
        )  # fmt: skip
        run.save(force_insert=True)
    return {"upload_id": upload.id, "import_id": run.id}


def _documents(alice: User, patient_id: UUID) -> dict[str, Any]:
    with acting_as(alice.actor):
        document = Document(
            patient_id=patient_id, title="melancholia-77", filename="melancholia-77.pdf",
            digest="0" * 64, media_type="application/pdf", size=10, page_count=1,
            occurred_at=clock.now(), state="failed", failure="broken", simulated=True,
            uploaded_by=alice.id,
        )  # fmt: skip
        document.save(force_insert=True)
        DocumentPage(
            patient_id=patient_id, document=document, number=1, width=100, height=100,
            source="text-layer", text="melancholia-77", words=[],
        ).save(force_insert=True)  # fmt: skip
    return {"document_id": document.id}


def _alerts(alice: User, patient_id: UUID) -> dict[str, Any]:
    rule = alerts.rule_create(
        by=alice.actor, name="Fast heart", kind="threshold", severity="medium",
        cooldown_minutes=60,
        params={"metric": "heart_rate", "comparison": "above", "value": 120},
    )  # fmt: skip
    alerts.patient_evaluate(by=WORKER, patient_id=patient_id)
    with acting_as(alice.actor):
        alert = Alert.objects.get(patient_id=patient_id)
    return {"alert_id": alert.id, "rule_id": rule.id}


def _oversight(alice: User, patient_id: UUID) -> dict[str, Any]:
    """An event of the trail, and an unusual access of somebody who is none of the visitors."""
    event = AuditEvent.objects.filter(patient_id=patient_id).first()
    now = clock.now()
    alert = SecurityAlert(
        rule="emergency", actor_id=alice.id, actor_role="clinician", patient_id=patient_id,
        window_start=now, window_end=now, reason="Opened beyond the care team.",
    )  # fmt: skip
    alert.save(force_insert=True)
    assert event is not None
    return {"audit_id": event.id, "security_id": alert.id, "filter_id": patient_id}


def _agents(alice: User, patient_id: UUID) -> dict[str, Any]:
    session = agents.session_create(by=alice.actor, patient_id=patient_id)
    turn = agents.turn_ask(
        by=alice.actor, session_id=session.id, question="Any melancholia-77?"
    )
    note = agents.note_draft(by=alice.actor, patient_id=patient_id)
    agents.note_sign(by=alice.actor, note_id=note.note_id, revision=1, texts={})
    return {
        "session_id": session.id,
        "turn_id": turn.id,
        "note_id": note.note_id,
    }
