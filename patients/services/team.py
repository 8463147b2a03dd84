"""Who may see a patient: care team, from when until when."""

from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import NotFound
from patients.models import CareTeamMember
from patients.permissions import demand_writer
from patients.services.rows import patient_locked


def care_team_member_add(
    *,
    by: Actor,
    patient_id: UUID,
    user_id: UUID,
    part: str = CareTeamMember.Part.TREATS,
) -> CareTeamMember:
    """Let a user see the patient from now on."""
    demand_writer(by)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        patient_locked(patient_id)
        member = member_of(patient_id, user_id, part)
        member.save(force_insert=True)
        audit.record(
            by=by, act="care_team.add", subject="user", subject_id=user_id,
            patient_id=patient_id, part=part,
        )  # fmt: skip
    return member


def care_team_member_end(*, by: Actor, patient_id: UUID, user_id: UUID) -> None:
    """End a user's membership now: the patient is a 404 for them from here on."""
    demand_writer(by)
    with acting_as(by):
        ended = CareTeamMember.objects.filter(
            patient_id=patient_id, user_id=user_id, ends_at__isnull=True
        ).update(ends_at=clock.now())
        if not ended:
            raise NotFound("This user isn't on the care team.")
        audit.record(
            by=by,
            act="care_team.end",
            subject="user",
            subject_id=user_id,
            patient_id=patient_id,
        )


def member_of(patient_id: UUID, user_id: UUID, part: str) -> CareTeamMember:
    return CareTeamMember(
        patient_id=patient_id, user_id=user_id, part=part, starts_at=clock.now()
    )
