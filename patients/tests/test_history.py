"""The field-level history that django-auditlog keeps: which fields, never what was in them."""

from collections.abc import Callable

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db import DatabaseError, connection, transaction
from rest_framework.test import APIClient

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.history import WITHOUT, clinical_models
from clinicity.privacy.masks import MASK
from patients import services
from patients.models import Patient

pytestmark = pytest.mark.django_db
WHOLE = "SELECT * FROM clinicity_field_history()"


def entries(reader: User) -> list[LogEntry]:
    with acting_as(reader.actor):
        return list(LogEntry.objects.raw(WHOLE))


def test_each_clinical_model_keeps_its_history_or_says_why_not() -> None:
    """And what it masks is what it declares as protected."""
    labels = {model._meta.label for model in clinical_models()}
    assert len(labels) > 30
    assert not set(WITHOUT) - labels
    for model in clinical_models():
        kept = auditlog.contains(model)
        assert kept != (model._meta.label in WITHOUT), model._meta.label
        if kept:
            masked = auditlog.get_model_fields(model)["mask_fields"]
            assert set(masked) == set(model.Privacy.protected), model._meta.label  # type: ignore[attr-defined]


def test_changed_fields_are_named_and_protected_values_masked(
    alice: User, patient: Patient, auditor: User
) -> None:
    services.patient_edit(
        by=alice.actor, patient_id=patient.id,
        changes={"last_name": "Nightingale", "time_zone": "UTC"},
    )  # fmt: skip
    entry = [each for each in entries(auditor) if each.object_pk == str(patient.id)][-1]
    assert entry.changes["last_name"] == [MASK, MASK]
    assert entry.changes["time_zone"] == ["Europe/London", "UTC"]


def test_real_writes_leave_no_name_and_no_address(
    api: Callable[[User], APIClient], alice: User, patient: Patient, auditor: User
) -> None:
    client, of = api(alice), f"/api/v1/patients/{patient.id}"
    for path, body in (
        ("conditions", {"code": "F32.1", "display": "Ladderphobia"}),
        ("allergies", {"substance": "Wristwatch metal"}),
        ("contacts", {"relationship": "other", "name": "Nia Planted", "phone": "555-777"}),
        ("identifiers", {"system": "urn:x", "value": "PLANTED-99"}),
        ("corrections", {"statement": "Fell from a ladder"}),
    ):
        assert client.post(f"{of}/{path}/", body, format="json").status_code == 201, path
    client.patch(f"{of}/", {"first_name": "Nia"}, format="json")
    client.post(
        "/api/v1/timeline/event/",
        {"patient_id": str(patient.id), "kind": "note", "title": "Ladder", "body": "Wrist",
         "occurred_at": "2026-01-02T10:00:00Z"},
        format="json",
    )  # fmt: skip
    found = entries(auditor)
    text = "\n".join(str(vars(entry)) for entry in found).casefold()
    assert len({entry.content_type_id for entry in found}) >= 7
    for planted in ("zoë", "tester", "nia", "1985", "ladder", "wrist", "planted", "555-777",
                    alice.email, "archer"):  # fmt: skip
        assert planted not in text, planted
    assert not {entry.remote_addr for entry in found} - {None}


def test_only_auditors_and_admins_read_it(
    alice: User, patient: Patient, auditor: User, admin: User
) -> None:
    assert entries(auditor)
    assert entries(admin)
    assert not entries(alice)
    for statement in (
        "SELECT changes FROM auditlog_logentry",
        "DELETE FROM auditlog_logentry",
        "UPDATE auditlog_logentry SET changes = '{}'",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            _execute(statement)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
