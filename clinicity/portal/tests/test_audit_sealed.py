"""An event's page once the event is sealed: that takes real transactions."""

from collections.abc import Callable
from pathlib import Path

from django.test import Client
from pytest_django import Settings

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.audit.sealing import seal
from clinicity.audit.tests.conftest import wait_until_sealable


def test_a_sealed_event_shows_its_link(
    real_transactions: None, auditor: User, client_for: Callable[[User], Client],
    settings: Settings, tmp_path: Path,
) -> None:  # fmt: skip
    settings.AUDIT_CHECKPOINT_DIR = tmp_path
    wait_until_sealable()
    seal()
    event = AuditEvent.objects.order_by("position").first()
    assert event
    page = client_for(auditor).get(f"/audit/events/{event.id}/").content.decode()
    assert "Sealed, and its link holds" in page
    assert "signed at no." in page
