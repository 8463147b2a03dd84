"""What the chart's pages say, put together from the selectors."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinicity.accounts.selectors import names_of
from clinicity.common.actors import Actor
from patients import selectors
from patients.clinical import drugs, icd10, loinc
from patients.models import (
    Allergy,
    ChartItem,
    Condition,
    Encounter,
    GeneticResult,
    LabResult,
    Medication,
    Patient,
)
from patients.services.edits import TOPICS

ADHERENCE = timedelta(days=29)
SHOWN = 200


def panel(actor: Actor, patient: Patient, *, now: datetime) -> dict[str, Any]:
    """The short chart of the overview: rows, with the one line that the checks come to."""
    rows = selectors.medications(actor, patient.id)
    allergies = selectors.allergies(actor, patient.id)
    results = selectors.lab_results(actor, patient.id)
    today = now.astimezone(ZoneInfo(patient.time_zone)).date()
    schedule = selectors.schedule_of(patient, rows, results, today=today)
    return {
        "patient": patient,
        "conditions": selectors.conditions(actor, patient.id),
        "allergies": allergies,
        "medications": rows,
        "lab_results": results,
        "questionnaires": selectors.questionnaire_responses(actor, patient.id),
        "encounters": selectors.encounters(actor, patient.id),
        "check": selectors.check_of(patient, rows, allergies, now=now),
        "due": [due for due in schedule.items if due.is_due(today)],
        "today": today,
    }


def page(actor: Actor, patient: Patient, *, now: datetime) -> dict[str, Any]:
    """The whole chart."""
    today = now.astimezone(ZoneInfo(patient.time_zone)).date()
    base = panel(actor, patient, now=now)
    rows, results = base["medications"], base["lab_results"]
    active = [row for row in rows if row.is_taken(today)]
    genetics = selectors.genetic_results(actor, patient.id)
    noted = selectors.adherence_by_medication(
        actor, patient, active, first=today - ADHERENCE, last=today
    )
    return base | {
        "active": [
            {"row": row, "unchecked": selectors.is_unchecked(row), "doses": noted[row.id]}
            for row in reversed(active)
        ],
        "past": [row for row in reversed(rows) if row not in active],
        "schedule": selectors.schedule_of(patient, rows, results, today=today),
        "results": results[:SHOWN],
        "trends": [one for one in selectors.trends_of(results) if len(one.points) > 1],
        "genetics": genetics,
        "guidance": selectors.guidance_of(patient, rows, genetics, now=now),
        "plan": selectors.has_safety_plan(actor, patient.id),
        "errors": _errors(actor, patient),
    }


def _errors(actor: Actor, patient: Patient) -> list[dict[str, Any]]:
    return [
        {"topic": name, "row": row, "words": words_of(row)}
        for name, topic in TOPICS.items()
        for row in selectors.errors_of(actor, patient.id, topic.model)
    ]


def words_of(row: ChartItem) -> str:
    """A row in a few words, by its kind."""
    words: dict[type[ChartItem], Any] = {
        Condition: lambda one: f"{one.display} ({one.code})",
        Allergy: lambda one: one.substance,
        Medication: lambda one: f"{one.name} {one.dose.normalize():f} {one.unit}",
        LabResult: lambda one: f"{one.name} {one.value.normalize():f} {one.unit}",
        GeneticResult: lambda one: f"{one.gene} {one.diplotype} {one.phenotype}",
        Encounter: lambda one: f"{one.kind}, {one.starts_at:%Y-%m-%d}",
    }
    return str(words[type(row)](row))


def history(actor: Actor, patient: Patient, row: ChartItem) -> dict[str, Any]:
    versions = selectors.item_history(actor, patient.id, row.TOPIC, row.id)
    people = [one.ended_by for one in versions if one.ended_by]
    names = names_of([row.recorded_by, *people])
    return {
        "patient": patient, "row": row, "words": words_of(row),
        "author": names.get(row.recorded_by, ""),
        "versions": [
            {
                "line": one,
                "by": names.get(one.ended_by, "") if one.ended_by else "",
                "state": [
                    (name.replace("_", " "), value)
                    for name, value in one.state.items()
                    if value not in (None, "", [])
                ],
            }
            for one in versions
        ],
    }  # fmt: skip


def lists_of(topic: str) -> dict[str, Any]:
    """What a form's fields offer while one types, without a script."""
    if topic == "condition":
        return {"icd10": icd10.codes()}
    if topic == "lab":
        return {
            "loinc": [(a.name, code) for a in loinc.analytes().values() for code in a.codes]
        }
    if topic in ("medication", "allergy"):
        return {"drugs": drugs.drugs()}
    return {}
