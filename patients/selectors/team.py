"""Who treats a patient, who acts for them, and who looked behind broken glass."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.privacy import keyring
from patients.models import BreakGlass, CareTeamMember, Proxy
from patients.models.team import running
from patients.permissions import demand_reviewer
from patients.selectors.rows import rows_of


@dataclass(frozen=True)
class Standing:
    """What the banner says of emergency access: one's own, and others' within a day."""

    mine_until: datetime | None
    others: int


def care_team(actor: Actor, patient_id: UUID) -> list[CareTeamMember]:
    """Every membership, past, present and to come, by its start."""
    with acting_as(actor, patient_id):
        rows = CareTeamMember.objects.filter(patient_id=patient_id).select_related("user")
        return list(rows.order_by("starts_at"))


def proxies(actor: Actor, patient_id: UUID) -> list[Proxy]:
    """Who acts or acted for the patient, the newest first."""
    with acting_as(actor, patient_id):
        rows = Proxy.objects.filter(patient_id=patient_id).select_related("user")
        return list(rows.order_by("-id"))


def glass_of_patient(actor: Actor, patient_id: UUID) -> list[BreakGlass]:
    """Every emergency access to the patient, the newest first."""
    return rows_of(actor, patient_id, BreakGlass, "-id")


def glass_standing(actor: Actor, patient_id: UUID) -> Standing:
    with acting_as(actor, patient_id):
        rows = BreakGlass.objects.filter(patient_id=patient_id, ends_at__gt=clock.now())
        running = list(rows.values_list("user_id", "ends_at"))
    mine = [until for user_id, until in running if user_id == actor.id]
    return Standing(max(mine, default=None), len(running) - len(mine))


def glass_to_review(actor: Actor) -> list[BreakGlass]:
    """Emergency accesses that nobody judged yet, the oldest first; for admins and auditors."""
    demand_reviewer(actor)
    with acting_as(actor):
        rows = list(
            BreakGlass.objects.filter(outcome="").select_related("user").order_by("id")[:200]
        )
        keyring.preload(row.patient_id for row in rows)
    return rows


def treats(actor: Actor, patient_id: UUID) -> bool:
    """Whether the actor treats the patient now, and doesn't just cover or coordinate."""
    part = CareTeamMember.Part.TREATS
    with acting_as(actor, patient_id):
        rows = CareTeamMember.objects.filter(running(clock.now()), patient_id=patient_id)
        return bool(rows.filter(user_id=actor.id, part=part).exists())


def acts_for(actor: Actor, patient_id: UUID, part: Proxy.Part) -> bool:
    """Whether a proxy acts for the patient now, in this part of it."""
    with acting_as(actor, patient_id):
        rows = Proxy.objects.filter(running(clock.now()), patient_id=patient_id)
        return bool(rows.filter(user_id=actor.id, parts__contains=[part]).exists())
