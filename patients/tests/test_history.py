"""The field-level history that django-auditlog keeps: which fields, never what was in them."""

import pytest
from auditlog.models import LogEntry

from clinicity.accounts.models import User
from clinicity.privacy.masks import MASK
from patients import services
from patients.models import Patient

pytestmark = pytest.mark.django_db


def test_changed_fields_are_named_and_protected_values_masked(
    alice: User, patient: Patient
) -> None:
    services.patient_edit(
        by=alice.actor, patient_id=patient.id,
        changes={"last_name": "Nightingale", "time_zone": "UTC"},
    )  # fmt: skip
    entry = LogEntry.objects.get_for_object(patient).first()
    assert entry is not None
    assert entry.changes["last_name"] == [MASK, MASK]
    assert entry.changes["time_zone"] == ["Europe/London", "UTC"]


def test_no_entry_holds_a_name_or_an_address(alice: User, patient: Patient) -> None:
    services.patient_edit(by=alice.actor, patient_id=patient.id, changes={"first_name": "Nia"})
    services.timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Fell from a ladder",
        body="Left wrist", occurred_at=patient.created_at,
    )  # fmt: skip
    text = "\n".join(
        f"{entry.object_repr} {entry.changes} {entry.remote_addr} {entry.additional_data}"
        for entry in LogEntry.objects.all()
    )
    assert LogEntry.objects.count() >= 4
    for planted in ("Zoë", "Tester", "Nia", "1985", "ladder", "wrist", alice.email, "Archer"):
        assert planted not in text
