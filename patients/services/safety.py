"""The safety plan: each save is a new version, and the newest holds."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, Refused
from patients.models import SafetyPlan
from patients.models.safety import STEPS
from patients.services.items import MEANWHILE, demand_valid
from patients.services.rows import patient_locked

AUTHORS = frozenset({Role.CLINICIAN, Role.SERVICE})
MOST_ITEMS, LONGEST, LONGEST_PHONE = 20, 500, 60


def safety_plan_save(
    *, by: Actor, patient_id: UUID, steps: Mapping[str, Sequence[Any]], note: str = "",
    version: int | None = None,
) -> SafetyPlan:  # fmt: skip
    """Keep a new version. `version` is the one it was written over: 0 for the first plan.

    The same plan again is the version that is there.
    """
    demand_author(by)
    clean = _clean(steps)
    with acting_as(by, patient_id):
        patient_locked(patient_id)
        newest = SafetyPlan.objects.filter(patient_id=patient_id).order_by("-version").first()
        present = newest.version if newest else 0
        if version not in (None, present):
            raise Conflict(MEANWHILE, version=present)
        if newest and (newest.steps, newest.note or "") == (clean, note.strip()):
            return newest
        plan = SafetyPlan(
            patient_id=patient_id, version=present + 1, steps=clean, note=note.strip(),
            made_by=by.id,
        )  # fmt: skip
        plan.save(force_insert=True)
        audit.record(
            by=by, act="safety_plan.save", subject="safety_plan", subject_id=plan.id,
            patient_id=patient_id, version=plan.version,
        )  # fmt: skip
    return plan


def demand_author(actor: Actor) -> None:
    if actor.role not in AUTHORS:
        raise Refused("A clinician writes the safety plan, with the patient.")


def _clean(steps: Mapping[str, Sequence[Any]]) -> dict[str, list[dict[str, str]]]:
    """Each step as a list of {text, phone}, without empty lines."""
    errors: dict[str, str | list[str] | None] = {}
    if unknown := sorted(set(steps) - set(STEPS)):
        errors["steps"] = f"There are no such steps: {', '.join(unknown)}."
    clean = {name: _items(steps.get(name, ())) for name in STEPS}
    for name, items in clean.items():
        if len(items) > MOST_ITEMS:
            errors[name] = f"At most {MOST_ITEMS} lines."
        elif any(len(i["text"]) > LONGEST or len(i["phone"]) > LONGEST_PHONE for i in items):
            errors[name] = f"At most {LONGEST} characters a line, {LONGEST_PHONE} a number."
    if not errors and not any(clean.values()):
        errors["steps"] = "Fill in at least one step."
    demand_valid(errors)
    return clean


def _items(items: Sequence[Any]) -> list[dict[str, str]]:
    lines = [item if isinstance(item, Mapping) else {"text": item} for item in items]
    found = [
        {"text": str(one.get("text", "")).strip(), "phone": str(one.get("phone", "")).strip()}
        for one in lines
    ]
    return [one for one in found if one["text"] or one["phone"]]
