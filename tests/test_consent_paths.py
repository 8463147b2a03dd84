"""Every path of DESIGN §4 asks for consent: what a withdrawn purpose stops, one by one.

docs/security/consent.md has the table; its last column names these tests.
"""

import ast
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from agents import selectors as agent_selectors
from agents import services as agents
from agents import tools
from agents.models import AnswerSentence
from agents.turn.evidence import Kind
from agents.turn.question import understand
from alerts import selectors as alert_selectors
from alerts.models import RuleCheck
from alerts.services import patient_evaluate
from biometrics import services as biometrics
from biometrics.models import IngestBatch
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common import clock
from clinicity.common.actors import DOOR, SYSTEM, WORKER, Role
from clinicity.common.exceptions import Refused
from clinicity.knowledge import graph, vectors
from clinicity.language.permits import Permit
from clinicity.privacy.pseudonyms import pseudonym
from conftest import DrainJobs
from documents import selectors as documents
from documents.services import document_upload
from documents.tests.samples import LETTER, pdf
from patients import selectors, services
from patients.models import Patient, Purpose
from patients.selectors import NoConsent
from twins.services import twin_generate, twin_generate_request

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]
ROOT = Path(__file__).parent.parent
COLLECTS = ["monitoring", "care"]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    vectors.passages().drop()
    return tmp_path


def decide(by: User, patient: Patient, purpose: str, *, given: bool = False) -> None:
    services.consent_record(
        by=by.actor, patient_id=patient.id, purpose=purpose, given=given, source="paper"
    )


def event_of(patient: Patient) -> dict[str, Any]:
    return {
        "patient_id": str(patient.id), "data_type": "heart_rate",
        "timestamp": (clock.now() - timedelta(hours=1)).isoformat(), "data": {"bpm": 72},
    }  # fmt: skip


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and answer.json()["type"].endswith("/no-consent")


def batches(patient: Patient) -> int:
    with acting_as(WORKER, patient.id):
        return IngestBatch.objects.filter(patient_id=patient.id).count()


@pytest.mark.parametrize("purpose", COLLECTS)
def test_a_person_sends_nothing_in(
    purpose: str, api: Api, alice: User, patient: Patient
) -> None:
    decide(alice, patient, purpose)
    assert refused(
        api(alice).post("/api/v1/biometric-events", event_of(patient), format="json")
    )
    assert batches(patient) == 0


def test_no_device_is_paired(alice: User, patient: Patient) -> None:
    device = biometrics.device_register(by=alice.actor, patient_id=patient.id, name="Watch")
    made = biometrics.pairing_code_make(by=alice.actor, device_id=device.id)
    decide(alice, patient, "monitoring")
    with pytest.raises(NoConsent):
        biometrics.device_pair(by=DOOR, code=made.text, address="127.0.0.1")
    with pytest.raises(NoConsent):
        biometrics.pairing_code_make(by=alice.actor, device_id=device.id)


def test_the_devices_page_says_why(
    client_for: Callable[[User], Client], alice: User, patient: Patient
) -> None:
    page = reverse("biometrics:devices", args=[patient.id])
    assert "Nothing is taken from these devices" not in client_for(alice).get(page).text
    decide(alice, patient, "monitoring")
    assert "Nothing is taken from these devices" in client_for(alice).get(page).text


@pytest.mark.parametrize("purpose", COLLECTS)
def test_no_file_is_taken(purpose: str, alice: User, patient: Patient) -> None:
    decide(alice, patient, purpose)
    with pytest.raises(NoConsent):
        biometrics.upload_begin(by=alice.actor, patient_id=patient.id, name="a.csv", size=10)


@pytest.mark.parametrize("purpose", COLLECTS)
def test_no_twin_is_made(purpose: str, alice: User, patient: Patient) -> None:
    decide(alice, patient, purpose)
    with pytest.raises(NoConsent):
        twin_generate_request(by=alice.actor, patient_id=patient.id)
    with pytest.raises(NoConsent):
        twin_generate(by=WORKER, patient_id=patient.id)


@pytest.mark.parametrize("purpose", COLLECTS)
def test_no_rule_watches_and_the_list_says_so(
    purpose: str,
    client_for: Callable[[User], Client],
    api: Api,
    alice: User,
    patient: Patient,
    drain_jobs: DrainJobs,
) -> None:
    patient_evaluate(by=WORKER, patient_id=patient.id)
    assert alert_selectors.coverage(alice.actor).checked == 1
    decide(alice, patient, purpose)
    drain_jobs()
    assert patient_evaluate(by=WORKER, patient_id=patient.id) == []
    if purpose == "monitoring":
        with acting_as(alice.actor):
            assert not RuleCheck.objects.filter(patient_id=patient.id).exists()
    assert alert_selectors.coverage(alice.actor).withdrawn == 1
    assert "Rules on readings are stopped" in client_for(alice).get("/alerts/").text
    said = api(alice).get("/api/v1/alerts/").json()
    assert said["checked_against"]["withdrawn"] == 1


@pytest.fixture
def indexed(alice: User, patient: Patient, drain_jobs: DrainJobs) -> Patient:
    """The patient with a letter in index and graph."""
    document_upload(
        by=alice.actor, patient_id=patient.id, title="Letter", filename="l.pdf",
        content=pdf(LETTER),
    )  # fmt: skip
    drain_jobs()
    assert documents.passages_search(alice.actor, patient.id, "lithium level")
    return patient


def test_nothing_is_retrieved_of_who_withdrew_care(alice: User, indexed: Patient) -> None:
    """At once, while everything still lies in the stores."""
    session = agents.session_create(by=alice.actor, patient_id=indexed.id)
    decide(alice, indexed, "care")
    with pytest.raises(NoConsent):
        documents.passages_search(alice.actor, indexed.id, "lithium level")
    with pytest.raises(NoConsent):
        agent_selectors.patient_graph(alice.actor, indexed.id)
    with pytest.raises(NoConsent):
        agents.session_create(by=alice.actor, patient_id=indexed.id)
    with pytest.raises(NoConsent):
        agents.turn_ask(by=alice.actor, session_id=session.id, question="Lithium?")
    with pytest.raises(NoConsent):
        agents.note_draft(by=alice.actor, patient_id=indexed.id)


@pytest.mark.parametrize("kind", list(tools.TOOLS))
def test_no_tool_of_an_agent_finds_anything(kind: Kind, alice: User, patient: Patient) -> None:
    decide(alice, patient, "care")
    asked = tools.Asked(alice.actor, patient.id, clock.now())
    with pytest.raises(NoConsent):
        tools.retrieve(kind, asked, understand("How is the sleep?", today=clock.now().date()))


def test_a_question_that_was_asked_before_is_not_answered(
    alice: User, patient: Patient, drain_jobs: DrainJobs
) -> None:
    session = agents.session_create(by=alice.actor, patient_id=patient.id)
    turn = agents.turn_ask(by=alice.actor, session_id=session.id, question="Any lithium?")
    with acting_as(alice.actor):
        Patient.objects.filter(id=patient.id).update(consents=["monitoring"])
    drain_jobs()
    with acting_as(alice.actor):
        turn.refresh_from_db()
        assert not AnswerSentence.objects.filter(turn=turn).exists()
    assert turn.state == "failed"


def test_what_is_read_later_is_not_indexed(
    alice: User, patient: Patient, drain_jobs: DrainJobs
) -> None:
    decide(alice, patient, "care")
    drain_jobs()
    document_upload(
        by=alice.actor, patient_id=patient.id, title="Letter", filename="l.pdf",
        content=pdf(LETTER),
    )  # fmt: skip
    services.condition_add(
        by=alice.actor, patient_id=patient.id, code="F31.9", display="Bipolar disorder"
    )
    drain_jobs()
    assert documents.documents_page(alice.actor, patient.id).items[0].state == "ready"
    assert vectors.passages().ids(pseudonym(patient.id)) == set()
    assert graph.store().count(by=WORKER, patient_id=patient.id) == (0, 0)


def test_no_copy_leaves_but_to_the_patient_themselves(
    api: Api, client_for: Callable[[User], Client], alice: User, patient: Patient
) -> None:
    person = user_create(
        by=SYSTEM, email="zoe@home.example", password="correct horse battery staple",
        display_name="Zoë", role=Role.PATIENT,
    )  # fmt: skip
    with acting_as(alice.actor):
        Patient.objects.filter(id=patient.id).update(user=person)
    query = {
        "patient_id": str(patient.id), "format": "csv",
        "start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z",
    }  # fmt: skip
    readings, timeline = (
        "/api/v1/biometrics/export/",
        f"/patients/{patient.id}/timeline/export.csv",
    )
    assert api(alice).get(readings, query).status_code == 200
    assert client_for(alice).get(timeline).status_code == 200
    decide(alice, patient, "care")
    assert refused(api(alice).get(readings, query))
    assert client_for(alice).get(timeline).status_code == 403
    assert api(person).get(readings, query).status_code == 200


def test_a_research_export_demands_research(alice: User, patient: Patient) -> None:
    with pytest.raises(NoConsent):
        selectors.demand_export(alice.actor, patient.id, Purpose.RESEARCH)
    decide(alice, patient, "research", given=True)
    selectors.demand_export(alice.actor, patient.id, Purpose.RESEARCH)


def test_a_model_outside_needs_a_permit(alice: User, patient: Patient) -> None:
    with pytest.raises(NoConsent):
        selectors.demand_external_model(alice.actor, patient.id)
    decide(alice, patient, "external_llm", given=True)
    permit = selectors.demand_external_model(alice.actor, patient.id)
    permit.demand_good(patient.id)
    with pytest.raises(Refused):
        permit.demand_good(uuid4())
    with pytest.raises(Refused):
        Permit(alice.id, patient.id, clock.now() - timedelta(minutes=2)).demand_good(patient.id)
    decide(alice, patient, "external_llm")
    with pytest.raises(NoConsent):
        selectors.demand_external_model(alice.actor, patient.id)


def test_a_permit_is_not_given_for_who_withdrew_care(alice: User, patient: Patient) -> None:
    decide(alice, patient, "external_llm", given=True)
    decide(alice, patient, "care")
    with pytest.raises(NoConsent):
        selectors.demand_external_model(alice.actor, patient.id)


def test_a_merged_record_follows_the_decisions_of_the_other(
    alice: User, admin: User, patient: Patient
) -> None:
    spare = services.patient_create(
        by=alice.actor, first_name="Zoe", last_name="Tester", date_of_birth=date(1985, 7, 20)
    )
    services.patients_merge(by=admin.actor, patient_id=patient.id, merged_id=spare.id)
    assert selectors.agrees(alice.actor, spare.id, Purpose.CARE)
    decide(alice, patient, "care")
    assert not selectors.agrees(alice.actor, spare.id, Purpose.CARE)


# --- the guard ----------------------------------------------------------------------------

# Libraries that talk to language models outside.
CLIENTS = {"openai", "pydantic_ai", "anthropic", "litellm", "ollama", "langchain"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
            yield from (
                str(arg.value).partition(".")[0]
                for arg in node.args
                if isinstance(arg, ast.Constant)
            )


def faults_of(path: str, source: str) -> list[str]:
    """What a module does wrong with models outside."""
    tree = ast.parse(source)
    if not CLIENTS & set(imported(tree)):
        return []
    if not path.startswith("clinicity/language/"):
        return [f"{path} talks to a model: only clinicity/language does"]
    if "Permit" not in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}:
        return [f"{path} takes no Permit: it could send without asking for consent"]
    return []


def test_only_language_talks_to_models_and_only_with_a_permit() -> None:
    modules = [
        path
        for folder in ("clinicity", "patients", "biometrics", "documents", "twins", "alerts",
                       "agents")
        for path in (ROOT / folder).rglob("*.py")
    ]  # fmt: skip
    assert len(modules) > 300
    faults = [
        fault
        for path in modules
        for fault in faults_of(str(path.relative_to(ROOT)), path.read_text())
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("agents/services/turns.py", "import openai", "only clinicity/language"),
        ("agents/x.py", "from openai.types import Chat", "only clinicity/language"),
        ("agents/x.py", "import_module('openai')", "only clinicity/language"),
        ("clinicity/language/client.py", "import openai", "takes no Permit"),
    ],
)
def test_the_guard_sees_a_bad_module(path: str, source: str, fault: str) -> None:
    assert fault in faults_of(path, source)[0]
    good = "import openai\ndef ask(permit: Permit): ..."
    assert faults_of("clinicity/language/client.py", good) == []
