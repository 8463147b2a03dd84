"""Every write of this app, by what it changes."""

from patients.services.appointments import appointments_import, appointments_preview
from patients.services.break_glass import (
    break_glass_end,
    break_glass_find,
    break_glass_open,
    break_glass_review,
)
from patients.services.chart import allergy_add, condition_add, lab_result_add
from patients.services.consent import consent_record
from patients.services.contacts import (
    contact_add,
    contact_remove,
    identifier_add,
    identifier_remove,
)
from patients.services.corrections import correction_ask, correction_decide
from patients.services.edits import chart_item_edit, chart_item_mark_error, chart_item_restore
from patients.services.encounters import encounter_add, encounter_set_status
from patients.services.genetics import genetic_result_add
from patients.services.medications import (
    dose_record,
    doses_record,
    medication_add,
    medication_change_dose,
    medication_stop,
)
from patients.services.merges import patients_merge, patients_merge_undo
from patients.services.people import (
    patient_create,
    patient_delete,
    patient_edit,
    patient_restore,
    patient_zone_move,
)
from patients.services.proxies import proxy_add, proxy_end
from patients.services.questionnaires import questionnaire_response_add
from patients.services.safety import safety_plan_save
from patients.services.team import (
    care_cover,
    care_hand_over,
    care_team_member_add,
    care_team_member_end,
)
from patients.services.timeline import (
    timeline_event_add,
    timeline_event_delete,
    timeline_event_edit,
    timeline_event_restore,
    timeline_event_undo,
    timeline_source_follow,
    timeline_source_remove,
)
from patients.services.visibility import item_visibility_set

__all__ = [
    "allergy_add",
    "appointments_import",
    "appointments_preview",
    "break_glass_end",
    "break_glass_find",
    "break_glass_open",
    "break_glass_review",
    "care_cover",
    "care_hand_over",
    "care_team_member_add",
    "care_team_member_end",
    "chart_item_edit",
    "chart_item_mark_error",
    "chart_item_restore",
    "condition_add",
    "consent_record",
    "contact_add",
    "contact_remove",
    "correction_ask",
    "correction_decide",
    "dose_record",
    "doses_record",
    "encounter_add",
    "encounter_set_status",
    "genetic_result_add",
    "identifier_add",
    "identifier_remove",
    "item_visibility_set",
    "lab_result_add",
    "medication_add",
    "medication_change_dose",
    "medication_stop",
    "patient_create",
    "patient_delete",
    "patient_edit",
    "patient_restore",
    "patient_zone_move",
    "patients_merge",
    "patients_merge_undo",
    "proxy_add",
    "proxy_end",
    "questionnaire_response_add",
    "safety_plan_save",
    "timeline_event_add",
    "timeline_event_delete",
    "timeline_event_edit",
    "timeline_event_restore",
    "timeline_event_undo",
    "timeline_source_follow",
    "timeline_source_remove",
]
