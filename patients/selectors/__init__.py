"""Every read of this app, by what it reads."""

from patients.selectors.access_log import Access, access_log
from patients.selectors.chart import (
    adherence_by_medication,
    adherence_of,
    allergies,
    conditions,
    doses,
    doses_page,
    errors_of,
    item_get,
    item_history,
    items_page,
    lab_results,
    lab_trends,
    medications,
    trends_of,
)
from patients.selectors.consent import NoConsent, consents, demand_consent
from patients.selectors.contacts import contacts, corrections, identifiers
from patients.selectors.encounters import (
    appointments_between,
    encounters,
    own_calendar,
    visits_page,
)
from patients.selectors.medicines import (
    check_of,
    genetic_guidance,
    genetic_results,
    guidance_of,
    is_unchecked,
    medication_check,
    monitoring_due,
    monitoring_schedule,
    schedule_of,
)
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
from patients.selectors.questionnaires import questionnaire_responses
from patients.selectors.safety import has_safety_plan, safety_plan, safety_plan_versions
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
    "NoConsent",
    "Order",
    "TimelineHistory",
    "TimelineSummary",
    "Wanted",
    "access_log",
    "adherence_by_medication",
    "adherence_of",
    "aliases",
    "allergies",
    "appointments_between",
    "care_team",
    "check_of",
    "conditions",
    "consents",
    "contacts",
    "corrections",
    "deleted_patient_get",
    "demand_consent",
    "doses",
    "doses_page",
    "encounters",
    "errors_of",
    "genetic_guidance",
    "genetic_results",
    "glass_get",
    "glass_of_patient",
    "glass_standing",
    "glass_to_review",
    "guidance_of",
    "has_safety_plan",
    "identifiers",
    "is_unchecked",
    "item_get",
    "item_history",
    "items_page",
    "lab_results",
    "lab_trends",
    "medication_check",
    "medications",
    "monitoring_due",
    "monitoring_schedule",
    "own_calendar",
    "own_record_get",
    "own_records",
    "patient_get",
    "patient_ids",
    "patients_page",
    "possible_duplicates",
    "proxies",
    "questionnaire_responses",
    "safety_plan",
    "safety_plan_versions",
    "schedule_of",
    "timeline_event_get",
    "timeline_export",
    "timeline_history",
    "timeline_list",
    "timeline_page",
    "timeline_search",
    "timeline_summary",
    "timeline_view",
    "treats",
    "trends_of",
    "unsimulated_count",
    "visible_patient_ids",
    "visits_page",
    "zone_moves",
]
