"""Every read of this app, by what it reads."""

from patients.selectors.access_log import Access, access_log
from patients.selectors.chart import allergies, conditions, doses, lab_results, medications
from patients.selectors.consent import NoConsent, consents, demand_consent
from patients.selectors.contacts import contacts, corrections, identifiers
from patients.selectors.encounters import appointments_between, encounters
from patients.selectors.merges import aliases, possible_duplicates
from patients.selectors.own import own_record_get, own_records
from patients.selectors.people import (
    deleted_patient_get,
    patient_get,
    patient_ids,
    patients_page,
    unsimulated_count,
    visible_patient_ids,
    zone_moves,
)
from patients.selectors.questionnaire_wording import (
    asked_in_words,
    wording_history,
    wording_languages,
    wording_of,
    wording_version,
)
from patients.selectors.questionnaires import (
    Due,
    DueList,
    Trajectory,
    draft_answers,
    questionnaire_get,
    questionnaire_request_get,
    questionnaire_requests,
    questionnaire_responses,
    questionnaire_schedules,
    questionnaire_trajectories,
    questionnaire_versions,
    questionnaires_all,
    questionnaires_due,
    questionnaires_standing,
    self_harm_reports,
)
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
    timeline_event_get,
    timeline_export,
    timeline_list,
    timeline_page,
    timeline_view,
)
from patients.selectors.timeline_history import TimelineHistory, timeline_history
from patients.selectors.timeline_rows import Order, Wanted
from patients.selectors.timeline_search import timeline_search
from patients.selectors.timeline_summary import TimelineSummary, timeline_summary

__all__ = [
    "Access",
    "Due",
    "DueList",
    "NoConsent",
    "Order",
    "TimelineHistory",
    "TimelineSummary",
    "Trajectory",
    "Wanted",
    "access_log",
    "aliases",
    "allergies",
    "appointments_between",
    "asked_in_words",
    "care_team",
    "conditions",
    "consents",
    "contacts",
    "corrections",
    "deleted_patient_get",
    "demand_consent",
    "doses",
    "draft_answers",
    "encounters",
    "glass_get",
    "glass_of_patient",
    "glass_standing",
    "glass_to_review",
    "identifiers",
    "lab_results",
    "medications",
    "own_record_get",
    "own_records",
    "patient_get",
    "patient_ids",
    "patients_page",
    "possible_duplicates",
    "proxies",
    "questionnaire_get",
    "questionnaire_request_get",
    "questionnaire_requests",
    "questionnaire_responses",
    "questionnaire_schedules",
    "questionnaire_trajectories",
    "questionnaire_versions",
    "questionnaires_all",
    "questionnaires_due",
    "questionnaires_standing",
    "self_harm_reports",
    "timeline_event_get",
    "timeline_export",
    "timeline_history",
    "timeline_list",
    "timeline_page",
    "timeline_search",
    "timeline_summary",
    "timeline_view",
    "treats",
    "unsimulated_count",
    "visible_patient_ids",
    "wording_history",
    "wording_languages",
    "wording_of",
    "wording_version",
    "zone_moves",
]
