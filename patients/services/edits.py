"""Editing any row of the chart: its fields are checked as when it was added."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from patients.models import (
    Allergy,
    ChartItem,
    Condition,
    Encounter,
    GeneticResult,
    LabResult,
    Medication,
)
from patients.permissions import demand_writer
from patients.services.chart import allergy_fields, condition_fields, lab_fields
from patients.services.encounters import visit_fields
from patients.services.genetics import genetic_fields
from patients.services.items import (
    item_change,
    item_locked,
    item_mark_error,
    item_restore,
    whole,
)
from patients.services.medications import medication_fields


@dataclass(frozen=True)
class Topic:
    """A kind of row: its model, what checks its fields, and which of them follow another.

    A field that follows is found anew when the other changes and it isn't given itself.
    """

    model: type[ChartItem]
    fields: Callable[..., dict[str, Any]]
    follows: Mapping[str, str] = field(default_factory=dict)

    def merged(self, row: ChartItem, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The row's fields with the changes over them."""
        anew = {
            name: ""
            for name, leads in self.follows.items()
            if leads in changes and changes[leads] != getattr(row, leads)
        }
        return whole(row, anew | dict(changes))


TOPICS: Mapping[str, Topic] = {
    "condition": Topic(Condition, condition_fields, {"display": "code"}),
    "allergy": Topic(Allergy, allergy_fields),
    "medication": Topic(Medication, medication_fields, {"rxnorm": "name"}),
    "lab": Topic(LabResult, lab_fields, {"name": "loinc"}),
    "genetic": Topic(GeneticResult, genetic_fields),
    "encounter": Topic(Encounter, visit_fields),
}


def chart_item_edit(
    *,
    by: Actor,
    patient_id: UUID,
    topic: str,
    row_id: UUID,
    changes: Mapping[str, Any],
    version: int | None = None,
    reason: str = "",
) -> ChartItem:
    """Change a row. With `version`, only if nobody else changed it since."""
    demand_writer(by)
    kind = topic_of(topic)
    with acting_as(by, patient_id):
        row = item_locked(patient_id, kind.model, row_id)
        fields = kind.fields(**kind.merged(row, changes))
        return item_change(
            by=by, patient_id=patient_id, model=kind.model, row_id=row_id, changes=fields,
            version=version, reason=reason,
        )  # fmt: skip


def chart_item_mark_error(
    *, by: Actor, patient_id: UUID, topic: str, row_id: UUID, reason: str = "",
    version: int | None = None,
) -> ChartItem:  # fmt: skip
    """Mark a row as entered in error; it is kept, and can be put back."""
    return item_mark_error(
        by=by, patient_id=patient_id, model=topic_of(topic).model, row_id=row_id,
        reason=reason, version=version,
    )  # fmt: skip


def chart_item_restore(*, by: Actor, patient_id: UUID, topic: str, row_id: UUID) -> ChartItem:
    return item_restore(
        by=by, patient_id=patient_id, model=topic_of(topic).model, row_id=row_id
    )


def topic_of(topic: str) -> Topic:
    if topic not in TOPICS:
        raise NotFound("There is no such part of the chart.")
    return TOPICS[topic]
