"""Reading the safety plan."""

from uuid import UUID

from django.db.models import QuerySet

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.privacy import keyring
from patients.models import SafetyPlan
from patients.selectors.people import patient_get


def safety_plan(actor: Actor, patient_id: UUID) -> SafetyPlan | None:
    """The plan that holds, with the read on record; None where there is none yet."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        keyring.preload([patient_id])
        plan = _versions(patient_id).first()
        audit.record_read(
            by=actor, act="safety_plan.read", subject="safety_plan", patient_id=patient_id,
            version=plan.version if plan else 0,
        )  # fmt: skip
    return plan


def safety_plan_versions(actor: Actor, patient_id: UUID) -> list[SafetyPlan]:
    """Every version, the newest first."""
    patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        keyring.preload([patient_id])
        return list(_versions(patient_id))


def has_safety_plan(actor: Actor, patient_id: UUID) -> bool:
    """Whether there is one; says nothing of what it holds."""
    with acting_as(actor, patient_id):
        return SafetyPlan.objects.filter(patient__record_of=patient_id).exists()


def _versions(patient_id: UUID) -> QuerySet[SafetyPlan]:
    return SafetyPlan.objects.filter(patient__record_of=patient_id).order_by("-created_at")
