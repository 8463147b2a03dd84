"""Who of those who may see the patient also sees an item."""

from uuid import UUID

from django.db import models

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid, NotFound, Refused
from patients.models import (
    Allergy,
    CareTeamMember,
    Condition,
    Encounter,
    GeneticResult,
    LabResult,
    Medication,
    QuestionnaireResponse,
    TimelineEvent,
    Visibility,
)
from patients.permissions import demand_writer

# Kind → model and the field of its author. Upper apps add theirs when they are loaded.
ITEMS: dict[str, tuple[type[models.Model], str]] = {
    "condition": (Condition, "recorded_by"),
    "allergy": (Allergy, "recorded_by"),
    "medication": (Medication, "recorded_by"),
    "lab": (LabResult, "recorded_by"),
    "genetic": (GeneticResult, "recorded_by"),
    "questionnaire": (QuestionnaireResponse, "recorded_by"),
    "encounter": (Encounter, "recorded_by"),
    "timeline": (TimelineEvent, "created_by"),
}


def item_visibility_set(
    *, by: Actor, patient_id: UUID, kind: str, item_id: UUID, visibility: str
) -> str:
    """Show an item to more or fewer. Its author may, and who treats; only its author hides it
    from all others. Returns what it was before."""
    demand_writer(by)
    if visibility not in Visibility.values:
        why = f"Choose one of {', '.join(Visibility.values)}."
        raise Invalid(why, errors={"visibility": [why]})
    if kind not in ITEMS:
        raise NotFound("There is no such kind of item.")
    model, author_field = ITEMS[kind]
    with acting_as(by, patient_id):
        rows = model._default_manager.filter(id=item_id, patient_id=patient_id)
        item = rows.select_for_update(of=("self",)).first()
        if item is None:
            raise NotFound("There is no such item.")
        author: UUID = getattr(item, author_field)
        _demand_may(by, patient_id, author, visibility)
        before: str = item.visibility  # type: ignore[attr-defined]
        rows.update(visibility=visibility)
        audit.record(
            by=by, act="item.show", subject=kind, subject_id=item_id, patient_id=patient_id,
            before=before, after=visibility,
        )  # fmt: skip
    return before


def _demand_may(by: Actor, patient_id: UUID, author: UUID, visibility: str) -> None:
    if author == by.id:
        return
    if visibility == Visibility.AUTHOR:
        raise Refused("Only its author can hide an item from everybody else.")
    treats = CareTeamMember.objects.filter(
        patient_id=patient_id, user_id=by.id, part=CareTeamMember.Part.TREATS
    )
    if not treats.exists():
        raise Refused("Its author and those who treat decide who sees an item.")
