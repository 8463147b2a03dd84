"""Every write of this app, by what it changes."""

from patients.services.chart import (
    allergy_add,
    condition_add,
    dose_record,
    doses_record,
    lab_result_add,
    medication_add,
)
from patients.services.consent import consent_record
from patients.services.encounters import encounter_add
from patients.services.people import (
    patient_create,
    patient_delete,
    patient_edit,
    patient_restore,
    patient_zone_move,
)
from patients.services.questionnaires import questionnaire_response_add
from patients.services.team import care_team_member_add, care_team_member_end
from patients.services.timeline import (
    timeline_event_add,
    timeline_event_delete,
    timeline_event_edit,
    timeline_source_remove,
)

__all__ = [
    "allergy_add",
    "care_team_member_add",
    "care_team_member_end",
    "condition_add",
    "consent_record",
    "dose_record",
    "doses_record",
    "encounter_add",
    "lab_result_add",
    "medication_add",
    "patient_create",
    "patient_delete",
    "patient_edit",
    "patient_restore",
    "patient_zone_move",
    "questionnaire_response_add",
    "timeline_event_add",
    "timeline_event_delete",
    "timeline_event_edit",
    "timeline_source_remove",
]
