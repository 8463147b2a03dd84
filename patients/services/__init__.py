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
from patients.services.team import care_team_member_add, care_team_member_end
from patients.services.timeline import (
    timeline_event_add,
    timeline_event_delete,
    timeline_event_edit,
    timeline_source_remove,
)

__all__ = [
    "Filled",
    "LinkClosed",
    "WrongBirthDate",
    "allergy_add",
    "care_team_member_add",
    "care_team_member_end",
    "condition_add",
    "consent_record",
    "dose_record",
    "doses_record",
    "draft_drop",
    "draft_keep",
    "encounter_add",
    "index_of",
    "lab_result_add",
    "link_answer",
    "link_at",
    "link_draft_keep",
    "link_open",
    "link_unlock",
    "medication_add",
    "patient_create",
    "patient_delete",
    "patient_edit",
    "patient_restore",
    "patient_zone_move",
    "questionnaire_assign",
    "questionnaire_fill",
    "questionnaire_link_make",
    "questionnaire_links_revoke",
    "questionnaire_request_answer",
    "questionnaire_request_revoke",
    "questionnaire_response_add",
    "questionnaire_schedule_end",
    "request_draft_keep",
    "requests_make_due",
    "response_amend",
    "response_error_mark",
    "response_error_undo",
    "self_harm_report_see",
    "timeline_event_add",
    "timeline_event_delete",
    "timeline_event_edit",
    "timeline_source_remove",
    "wording_load",
    "wording_withdraw",
]
