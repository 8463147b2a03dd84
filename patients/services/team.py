"""Who may see a patient: care team, from when until when."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from clinicity.accounts.acting import acting_as
from clinicity.accounts.selectors import has_role
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients.models import CareTeamMember
from patients.models.team import running, unended
from patients.permissions import MEMBERS, demand_writer
from patients.services.rows import patient_locked

Part = CareTeamMember.Part
LAST_ONE = "Nobody else treats this patient: hand over first."


def care_team_member_add(
    *, by: Actor, patient_id: UUID, user_id: UUID, part: str = Part.TREATS,
    starts_at: datetime | None = None, ends_at: datetime | None = None,
) -> CareTeamMember:  # fmt: skip
    """Let a colleague see the patient, from now or a later moment on, until another or on."""
    demand_writer(by)
    member = member_of(patient_id, user_id, part, starts_at=starts_at, ends_at=ends_at)
    _demand_sensible(member)
    with acting_as(by, patient_id):
        patient_locked(patient_id)
        if _same(member).exists():
            raise Conflict("This colleague has this part in the care already.")
        _keep(by, "care_team.add", [member])
    return member


def care_team_member_end(
    *, by: Actor, patient_id: UUID, user_id: UUID, part: str | None = None
) -> None:
    """End a colleague's part, or all of them: the patient is a 404 for them from here on."""
    demand_writer(by)
    with acting_as(by, patient_id):
        patient_locked(patient_id)
        rows = _unended(patient_id).filter(user_id=user_id)
        ended = list(rows.filter(part=part) if part else rows)
        if not ended:
            raise NotFound("This user isn't on the care team.")
        _end(by, ended)
        if not _unended(patient_id).filter(part=Part.TREATS).exists():
            raise Conflict(LAST_ONE)


def care_hand_over(
    *, by: Actor, patient_ids: Iterable[UUID], from_id: UUID, to_id: UUID
) -> int:
    """Give one colleague's part in the care of these patients to another; all or none.

    Returns of how many. Who gives sees them no more.
    """
    demand_writer(by)
    wanted = sorted(set(patient_ids))
    if from_id == to_id:
        raise Invalid(
            "Hand over to somebody else.", errors={"to": ["This is the same person."]}
        )
    with acting_as(by):
        for patient_id in wanted:
            _hand_over(by, patient_id, from_id, to_id)
    return len(wanted)


def care_cover(*, by: Actor, colleague_id: UUID, starts_at: datetime, ends_at: datetime) -> int:
    """Let a colleague cover for `by`, for everyone whom `by` treats, between two moments.

    Returns with how many that is new: asking twice changes nothing.
    """
    demand_writer(by)
    if colleague_id == by.id:
        raise Invalid("Somebody else covers.", errors={"colleague": ["Name a colleague."]})
    with acting_as(by):
        mine = CareTeamMember.objects.filter(
            running(clock.now()),
            user_id=by.id,
            part=Part.TREATS,
            patient__deleted_at__isnull=True,
        )
        covers = [
            member_of(
                patient_id, colleague_id, Part.COVERS, starts_at=starts_at, ends_at=ends_at
            )
            for patient_id in sorted(set(mine.values_list("patient_id", flat=True)))
        ]
        for cover in covers[:1]:
            _demand_sensible(cover)
        new = [cover for cover in covers if not _holds(cover)]
        _keep(by, "care_team.cover", new)
    return len(new)


def member_of(
    patient_id: UUID, user_id: UUID, part: str, *, starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> CareTeamMember:  # fmt: skip
    return CareTeamMember(
        patient_id=patient_id, user_id=user_id, part=part,
        starts_at=starts_at or clock.now(), ends_at=ends_at,
    )  # fmt: skip


def _hand_over(by: Actor, patient_id: UUID, from_id: UUID, to_id: UUID) -> None:
    patient_locked(patient_id)
    given = list(_unended(patient_id).filter(user_id=from_id))
    if not given:
        raise NotFound("This user isn't on the care team.")
    now = clock.now()
    taken = [
        member_of(
            patient_id, to_id, row.part, starts_at=max(row.starts_at, now), ends_at=row.ends_at
        )
        for row in given
    ]
    _demand_sensible(taken[0])
    # First, so that one who hands over their own part still may.
    _keep(by, "care_team.take_over", [row for row in taken if not _holds(row)])
    _end(by, given)


def _keep(by: Actor, act: str, members: Sequence[CareTeamMember]) -> None:
    for member in members:
        member.save(force_insert=True)
        _record(by, act, member)


def _end(by: Actor, members: Sequence[CareTeamMember]) -> None:
    """Now, or never begun where it was to begin later."""
    for member in members:
        _record(by, "care_team.end", member)
    now, ids = clock.now(), [member.id for member in members]
    CareTeamMember.objects.filter(id__in=ids).update(ends_at=now)
    CareTeamMember.objects.filter(id__in=ids, starts_at__gt=now).update(starts_at=now)


def _unended(patient_id: UUID) -> QuerySet[CareTeamMember]:
    return CareTeamMember.objects.filter(unended(clock.now()), patient_id=patient_id)


def _same(member: CareTeamMember) -> QuerySet[CareTeamMember]:
    """Whether this colleague has this part at some moment of the same time already."""
    rows = CareTeamMember.objects.filter(
        unended(member.starts_at),
        patient_id=member.patient_id, user_id=member.user_id, part=member.part,
    )  # fmt: skip
    return rows.filter(starts_at__lt=member.ends_at) if member.ends_at else rows


def _holds(member: CareTeamMember) -> bool:
    """Whether this colleague has this part for the whole of the time already."""
    rows = _same(member).filter(starts_at__lte=member.starts_at)
    long_enough = Q(ends_at__isnull=True)
    if member.ends_at:
        long_enough |= Q(ends_at__gte=member.ends_at)
    return bool(rows.filter(long_enough).exists())


def _demand_sensible(member: CareTeamMember) -> None:
    errors: dict[str, list[str]] = {}
    if member.part not in Part.values:
        errors["part"] = [f"Choose one of {', '.join(Part.values)}."]
    if member.ends_at and member.ends_at <= max(member.starts_at, clock.now()):
        errors["ends_at"] = ["Give a moment after the start, and after now."]
    if not has_role(member.user_id, MEMBERS):
        errors["user_id"] = ["Only clinicians and coordinators are on a care team."]
    if errors:
        raise Invalid("Some fields need another value.", errors=errors)


def _record(by: Actor, act: str, member: CareTeamMember) -> None:
    audit.record(
        by=by, act=act, subject="user", subject_id=member.user_id,
        patient_id=member.patient_id, part=member.part,
    )  # fmt: skip
