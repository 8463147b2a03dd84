"""Keys are replaced while the record stays as it was. Nothing here is rolled back."""

import base64
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction
from pytest_django import Settings

from biometrics import uploads
from biometrics.features.columns import columns_of
from biometrics.models import IngestBatch, ReadingSegment
from biometrics.services import columns_store
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common.ids import new_id
from clinicity.privacy import keyring, resealing, rotation
from clinicity.privacy.models import KeyRotation, RetiredKey, SubjectKey
from documents import files
from patients import services
from patients.models import Patient, TimelineEvent
from patients.models.consent import Consent

pytestmark = pytest.mark.usefixtures("real_transactions")
DOCUMENT, UPLOAD = new_id(), new_id()
LEDGER = "UPDATE biometrics_ingestbatch SET"


@pytest.fixture(autouse=True)
def _quick(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.KEY_CACHE_SECONDS, settings.KEY_GRACE_SECONDS = 0.0, 0.0
    settings.MEDIA_ROOT = tmp_path
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture
def record(alice: User, patient: Patient) -> Patient:
    """A patient with something in a field, a JSON field, ledger, segments and files."""
    now = datetime(2026, 3, 1, 8, tzinfo=UTC)
    services.timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Slept badly", body="Two hours",
        occurred_at=now,
    )  # fmt: skip
    columns = columns_of(np.array([round(now.timestamp() * 1000)]), np.array([71.0]))
    columns_store(
        by=alice.actor, patient_id=patient.id, source="test", columns={"heart_rate": columns}
    )
    files.write(patient.id, DOCUMENT, b"%PDF the letter")
    uploads.part_write(patient.id, UPLOAD, 0, b"a part")
    return patient


def what_is_read(by: User, patient_id: object) -> list[object]:
    """Everything of the record, opened."""
    keyring.forget()
    with acting_as(by.actor):
        patient = Patient.objects.get(id=patient_id)
        event = TimelineEvent.objects.get(patient_id=patient_id, kind="note")
        batch = IngestBatch.objects.get(patient_id=patient_id)
        segment = ReadingSegment.objects.get(patient_id=patient_id)
        consents = [c.note for c in Consent.objects.filter(patient_id=patient_id)]
        return [
            patient.first_name, patient.date_of_birth, event.title, event.body, batch.payload,
            segment.samples, consents, files.read(patient_id, DOCUMENT),
            list(uploads.parts(patient_id, UPLOAD, 6)), User.objects.get(id=by.id).email,
        ]  # fmt: skip


def rotated(*words: str) -> str:
    said = StringIO()
    call_command("rotate_encryption_keys", *words, stdout=said)
    return said.getvalue()


def new_master() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_everything_is_sealed_anew_and_reads_as_before(alice: User, record: Patient) -> None:
    before = what_is_read(alice, record.id)
    old = SubjectKey.objects.get(subject_id=record.id)
    said = rotated("--data-keys", "--batch", "2")
    assert what_is_read(alice, record.id) == before
    new = SubjectKey.objects.get(subject_id=record.id)
    assert new.version == 2
    assert bytes(new.wrapped) != bytes(old.wrapped)
    assert not RetiredKey.objects.exists()
    assert resealing.stale(rotation.all_subjects()) == 0
    assert KeyRotation.objects.get().finished_at
    assert "0 lost" in said
    rotated("--data-keys")  # again, for the next leak
    assert what_is_read(alice, record.id) == before
    assert SubjectKey.objects.get(subject_id=record.id).version == 3


def test_one_that_was_cut_anywhere_goes_on(
    alice: User, record: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = what_is_read(alice, record.id)
    steps = ["keys_renew", "transactions_outlive", "_pass", "_cleaned", "keys_drop"]

    class Cut(BaseException):
        pass

    def cut(*args: object, **kwargs: object) -> None:
        raise Cut

    for step in steps:
        with monkeypatch.context() as patch:
            patch.setattr(rotation, step, cut)
            with pytest.raises(Cut):
                rotated("--data-keys")
        assert what_is_read(alice, record.id) == before
    rotated("--data-keys")
    assert what_is_read(alice, record.id) == before
    assert KeyRotation.objects.count() == 1
    assert not RetiredKey.objects.exists()


def test_a_row_read_before_and_saved_after_brings_no_old_key_back(
    alice: User, record: Patient
) -> None:
    with acting_as(alice.actor):
        held = Patient.objects.get(id=record.id)
    rotated("--data-keys")
    # Whoever holds it longer than the grace can't open it any more, and is told so.
    with pytest.raises(keyring.Unreadable), acting_as(alice.actor):
        held.save()
    with acting_as(alice.actor):
        fresh = Patient.objects.get(id=record.id)
        fresh.save()
    assert resealing.stale([record.id]) == 0


def test_what_was_never_opened_is_sealed_anew_while_both_keys_open(
    alice: User, record: Patient
) -> None:
    with acting_as(alice.actor):
        held = Patient.objects.get(id=record.id)
    going = KeyRotation.objects.using("owner").create()
    assert rotation.keys_renew(going, size=10)
    with acting_as(alice.actor):
        held.save()
        assert Patient.objects.get(id=record.id).first_name == record.first_name
        blob = SubjectKey.objects.get(subject_id=record.id).wrapped
    newest = keyring.DataKey(keyring.unwrapped(record.id, bytes(blob)))
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT first_name FROM patients_patient WHERE id = %s", [record.id])
        assert base64.b64decode(cursor.fetchone()[0]).startswith(newest.head)


def test_a_row_that_somebody_holds_is_left_to_the_next_pass(
    alice: User, record: Patient
) -> None:
    going = KeyRotation.objects.using("owner").create()
    rotation.keys_renew(going, size=10)
    with acting_as(alice.actor):
        Patient.objects.select_for_update().get(id=record.id)
        first = rotation._pass(going, batch=100)
    assert first.busy == 1
    second = rotation._pass(going, batch=100)
    assert (second.resealed, second.busy) == (1, 0)
    assert rotation._pass(going, batch=100).is_clean


def test_what_cant_be_opened_keeps_its_old_key_and_is_told(
    alice: User, record: Patient
) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE patients_patient SET first_name = last_name WHERE id = %s", [record.id]
        )
    said = rotated("--data-keys")
    assert f"kept: 1 rows or files of {keyring.pseudonym(record.id)}" in said
    assert RetiredKey.objects.filter(subject_id=record.id).exists()
    with acting_as(alice.actor):
        found = Patient.objects.get(id=record.id)
        with pytest.raises(keyring.Unreadable):
            _ = found.first_name


def changed(alias: str, column: str, statement: str, actor: User) -> None:
    """A change of rows as somebody who says that they seal anew."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        for name, value in (("actor", str(actor.id)), ("scope", ""), ("reseal", column)):
            cursor.execute("SELECT set_config(%s, %s, true)", [f"clinicity.{name}", value])
        cursor.execute(statement)


@pytest.mark.parametrize("alias", ["default", "owner"])
@pytest.mark.parametrize(
    ("column", "statement"),
    [
        ("payload", f"{LEDGER} created_at = now()"),
        ("payload", f"{LEDGER} payload = payload || '\\x00'"),
        ("payload", f"{LEDGER} payload = overlay(payload PLACING '\\x03' FROM 1)"),
        ("note", "UPDATE patients_consent SET created_at = now()"),
        ("note", "UPDATE patients_consent SET note = 'plain'"),
        ("note", "DELETE FROM patients_consent"),
        ("details", "UPDATE audit_auditevent SET details = '{}'"),
    ],
)  # fmt: skip
def test_sealing_anew_lets_no_other_change_through(
    alice: User, record: Patient, alias: str, column: str, statement: str
) -> None:
    with pytest.raises(DatabaseError):
        changed(alias, column, statement, alice)


def test_the_app_seals_no_append_only_row_anew(alice: User, record: Patient) -> None:
    same = f"{LEDGER} payload = overlay(payload PLACING '\\x02' FROM 1)"
    with pytest.raises(DatabaseError, match="append-only"):
        changed("default", "payload", same, alice)
    changed("owner", "payload", same, alice)


def test_master_key_is_rotated_and_told_when_the_old_one_may_go(
    alice: User, record: Patient, settings: Settings
) -> None:
    before, old = what_is_read(alice, record.id), settings.ENCRYPTION_KEY
    newest = new_master()
    settings.ENCRYPTION_KEY = f"{newest},{old}"
    keyring.forget()
    assert "still needed" in rotated("--status")
    said = rotated("--batch", "1")
    assert "may be removed" in said
    settings.ENCRYPTION_KEY = newest
    assert what_is_read(alice, record.id) == before


def test_a_lost_master_key_is_told_with_the_patients(
    record: Patient, settings: Settings
) -> None:
    settings.ENCRYPTION_KEY, lost_key = new_master(), settings.ENCRYPTION_KEY
    keyring.forget()
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("keys", stdout=said)
    assert "LOST: not in ENCRYPTION_KEY" in said.getvalue()
    assert f"2 lost: system, {keyring.pseudonym(record.id)}" in said.getvalue()
    with pytest.raises(CommandError):
        rotated("--data-keys")
    settings.ENCRYPTION_KEY = lost_key
    keyring.forget()
    call_command("keys", stdout=StringIO())


def test_an_erased_patient_is_not_lost(record: Patient) -> None:
    keyring.subject_key_destroy(record.id)
    said = StringIO()
    call_command("keys", stdout=said)
    assert "0 lost" in said.getvalue()
    assert "1 destroyed by erasure" in said.getvalue()
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM privacy_destroyedkey")
    with pytest.raises(CommandError):
        call_command("keys", stdout=(said := StringIO()))
    assert f"1 lost: {keyring.pseudonym(record.id)}" in said.getvalue()


def test_two_rotations_at_once_are_refused(record: Patient) -> None:
    with connections["sealer"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [rotation.LOCK])
        try:
            with pytest.raises(CommandError, match="running already"):
                rotated()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [rotation.LOCK])
