"""Two records of one person read as one in every app, until they are taken apart again."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from biometrics import selectors as biometrics
from biometrics import services as readings
from biometrics.samples import Sample
from biometrics.selectors.rollups import periods_page
from biometrics.selectors.samples import samples_page
from biometrics.selectors.windows import Look, window
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.knowledge import vectors
from conftest import DrainJobs
from documents import selectors as documents
from documents.services import document_upload
from documents.tests.samples import LETTER, pdf
from patients import selectors, services
from patients.models import Condition, Patient, PatientAlias

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def other(alice: User, tmp_path: Path, settings: Any) -> Patient:
    """A second record of Zoë Tester: a condition, a result, heartbeats and a letter."""
    settings.MEDIA_ROOT = tmp_path
    vectors.passages().drop()
    other = services.patient_create(
        by=alice.actor, first_name="Zoe", last_name="Tester", record_number="ZT-2",
        date_of_birth=date(1985, 7, 20),
    )  # fmt: skip
    about = {"by": alice.actor, "patient_id": other.id}
    services.condition_add(code="F32.1", display="Low mood", **about)
    services.lab_result_add(
        loinc="3719-2", name="Lithium level", value=Decimal("0.3"), low="0.6", high="0.8",
        unit="mmol/L", specimen_at=START, **about,
    )  # fmt: skip
    readings.readings_store(samples=[Sample("heart_rate", START, 61)], **about)
    document_upload(title="Letter", filename="a.pdf", content=pdf(LETTER), **about)
    return other


@pytest.fixture
def alias(alice: User, patient: Patient, other: Patient, drain_jobs: DrainJobs) -> PatientAlias:
    """The other record is merged into `patient`, who has readings of their own."""
    readings.readings_store(
        by=alice.actor, patient_id=patient.id,
        samples=[Sample("heart_rate", START + timedelta(minutes=5), 72)],
    )  # fmt: skip
    drain_jobs()
    return services.patients_merge(by=alice.actor, patient_id=patient.id, merged_id=other.id)


def told(user: User, patient: Patient) -> dict[str, object]:
    """What each app says of a patient."""
    who, id = user.actor, patient.id
    beats = window(who, id, "heart_rate", START, START + DAY, Look())
    found = selectors.Wanted(text="lithium")
    return {
        "conditions": [row.display for row in selectors.conditions(who, id)],
        "labs": [row.name for row in selectors.lab_results(who, id)],
        "timeline": sorted(row.title for row in selectors.timeline_list(who, id).items),
        "counted": selectors.timeline_summary(who, id).total,
        "searched": len(selectors.timeline_search(who, id, found).items),
        "documents": [row.title for row in documents.documents_page(who, id).items],
        "passages": len(documents.passages_search(who, id, "lithium")),
        "beats": sorted(value for value in beats.values if value is not None),
        "samples": len(samples_page(who, id, "heart_rate", START, START + DAY)),
        "latest": [row.value for row in biometrics.latest(who, id)],
    }


WHOLE = {
    "conditions": ["Low mood"], "labs": ["Lithium level"],
    "timeline": ["Letter", "Lithium level: 0.3 mmol/L", "Low mood (F32.1)"], "counted": 3,
    "searched": 1, "documents": ["Letter"], "passages": 1, "beats": [61.0, 72.0], "samples": 2,
    "latest": [72.0],
}  # fmt: skip


def test_every_app_reads_both(
    alice: User, bob: User, patient: Patient, alias: PatientAlias
) -> None:
    assert told(alice, patient) == WHOLE
    assert told(bob, patient) == WHOLE  # he is on the first record's team alone
    days = periods_page(bob.actor, patient.id, "heart_rate", START, START + DAY, merged=False)
    assert sum(item.count for item in days.items) == 2


def test_the_list_shows_one_whichever_number_is_looked_for(
    alice: User, patient: Patient, alias: PatientAlias
) -> None:
    def listed(search: str = "") -> list[Any]:
        return [row.id for row in selectors.patients_page(alice.actor, search=search).items]

    assert listed() == listed("ZT-2") == [patient.id]
    assert selectors.patient_get(alice.actor, alias.merged_id).id == patient.id


def test_a_row_of_the_other_record_is_edited_through_the_one(
    bob: User, patient: Patient, other: Patient, alias: PatientAlias
) -> None:
    row = selectors.conditions(bob.actor, patient.id)[0]
    services.chart_item_edit(
        by=bob.actor, patient_id=patient.id, topic="condition", row_id=row.id,
        changes={"display": "Depressive episode"},
    )  # fmt: skip
    history = selectors.item_history(bob.actor, patient.id, "condition", row.id)
    assert [line.state["display"] for line in history] == ["Low mood"]
    assert row.patient_id == other.id


def test_taken_apart_each_is_as_before(
    alice: User, bob: User, patient: Patient, other: Patient, alias: PatientAlias
) -> None:
    services.patients_merge_undo(by=alice.actor, patient_id=patient.id, alias_id=alias.id)
    assert told(bob, patient) == {
        **{key: [] for key in WHOLE}, "counted": 0, "searched": 0, "passages": 0,
        "beats": [72.0], "samples": 1, "latest": [72.0],
    }  # fmt: skip
    alone = told(alice, other)
    assert alone == WHOLE | {"beats": [61.0], "samples": 1, "latest": [61.0]}


def test_no_row_moves(alice: User, other: Patient, alias: PatientAlias) -> None:
    with acting_as(alice.actor):
        assert {row.patient_id for row in Condition.objects.all()} == {other.id}
