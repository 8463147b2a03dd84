"""The index comes back from PostgreSQL, as after a restore."""

from io import StringIO

import pytest
from django.core.management import call_command

from clinicity.accounts.models import User
from clinicity.knowledge import vectors
from clinicity.privacy.pseudonyms import pseudonym
from conftest import DrainJobs
from documents import selectors, services
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_index")]


def test_a_lost_index_is_made_again_as_it_was(
    alice: User, patient: Patient, letter: bytes, drain_jobs: DrainJobs
) -> None:
    services.document_upload(
        by=alice.actor, patient_id=patient.id, title="Letter", filename="a.pdf", content=letter
    )
    drain_jobs()
    before = vectors.passages().ids(pseudonym(patient.id))
    vectors.passages().drop()
    out = StringIO()
    call_command("rebuild_vectors", stdout=out)
    assert out.getvalue().endswith("1 documents indexed\n")
    assert vectors.passages().ids(pseudonym(patient.id)) == before != set()
    assert selectors.passages_search(alice.actor, patient.id, "What was the lithium level?")
