"""Events as FHIR AuditEvents: pure, without names, valid by the reference implementation."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from clinicity.audit import fhir
from clinicity.audit.purposes import WORDS, purpose_of

TOOL = Path(settings.CLINICITY_DATA_DIR).parent / "tools" / "fhir-validate" / "fhir-validate"
READ = fhir.Recorded(
    id=str(UUID(int=1)), position=7, at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    actor_id=str(UUID(int=2)), role="clinician", act="patient.read", subject="patient",
    outcome="ok", subject_id="d583c89bf32b1f42", patient="d583c89bf32b1f42",
    details={"count": 3, "fields": ["first_name"], "empty": ""}, request_id=str(UUID(int=3)),
    number=5,
)  # fmt: skip
ACTS = (
    "patient.read", "patient.create", "patient.edit", "patient.delete", "audit.export",
    "document.download", "timeline.search", "account.sign_in", "security_alert.raise",
    "job.run", "model.call", "break_glass.open", "reading.ingest", "something.odd",
)  # fmt: skip


def events() -> Iterator[fhir.Recorded]:
    """One of each act, role and outcome, and one that says as little as it can."""
    for number, event in enumerate(_events()):
        yield replace(event, id=str(UUID(int=number)))


def _events() -> Iterator[fhir.Recorded]:
    for act in ACTS:
        yield replace(READ, act=act)
    for role in ("admin", "auditor", "patient", "proxy", "device", "service"):
        yield replace(READ, role=role, outcome="refused")
    yield replace(
        READ,
        outcome="failed",
        subject_id="",
        patient="",
        details={},
        request_id="",
        number=None,
    )


def test_an_event_says_who_did_what_to_whom_and_why() -> None:
    found = fhir.audit_event(READ)
    assert (found["action"], found["outcome"]) == ("R", "0")
    assert found["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    assert found["agent"][0]["who"]["identifier"]["value"] == READ.actor_id
    subject, patient = found["entity"]
    assert patient["what"]["identifier"]["value"] == READ.patient
    assert {each["type"]: each["valueString"] for each in subject["detail"]} == {
        "position": "7", "seal": "5", "request_id": READ.request_id, "count": "3",
        "fields": '["first_name"]',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("act", "role", "details", "code"),
    [
        ("patient.read", "clinician", {}, "TREAT"),
        ("patient.read", "coordinator", {}, "CAREMGT"),
        ("patient.read", "patient", {}, "PATRQT"),
        ("break_glass.open", "clinician", {}, "BTG"),
        ("patient.read", "clinician", {"purpose": "BTG"}, "BTG"),
        ("patient.read", "clinician", {"purpose": "anything"}, "TREAT"),
        ("access_log.read", "clinician", {}, "HCOMPL"),
        ("account.sign_in", "clinician", {}, "HSYSADMIN"),
        ("job.run", "service", {}, "HSYSADMIN"),
        ("patient.read", "unknown", {}, "HOPERAT"),
    ],
)
def test_the_purpose_follows_from_act_and_role(
    act: str, role: str, details: dict[str, str], code: str
) -> None:
    assert purpose_of(act, role, details) == code
    assert purpose_of(act, role, details, emergency=True) == "BTG"
    assert code in WORDS


def test_a_bundle_is_whole_also_when_it_is_empty() -> None:
    whole = json.loads(b"".join(fhir.bundle_parts(events())))
    assert len(whole["entry"]) == len(list(events()))
    assert json.loads(b"".join(fhir.bundle_parts([]))) == {
        "resourceType": "Bundle", "type": "collection",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not (TOOL.exists() and shutil.which("mvn")), reason="needs the validator")
def test_the_bundle_is_valid_r4(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(b"".join(fhir.bundle_parts(events())))
    done = subprocess.run([str(TOOL), str(path)], capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
