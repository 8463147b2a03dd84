"""verify_deletion finds whatever is left, in whichever store; real transactions."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from clinicity.accounts.models import User
from clinicity.common import jobs, redis_keys
from clinicity.common.actors import SYSTEM
from clinicity.knowledge import vectors
from clinicity.knowledge.embeddings import DIMENSIONS
from clinicity.privacy import keyring
from clinicity.privacy.pseudonyms import pseudonym
from conftest import DrainJobs
from patients.models import DeletionReport, Patient
from patients.services import Asked, confirmation_of, consent_record, patient_erase
from tests.access.world import made

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    vectors.passages().drop()
    return tmp_path


@pytest.fixture
def record(real_transactions: None, alice: User, drain_jobs: DrainJobs) -> Patient:
    patient = made(alice).patient
    drain_jobs(failing=True)
    return patient


def verified(**options: Any) -> dict[str, Any]:
    """What the command says, and that it exits with 1 exactly when something is left."""
    out = StringIO()
    try:
        call_command("verify_deletion", "--json", stdout=out, **options)
    except CommandError:
        said = json.loads(out.getvalue())
        assert said["left"]
        return said  # type: ignore[no-any-return]
    said = json.loads(out.getvalue())
    assert not said["left"]
    return said  # type: ignore[no-any-return]


def left_in(said: dict[str, Any]) -> set[str]:
    return {one["place"] for proof in said["reports"] for one in proof["left"]}


def owner(query: str, *values: Any) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, values)


def vector(patient_id: UUID) -> None:
    dense = np.ones(DIMENSIONS, dtype=np.float32)
    vectors.passages().put([vectors.Entry(uuid4(), pseudonym(patient_id), "a", dense)])


def graph_row(patient_id: UUID) -> None:
    owner(
        "INSERT INTO knowledge_graphnode (id, created_at, patient_id, key, kind, label)"
        " VALUES (%s, now(), %s, 'k', 'condition', 'x')", uuid4(), patient_id,
    )  # fmt: skip


def redis_key(patient_id: UUID) -> None:
    redis_keys._client().set(f"clinicity:memory:{pseudonym(patient_id)}", "x", ex=60)


def redis_value(patient_id: UUID) -> None:
    redis_keys._client().hset("clinicity:test-hash", "about", str(patient_id))
    redis_keys._client().expire("clinicity:test-hash", 60)


def file(patient_id: UUID) -> None:
    from django.conf import settings

    path = Path(settings.MEDIA_ROOT) / "documents" / pseudonym(patient_id) / "x.sealed"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")


def rollup(patient_id: UUID) -> None:
    owner(
        "INSERT INTO biometrics_latestreading (id, created_at, patient_id, metric, value,"
        " measured_at, synced_at, implausible)"
        " VALUES (%s, now(), %s, 'heart_rate', 1, now(), now(), false)", uuid4(), patient_id,
    )  # fmt: skip


def name(patient_id: UUID) -> None:
    owner("UPDATE patients_patient SET search_index = '{abc}' WHERE id = %s", patient_id)


def key(patient_id: UUID) -> None:
    keyring.subject_key_create(patient_id)


def altered(patient_id: UUID) -> None:
    owner("ALTER TABLE patients_deletionreport DISABLE TRIGGER USER")
    owner("UPDATE patients_deletionreport SET removed = '{}' WHERE patient_id = %s", patient_id)


PLANTED: dict[str, tuple[Callable[[UUID], None], str]] = {
    "vector": (vector, "milvus"), "graph": (graph_row, "postgres knowledge_graphnode"),
    "redis key": (redis_key, "redis"), "redis value": (redis_value, "redis"),
    "file": (file, "files"), "latest value": (rollup, "postgres biometrics_latestreading"),
    "blind index": (name, "postgres patients_patient"),
    "data key": (key, "postgres privacy_subjectkey"),
    "altered report": (altered, "postgres patients_deletionreport"),
}  # fmt: skip


def test_an_erasure_is_proved_and_each_leftover_is_found(
    record: Patient, admin: User, alice: User, drain_jobs: DrainJobs
) -> None:
    asked = Asked(confirmation_of(record.id), "request", "A letter.", "The court ordered it.")
    assert verified()["reports"] == []
    patient_erase(by=admin.actor, patient_id=record.id, asked=asked)
    assert verified()["pending"] == 1
    drain_jobs()
    said = verified()
    assert (len(said["reports"]), said["pending"]) == (1, 0)
    for plant, place in PLANTED.values():
        plant(record.id)
        found = left_in(verified(patient=record.id))
        assert any(each.startswith(place) for each in found), (place, found)
    places = left_in(verified())
    assert len({each.split()[0] for each in places}) == 4  # postgres, milvus, redis, files


def test_withdrawals_are_proved_and_what_came_after_is_found(
    record: Patient, alice: User, drain_jobs: DrainJobs
) -> None:
    for purpose in ("monitoring", "external_llm", "research", "training", "messaging", "care"):
        if purpose not in ("monitoring", "care"):
            decide(alice, record, purpose, given=True)
        decide(alice, record, purpose, given=False)
        drain_jobs()
    said = verified()
    assert [proof["what"] for proof in said["reports"]] == [
        "monitoring", "external_llm", "research", "training", "messaging", "care",
    ]  # fmt: skip
    jobs.enqueue("twins.tasks.generate", by=SYSTEM, patient_id=record.id)
    vector(record.id)
    graph_row(record.id)
    owner(
        "INSERT INTO agents_turn (id, created_at, patient_id, session_id, number, question,"
        " state, asked_by, asked_as, engine, finished_at, plan, confidence, prompts,"
        " evidence_count, dropped, failure) SELECT %s, now(), %s, %s, 1, 'x', 'answered', %s,"
        " 'clinician', 'gpt', now(), 'x', 'x', '{}', 0, '{}', ''",
        uuid4(), record.id, session(record.id), alice.id,
    )  # fmt: skip
    places = left_in(verified())
    assert {"postgres common_job", "postgres knowledge_graphnode", "postgres agents_turn"} <= (
        places
    )
    assert any(place.startswith("milvus") for place in places)
    decide(alice, record, "care", given=True)
    report = next(proof for proof in verified()["reports"] if proof["what"] == "care")
    assert report["skipped"] == "the consent was given again since"


def session(patient_id: UUID) -> UUID:
    id = uuid4()
    owner(
        "INSERT INTO agents_chatsession (id, created_at, patient_id, title, created_by)"
        " VALUES (%s, now(), %s, 'x', %s)", id, patient_id, uuid4(),
    )  # fmt: skip
    return id


def decide(by: User, patient: Patient, purpose: str, *, given: bool) -> None:
    consent_record(
        by=by.actor, patient_id=patient.id, purpose=purpose, given=given, source="paper"
    )


def test_a_report_that_isnt_there_is_said(real_transactions: None) -> None:
    with pytest.raises(CommandError, match="no such report"):
        call_command("verify_deletion", report=uuid4())


def test_a_store_that_is_away_proves_nothing(
    record: Patient, alice: User, drain_jobs: DrainJobs, settings: Any
) -> None:
    decide(alice, record, "care", given=False)
    drain_jobs()
    assert DeletionReport.objects.using("owner").exists()
    settings.MILVUS_URI = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="Milvus doesn't answer"):
        call_command("verify_deletion", stdout=StringIO())
