"""Every read of this app, by what it reads."""

from patients.selectors.access_log import Access, access_log
from patients.selectors.chart import allergies, conditions, doses, lab_results, medications
from patients.selectors.consent import NoConsent, consents, demand_consent
from patients.selectors.contacts import contacts, corrections, identifiers
from patients.selectors.encounters import appointments_between, encounters
from patients.selectors.merges import aliases, possible_duplicates
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
from patients.selectors.team import (
    care_team,
    glass_get,
    glass_of_patient,
    glass_standing,
    glass_to_review,
    proxies,
    treats,
)
from patients.selectors.timeline import (
    TimelineSummary,
    timeline_event_get,
    timeline_page,
    timeline_search,
    timeline_summary,
)

__all__ = [
    "Access",
    "NoConsent",
    "TimelineSummary",
    "access_log",
    "aliases",
    "allergies",
    "appointments_between",
    "care_team",
    "conditions",
    "consents",
    "contacts",
    "corrections",
    "deleted_patient_get",
    "demand_consent",
    "doses",
    "encounters",
    "glass_get",
    "glass_of_patient",
    "glass_standing",
    "glass_to_review",
    "identifiers",
    "lab_results",
    "medications",
    "patient_get",
    "patient_ids",
    "patients_page",
    "possible_duplicates",
    "proxies",
    "questionnaire_responses",
    "timeline_event_get",
    "timeline_page",
    "timeline_search",
    "timeline_summary",
    "treats",
    "unsimulated_count",
    "visible_patient_ids",
    "zone_moves",
]
