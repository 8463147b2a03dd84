"""Which rows have a visibility of their own, and what tells of them."""

from dataclasses import dataclass

from django.db import models

from patients.models.chart import Allergy, Condition, LabResult, Medication
from patients.models.encounters import Encounter
from patients.models.genetics import GeneticResult
from patients.models.questionnaires import QuestionnaireResponse
from patients.models.timeline import TimelineEvent


@dataclass(frozen=True)
class ItemKind:
    """A kind of row with a visibility: who wrote it, what tells of it, who else copies it."""

    model: type[models.Model]
    author: str = "recorded_by"
    # The `source_kind` of its entries on the timeline.
    told: tuple[str, ...] = ()
    # Whether the patient's graph speaks of it.
    linked: bool = False


# Upper apps add their kinds in their AppConfig. What tells that self-harm was reported isn't
# among what follows its answers: nobody can hide it from the team.
ITEMS: dict[str, ItemKind] = {
    "condition": ItemKind(Condition, told=("condition",), linked=True),
    "allergy": ItemKind(Allergy, told=("allergy",)),
    "medication": ItemKind(Medication, told=("medication", "medication_end"), linked=True),
    "lab": ItemKind(LabResult, told=("lab",)),
    "genetic": ItemKind(GeneticResult),
    "questionnaire": ItemKind(QuestionnaireResponse, told=("questionnaire",)),
    "encounter": ItemKind(Encounter, told=("encounter",)),
    "timeline": ItemKind(TimelineEvent, author="created_by"),
}
