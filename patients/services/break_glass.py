"""Break-glass: a record that isn't one's own, for a typed reason, for a while, reviewed."""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from clinicity.accounts import throttles
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from patients.blind import index_of
from patients.models import BreakGlass, Patient
from patients.permissions import demand_member, demand_reviewer

SEARCHES = throttles.Limit("break-glass.search", 20, 3600)
SHORTEST_REASON = 15
NOBODY = (
    "No record, or more than one, answers to both. Check the spelling, or ask registration."
)


def break_glass_find(*, by: Actor, name_or_number: str, date_of_birth: date) -> UUID:
    """The id of the one record with this whole name or record number, and birth date.

    Tells nothing else of it. Counted and on record, whether it finds one or not.
    """
    demand_member(by)
    throttles.demand(SEARCHES, str(by.id))
    terms = [index_of(name_or_number), index_of(str(date_of_birth))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT clinicity_patients_matching(%s)", [terms])
        found = [row[0] for row in cursor.fetchall()]
    audit.record(by=by, act="break_glass.search", subject="patient", count=len(found))
    if len(found) != 1:
        raise NotFound(NOBODY)
    return UUID(str(found[0]))


def break_glass_open(*, by: Actor, patient_id: UUID, reason: str) -> BreakGlass:
    """See a patient who isn't one's own from now on, for `BREAK_GLASS_MINUTES`.

    The team is told at once, and somebody reviews it. Who asks has just proved who they are:
    the edge sees to that.
    """
    demand_member(by)
    _demand_reason(reason)
    with acting_as(by):
        if Patient.objects.filter(id=patient_id, deleted_at__isnull=True).exists():
            raise Conflict("You see this patient already.")
        glass = BreakGlass(
            patient_id=patient_id, user_id=by.id, reason=reason.strip(), starts_at=clock.now(),
            ends_at=clock.now() + timedelta(minutes=settings.BREAK_GLASS_MINUTES),
        )  # fmt: skip
        glass.save(force_insert=True)
        if not Patient.objects.filter(id=patient_id, deleted_at__isnull=True).exists():
            raise NotFound("There is no such patient.")
        _record(by, "break_glass.open", glass)
        events.publish(
            "patients.glass_broken", patient_id=patient_id, break_glass_id=str(glass.id)
        )
    return glass


def break_glass_end(*, by: Actor, break_glass_id: UUID) -> BreakGlass:
    """Close one's own glass before its time."""
    with acting_as(by):
        glass = _locked(break_glass_id)
        if glass.user_id != by.id:
            raise NotFound("There is no such access.")
        if glass.ends_at > clock.now():
            glass.ends_at = clock.now()
            glass.save(update_fields=["ends_at"])
            _record(by, "break_glass.end", glass)
    return glass


def break_glass_review(
    *, by: Actor, break_glass_id: UUID, outcome: str, note: str
) -> BreakGlass:
    """Judge an access, with a note. Never one's own, and once."""
    demand_reviewer(by)
    if outcome not in BreakGlass.Outcome.values:
        raise Invalid("Say whether it was justified.", errors={"outcome": ["Choose one."]})
    if not note.strip():
        raise Invalid("Say why.", errors={"note": ["This is needed."]})
    with acting_as(by):
        glass = _locked(break_glass_id)
        if glass.outcome:
            raise Conflict("This access was reviewed already.")
        glass.outcome, glass.review = outcome, note.strip()
        glass.reviewed_by, glass.reviewed_at = by.id, clock.now()
        glass.save(update_fields=["outcome", "review", "reviewed_by", "reviewed_at"])
        _record(by, "break_glass.review", glass, verdict=outcome)
    return glass


def _demand_reason(reason: str) -> None:
    if len(" ".join(reason.split())) < SHORTEST_REASON:
        why = f"Say in at least {SHORTEST_REASON} characters why you need this record now."
        raise Invalid(why, errors={"reason": [why]})


def _locked(break_glass_id: UUID) -> BreakGlass:
    glass = BreakGlass.objects.select_for_update().filter(id=break_glass_id).first()
    if glass is None:
        raise NotFound("There is no such access.")
    return glass


def _record(by: Actor, act: str, glass: BreakGlass, **details: str) -> None:
    audit.record(
        by=by, act=act, subject="break_glass", subject_id=glass.id,
        patient_id=glass.patient_id, purpose="BTG", **details,
    )  # fmt: skip
