"""Who treats a patient."""

from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from patients.models import (
    CareTeamMember,
)


def care_team(actor: Actor, patient_id: UUID) -> list[CareTeamMember]:
    with acting_as(actor, patient_id):
        rows = CareTeamMember.objects.filter(patient_id=patient_id).select_related("user")
        return list(rows.order_by("starts_at"))
