"""Chart services: one transaction each, versions that stay, rows by their visibility."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from patients import selectors, services
from patients.models import ChartVersion, Condition, Patient, SafetyPlan

pytestmark = pytest.mark.django_db
TODAY = clock.now().date()


@pytest.fixture
def condition(alice: User, patient: Patient) -> Condition:
    return services.condition_add(by=alice.actor, patient_id=patient.id, code="F32.1")


@pytest.fixture
def audit_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("the trail is away")

    monkeypatch.setattr(audit, "record", fail)


Act = Callable[[User, Patient, Any], object]
ACTS: dict[str, Act] = {
    "edit": lambda by, patient, row: services.chart_item_edit(
        by=by.actor, patient_id=patient.id, topic="condition", row_id=row.id,
        changes={"note": "x"},
    ),
    "error": lambda by, patient, row: services.chart_item_mark_error(
        by=by.actor, patient_id=patient.id, topic="condition", row_id=row.id
    ),
    "plan": lambda by, patient, row: services.safety_plan_save(
        by=by.actor, patient_id=patient.id, steps={"coping": ["Walk"]}
    ),
    "visit": lambda by, patient, row: services.encounter_add(
        by=by.actor, patient_id=patient.id, kind="Follow-up", status="planned",
        starts_at=clock.now(), ends_at=clock.now() + timedelta(minutes=30),
    ),
    "medication": lambda by, patient, row: services.medication_add(
        by=by.actor, patient_id=patient.id, name="Sertraline", dose=50, unit="mg",
        times_per_day=1, started_on=TODAY,
    ),
    "genetic": lambda by, patient, row: services.genetic_result_add(
        by=by.actor, patient_id=patient.id, gene="CYP2D6", phenotype="Poor Metabolizer",
        laboratory="Lab", tested_on=TODAY,
    ),
    "import": lambda by, patient, row: services.appointments_import(
        by=by.actor, patient_id=patient.id, raw=b"starts_at\n2026-12-01 10:00"
    ),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_without_the_audit_nothing_changes(
    alice: User, patient: Patient, condition: Condition, audit_fails: None, act: str
) -> None:
    with pytest.raises(RuntimeError):
        ACTS[act](alice, patient, condition)
    with acting_as(alice.actor):
        assert ChartVersion.objects.count() == 0
        assert SafetyPlan.objects.count() == 0
        assert Condition.objects.get().version == 1
    assert selectors.encounters(alice.actor, patient.id) == []
    assert selectors.medications(alice.actor, patient.id) == []
    assert selectors.genetic_results(alice.actor, patient.id) == []


@pytest.mark.parametrize("act", ACTS)
def test_admins_and_strangers_write_nothing_clinical(
    admin: User, alice: User, charlie: User, patient: Patient, condition: Condition, act: str
) -> None:
    with pytest.raises(Refused):
        ACTS[act](admin, patient, condition)
    with pytest.raises(NotFound):
        ACTS[act](charlie, patient, condition)


def test_an_edit_that_changes_nothing_makes_no_version(
    alice: User, patient: Patient, condition: Condition
) -> None:
    row = services.chart_item_edit(
        by=alice.actor, patient_id=patient.id, topic="condition", row_id=condition.id,
        changes={"code": "f321"},
    )  # fmt: skip
    assert row.version == 1


def test_only_what_may_be_changed_changes(
    alice: User, patient: Patient, condition: Condition
) -> None:
    with pytest.raises(Invalid, match="recorded_by"):
        services.chart_item_edit(
            by=alice.actor, patient_id=patient.id, topic="condition", row_id=condition.id,
            changes={"recorded_by": patient.id},
        )  # fmt: skip
    with pytest.raises(NotFound):
        services.chart_item_edit(
            by=alice.actor, patient_id=patient.id, topic="nonsense", row_id=condition.id,
            changes={},
        )  # fmt: skip


def test_each_version_stays_as_it_was(
    alice: User, patient: Patient, condition: Condition
) -> None:
    for words in ("first", "second", "third"):
        services.chart_item_edit(
            by=alice.actor, patient_id=patient.id, topic="condition", row_id=condition.id,
            changes={"note": words},
        )  # fmt: skip
    lines = selectors.item_history(alice.actor, patient.id, "condition", condition.id)
    assert [(one.version, one.state["note"]) for one in lines] == [
        (3, "second"), (2, "first"), (1, ""),
    ]  # fmt: skip
    with acting_as(alice.actor), pytest.raises(Exception, match=r"append|permission|denied"):
        ChartVersion.objects.filter(version=1).delete()


def test_a_plan_is_written_by_clinicians_over_the_version_they_read(
    alice: User, patient: Patient
) -> None:
    plan = {"by": alice.actor, "patient_id": patient.id}
    assert services.safety_plan_save(**plan, steps={"coping": ["Walk"]}).version == 1
    assert services.safety_plan_save(**plan, steps={"coping": ["Walk"]}).version == 1
    with pytest.raises(Conflict):
        services.safety_plan_save(**plan, steps={"coping": ["Swim"]}, version=0)
    with pytest.raises(Invalid):
        services.safety_plan_save(**plan, steps={"luck": ["x"]})
    with pytest.raises(Invalid):
        services.safety_plan_save(**plan, steps={"coping": ["x" * 501]})


def test_a_row_entered_in_error_counts_nowhere(alice: User, patient: Patient) -> None:
    by = {"by": alice.actor, "patient_id": patient.id}
    lithium = services.medication_add(
        **by, name="Lithium", dose=1, unit="mg", times_per_day=1,
        started_on=TODAY - timedelta(days=99),
    )  # fmt: skip
    services.doses_record(
        **by, medication_id=lithium.id, doses=[(clock.now() - timedelta(hours=1), "taken")]
    )
    assert selectors.monitoring_due(alice.actor, now=clock.now())
    services.chart_item_mark_error(**by, topic="medication", row_id=lithium.id)
    assert selectors.monitoring_due(alice.actor, now=clock.now()) == []
    assert selectors.medication_check(alice.actor, patient.id).interactions.checked == ()
    now = clock.now()
    assert selectors.doses(alice.actor, patient.id, now - timedelta(days=1), now) == []
    with pytest.raises(NotFound):
        services.dose_record(
            **by, medication_id=lithium.id, due_at=now - timedelta(hours=1), status="missed"
        )


def test_a_drug_on_hold_is_not_taken(alice: User, patient: Patient) -> None:
    by = {"by": alice.actor, "patient_id": patient.id}
    row = services.medication_add(
        **by, name="Lithium", dose=1, unit="mg", times_per_day=1,
        started_on=TODAY - timedelta(days=99),
    )  # fmt: skip
    services.chart_item_edit(
        **by, topic="medication", row_id=row.id, changes={"status": "on-hold"}
    )
    assert selectors.monitoring_schedule(alice.actor, patient.id).items == ()
    assert selectors.medication_check(alice.actor, patient.id).interactions.checked == ()


def test_another_name_has_its_code_looked_up_anew(alice: User, patient: Patient) -> None:
    by = {"by": alice.actor, "patient_id": patient.id}
    row = services.medication_add(
        **by, name="Sertraline", dose=1, unit="mg", times_per_day=1, started_on=TODAY
    )
    changed = services.chart_item_edit(
        **by, topic="medication", row_id=row.id, changes={"name": "Fluoxetine"}
    )
    assert changed.rxnorm == "4493"  # type: ignore[attr-defined]
