"""Who of those who may see the patient also sees an item."""

from typing import Any
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import events
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from patients.models import ITEMS, Visibility
from patients.permissions import demand_writer
from patients.selectors.team import treats
from patients.services.seeing import still_seen
from patients.services.timeline import timeline_source_show


def item_visibility_set(
    *, by: Actor, patient_id: UUID, kind: str, item_id: UUID, visibility: str
) -> str:
    """Show an item to more or fewer. Its author may, and who treats; only its author hides it
    from all others. What tells of it follows. Returns what it was before."""
    demand_writer(by)
    _demand_known(kind, visibility)
    with acting_as(by, patient_id):
        item = _locked(kind, patient_id, item_id)
        _demand_may(by, patient_id, getattr(item, ITEMS[kind].author), visibility)
        before: str = item.visibility
        if before != visibility:
            _show(by, kind, item, visibility)
    return before


def _show(by: Actor, kind: str, item: Any, visibility: str) -> None:
    before, patient_id = item.visibility, item.patient_id
    with still_seen():
        type(item)._default_manager.filter(id=item.id).update(visibility=visibility)
    audit.record(
        by=by, act="item.show", subject=kind, subject_id=item.id, patient_id=patient_id,
        before=before, after=visibility,
    )  # fmt: skip
    timeline_source_show(
        by=by, patient_id=patient_id, source_kinds=ITEMS[kind].told, source_id=item.id,
        visibility=visibility,
    )  # fmt: skip
    if ITEMS[kind].linked:
        events.publish("patients.chart_changed", patient_id=patient_id)


def _demand_known(kind: str, visibility: str) -> None:
    if visibility not in Visibility.values:
        why = f"Choose one of {', '.join(Visibility.values)}."
        raise Invalid(why, errors={"visibility": [why]})
    if kind not in ITEMS:
        raise NotFound("There is no such kind of item.")


def _locked(kind: str, patient_id: UUID, item_id: UUID) -> Any:
    rows = ITEMS[kind].model._default_manager.filter(id=item_id, patient__record_of=patient_id)
    item = rows.select_for_update(of=("self",)).first()
    if item is None:
        raise NotFound("There is no such item.")
    if getattr(item, "source_id", None):
        raise Conflict("This entry tells of another row. Show that row to more or fewer.")
    return item


def _demand_may(by: Actor, patient_id: UUID, author: UUID, visibility: str) -> None:
    if author == by.id:
        return
    if visibility == Visibility.AUTHOR:
        raise Refused("Only its author can hide an item from everybody else.")
    if not treats(by, patient_id):
        raise Refused("Its author and those who treat decide who sees an item.")
