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
from patients.services.erasure import (
    Asked,
    confirmation_of,
    hold_lift,
    hold_place,
    patient_erase,
)
from patients.services.forgetting import (
    patients_forget,
    queryset_store,
    rows_count,
    rows_forget,
    rows_store,
    tables,
)
from patients.services.genetics import genetic_result_add
from patients.services.medications import (
    dose_record,
    doses_record,
    medication_add,
    medication_change_dose,
    medication_stop,
)
from patients.services.merges import patients_merge, patients_merge_undo
from patients.services.own_account import own_account_link, own_account_unlink
from patients.services.people import (
    patient_create,
    patient_delete,
    patient_edit,
    patient_restore,
    patient_zone_move,
)
from patients.services.proxies import proxy_add, proxy_end
from patients.services.questionnaire_drafts import draft_drop, draft_keep, request_draft_keep
from patients.services.questionnaire_links import (
    LinkClosed,
    WrongBirthDate,
    index_of,
    link_answer,
    link_at,
    link_draft_keep,
    link_open,
    link_unlock,
    questionnaire_link_make,
    questionnaire_links_revoke,
)
from patients.services.questionnaire_marks import self_harm_report_see
from patients.services.questionnaire_requests import (
    questionnaire_assign,
    questionnaire_fill,
    questionnaire_request_answer,
    questionnaire_request_revoke,
    questionnaire_schedule_end,
    requests_make_due,
)
from patients.services.questionnaire_wording import wording_load, wording_withdraw
from patients.services.questionnaires import (
    Filled,
    questionnaire_response_add,
    response_amend,
    response_error_mark,
    response_error_undo,
)
from patients.services.removal import (
    Plan,
    Store,
    digest_of,
    removal_carry_out,
    removal_retry,
)
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
from patients.services.timeline_index import search_resume
from patients.services.visibility import item_visibility_set

__all__ = [
    "Asked",
    "Filled",
    "LinkClosed",
    "Plan",
    "Store",
    "WrongBirthDate",
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
    "confirmation_of",
    "consent_record",
    "contact_add",
    "contact_remove",
    "correction_ask",
    "correction_decide",
    "digest_of",
    "dose_record",
    "doses_record",
    "draft_drop",
    "draft_keep",
    "encounter_add",
    "encounter_set_status",
    "genetic_result_add",
    "hold_lift",
    "hold_place",
    "identifier_add",
    "identifier_remove",
    "index_of",
    "item_visibility_set",
    "lab_result_add",
    "link_answer",
    "link_at",
    "link_draft_keep",
    "link_open",
    "link_unlock",
    "medication_add",
    "medication_change_dose",
    "medication_stop",
    "own_account_link",
    "own_account_unlink",
    "patient_create",
    "patient_delete",
    "patient_edit",
    "patient_erase",
    "patient_restore",
    "patient_zone_move",
    "patients_forget",
    "patients_merge",
    "patients_merge_undo",
    "proxy_add",
    "proxy_end",
    "queryset_store",
    "questionnaire_assign",
    "questionnaire_fill",
    "questionnaire_link_make",
    "questionnaire_links_revoke",
    "questionnaire_request_answer",
    "questionnaire_request_revoke",
    "questionnaire_response_add",
    "questionnaire_schedule_end",
    "removal_carry_out",
    "removal_retry",
    "request_draft_keep",
    "requests_make_due",
    "response_amend",
    "response_error_mark",
    "response_error_undo",
    "rows_count",
    "rows_forget",
    "rows_store",
    "safety_plan_save",
    "search_resume",
    "self_harm_report_see",
    "tables",
    "timeline_event_add",
    "timeline_event_delete",
    "timeline_event_edit",
    "timeline_event_restore",
    "timeline_event_undo",
    "timeline_source_follow",
    "timeline_source_remove",
    "wording_load",
    "wording_withdraw",
]
