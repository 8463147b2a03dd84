"""Every read of this app, by what it reads."""

from patients.selectors.chart import allergies, conditions, doses, lab_results, medications
from patients.selectors.consent import NoConsent, consents, demand_consent
from patients.selectors.encounters import appointments_between, encounters
from patients.selectors.people import (
    deleted_patient_get,
    patient_get,
    patient_ids,
    patients_page,
    unsimulated_count,
    visible_patient_ids,
    zone_moves,
)
from patients.selectors.questionnaires import questionnaire_responses
from patients.selectors.team import care_team
from patients.selectors.timeline import (
    TimelineSummary,
    timeline_event_get,
    timeline_page,
    timeline_search,
    timeline_summary,
)

__all__ = [
    "NoConsent",
    "TimelineSummary",
    "allergies",
    "appointments_between",
    "care_team",
    "conditions",
    "consents",
    "deleted_patient_get",
    "demand_consent",
    "doses",
    "encounters",
    "lab_results",
    "medications",
    "patient_get",
    "patient_ids",
    "patients_page",
    "questionnaire_responses",
    "timeline_event_get",
    "timeline_page",
    "timeline_search",
    "timeline_summary",
    "unsimulated_count",
    "visible_patient_ids",
    "zone_moves",
]
