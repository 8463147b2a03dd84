"""What this app removes. Alerts that rang are part of the care record; that a patient was
checked is not said any more once nobody may."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection

from alerts.models import AlertRule, AlertRuleVersion, RuleCheck
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from patients.services import (
    Plan,
    Store,
    queryset_store,
    removal_carry_out,
    rows_count,
    rows_forget,
    tables,
)

PART = "alerts"
VERSIONS = AlertRuleVersion._meta.db_table
RULES = AlertRule._meta.db_table


def alerts_forget(*, by: Actor, patient_id: UUID, removal_id: UUID) -> None:
    removal_carry_out(by=by, patient_id=patient_id, removal_id=removal_id, part=PART, plan=PLAN)


def _rows_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    with acting_as(by, subject):
        versions = AlertRuleVersion.objects.filter(rule__patient_id=subject).count()
    return {**rows_count(by=by, subject=subject, places=tables(PART)), VERSIONS: versions}


def _rows_forget(by: Actor, subject: UUID) -> None:
    """The versions of the patient's own rules don't name the patient, and go first."""
    with acting_as(by, subject):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT clinicity_forget_parts(%s, %s, %s, 'rule_id')",
                [subject, VERSIONS, RULES],
            )
        rows_forget(by=by, subject=subject, places=tables(PART))


PLAN: Plan = {
    "monitoring": (queryset_store("checks", RuleCheck),),
    "erasure": (Store("rows", _rows_count, _rows_forget),),
}
