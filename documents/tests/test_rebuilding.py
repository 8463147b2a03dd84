"""A lost index and graph come back from PostgreSQL."""

from uuid import uuid4

import pytest
from django.core.management import call_command

from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from clinicity.knowledge import embeddings, graph, tokens, vectors
from clinicity.privacy.pseudonyms import pseudonym
from conftest import DrainJobs
from documents import selectors, services
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_index")]


def test_lost_index_and_graph_come_back(
    alice: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs
) -> None:
    services.document_upload(
        by=alice.actor, patient_id=patient.id, title="Letter", filename="a.pdf", content=letter
    )
    drain_jobs()
    before = selectors.passages_search(alice.actor, patient.id, "lithium")
    drawn = graph.store().read(alice.actor, patient.id)
    vectors.passages().drop()
    graph.store().remove_patient(by=WORKER, patient_id=patient.id)
    stray = vectors.Entry(
        uuid4(), pseudonym(patient.id), tokens.hashed("x"), embeddings.embed(["x"])[0]
    )
    vectors.passages().put([stray])
    assert selectors.passages_search(alice.actor, patient.id, "lithium") == []
    call_command("rebuild_passages")
    assert selectors.passages_search(alice.actor, patient.id, "lithium") == before
    assert graph.store().read(alice.actor, patient.id) == drawn
    assert stray.id not in vectors.passages().ids(pseudonym(patient.id))
