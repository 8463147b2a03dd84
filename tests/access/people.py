"""The declaration of doors of people, their decisions and questionnaires."""

from tests.access.declaring import NOW, Declared, P, of
from tests.access.rules import (
    ADMIN_RECORD,
    ADMINS,
    ANSWERERS,
    DECIDERS,
    EMERGENCY,
    LIST_OWN,
    MEMBERS,
    NOT_THERE,
    OWN_LIST,
    OWN_PAGE,
    READ,
    READ_OWN,
    REGISTER,
    REGISTRARS,
    REVIEWERS,
    STAFF_PAGE,
    TREATS,
    WRITE,
    WRITE_PAGE,
)

DETAILS = {
    "first_name": "New", "last_name": "Person", "date_of_birth": "1990-01-01", "sex": "unknown",
    "time_zone": "Europe/London",
}  # fmt: skip
ENTRY = {
    "title": "Note", "body": "", "kind": "note", "visibility": "team",
    "occurred_at": "2026-01-02T10:00",
}  # fmt: skip
PATIENTS: Declared = {
    **of(READ_OWN, "patient GET", "zone-moves GET"),
    **of(REGISTER, "patient PATCH", body={"preferred_name": "Otti"}),
    **of(REGISTER, "patient DELETE", "patient-restore POST"),
    **of(REGISTER, "zone-moves POST", body={"zone": "Europe/Oslo", "since": "{before}"}),
    **of(LIST_OWN, "patients GET"),
    **of(REGISTRARS, "patients POST", body=DETAILS),
    **of(
        REGISTRARS,
        "patient-duplicates GET",
        query={"first_name": "New", "last_name": "Person", "date_of_birth": "1990-01-01"},
    ),
    **of(STAFF_PAGE, "patients:create GET"),
    **of(REGISTRARS, "patients:create POST", form=DETAILS),
    **of(READ, "patients:edit GET", "patients:panel GET", "patients:timeline_panel GET"),
    **of(REGISTER, "patients:edit POST", form={**DETAILS, "version": 1}),
    **of(REGISTER, "patients:delete POST", "patients:restore POST"),
    **of(NOT_THERE, "patients:deleted GET"),
    **of(
        REGISTER,
        "patients:zone_move POST",
        form={"zone": "Europe/Oslo", "since": "2026-01-02T10:00"},
    ),
    **of(
        WRITE_PAGE,
        "patients:timeline_add POST",
        form={"title": "Note", "occurred_at": "2026-01-02T10:00"},
    ),
    **of(READ_OWN, "timeline GET", "events GET", "timeline-summary GET", query=P),
    **of(READ_OWN, "timeline-search GET", query={**P, "q": "nothing"}),
    **of(
        WRITE,
        "timeline-events POST",
        "events POST",
        body={**P, "kind": "note", "title": "x", "occurred_at": NOW},
    ),
    **of(WRITE, "timeline-event PUT", body={"title": "x"}),
    **of(WRITE, "timeline-event DELETE", "timeline-event-undo POST"),
    # The entry isn't released to the patient.
    **of(READ, "timeline-event GET", "timeline-event-history GET"),
    **of(
        WRITE,
        "timeline-event-restore POST",
        "patients:timeline_restore POST",
        params={"event_id": "{removed_event_id}"},
    ),
    **of(
        READ,
        "patients:timeline GET",
        "patients:timeline_print GET",
        "patients:timeline_export GET",
        "patients:timeline_new GET",
        "patients:timeline_entry GET",
        "patients:timeline_edit GET",
        "patients:timeline_history GET",
    ),
    **of(
        WRITE_PAGE,
        "patients:timeline_new POST",
        "patients:timeline_edit POST",
        form=ENTRY,
    ),
    **of(WRITE, "patients:timeline_remove POST", "patients:timeline_undo POST"),
}
ANSWERS = {"instrument": "phq9", "answers": [1] * 9}
SHEET = {f"phq9-{number}": 1 for number in range(1, 10)}
BY_LINK = {"token": "x", "date_of_birth": "1985-07-20"}
QUESTIONNAIRES: Declared = {
    **of(MEMBERS, "questionnaires GET"),
    **of(READ_OWN, "patient-questionnaires GET", "patient-questionnaire GET"),
    **of(ANSWERERS, "patient-questionnaires POST", body=ANSWERS),
    **of(WRITE, "questionnaire-amend POST", body={"answers": [1] * 9, "reason": "x"}),
    **of(WRITE, "questionnaire-error POST", body={"reason": "x"}),
    **of(WRITE, "questionnaire-error DELETE"),
    **of(READ_OWN, "questionnaire-requests GET"),
    **of(WRITE, "questionnaire-requests POST", body={"instrument": "phq9"}),
    **of(WRITE, "questionnaire-request DELETE", "questionnaire-schedule DELETE"),
    **of(WRITE, "questionnaire-request-link POST", "questionnaire-request-link DELETE"),
    **of(NOT_THERE, "questionnaire-link POST", body=BY_LINK),
    **of(
        NOT_THERE,
        "questionnaire-link-draft POST",
        "questionnaire-link-answer POST",
        body={**BY_LINK, "answers": [1] * 9},
    ),
    **of(READ, "patients:questionnaires GET", "patients:questionnaire GET"),
    **of(READ, "patients:questionnaire_amend GET", "patients:questionnaire_fill GET"),
    **of(WRITE_PAGE, "patients:questionnaire_assign POST", form={"instrument": "phq9"}),
    **of(WRITE_PAGE, "patients:questionnaire_fill POST", form={**SHEET, "act": "finish"}),
    **of(WRITE_PAGE, "patients:questionnaire_amend POST", form={**SHEET, "reason": "x"}),
    **of(WRITE, "patients:questionnaire_error POST", form={"reason": "x"}),
    **of(WRITE, "patients:questionnaire_undo POST", "patients:self_harm_seen POST"),
    **of(WRITE, "patients:questionnaire_revoke POST", "patients:questionnaire_link_make POST"),
    **of(WRITE, "patients:questionnaire_schedule_end POST"),
    **of(STAFF_PAGE, "patients:wordings GET"),
    **of(ADMINS, "patients:wordings POST", form={}),
    **of(
        ADMINS,
        "patients:wording_withdraw POST",
        form={"instrument": "gad7", "language": "en"},
    ),
    **of(OWN_LIST, "questionnaires:mine GET"),
    **of(OWN_PAGE, "questionnaires:fill GET"),
    **of(OWN_PAGE, "questionnaires:fill POST", "questionnaires:save POST", form=SHEET),
    # A link carries a token of its own: without one, nobody is let in.
    **of(NOT_THERE, "questionnaires:enter GET", "questionnaires:link GET"),
    **of(NOT_THERE, "questionnaires:link POST", "questionnaires:link_save POST", form=SHEET),
}
PEOPLE: Declared = {
    **of(READ_OWN, "care-team GET", "proxies GET", "consents GET", "patient-corrections GET"),
    **of(READ_OWN, "access-log GET", "contacts GET", "identifiers GET", "merges GET"),
    **of(WRITE, "care-team POST", body={"user_id": "{newcomer_id}", "part": "covers"}),
    **of(WRITE, "care-team-end POST", body={"user_id": "{user_id}"}),
    **of(
        WRITE,
        "hand-over POST",
        body={
            "patient_ids": ["{patient_id}"],
            "from_id": "{user_id}",
            "to_id": "{newcomer_id}",
        },
    ),
    **of(
        EMERGENCY,
        "cover POST",
        body={"colleague_id": "{newcomer_id}", "starts_at": NOW, "ends_at": "{after}"},
    ),
    **of(
        WRITE,
        "proxies POST",
        body={"user_id": "{account_id}", "basis": "consent", "parts": ["read"]},
    ),
    **of(WRITE, "proxy-end POST"),
    **of(
        DECIDERS,
        "consents POST",
        body={"purpose": "research", "given": True, "source": "paper"},
    ),
    **of(DECIDERS, "patient-corrections POST", body={"statement": "x"}),
    **of(WRITE, "patient-correction POST", body={"state": "refused", "answer": "x"}),
    **of(
        TREATS,
        "visibility POST",
        body={"kind": "timeline", "item_id": "{event_id}", "visibility": "restricted"},
    ),
    **of(REGISTER, "contacts POST", body={"relationship": "other", "name": "x", "phone": "1"}),
    **of(REGISTER, "identifiers POST", body={"system": "urn:x", "value": "1"}),
    **of(REGISTER, "contact DELETE", "identifier DELETE"),
    # Who merges sees both records; of these, an admin alone.
    **of(ADMINS, "merges POST", body={"merged_id": "{spare_id}"}),
    **of(REGISTER, "merge-undo POST"),
    **of(
        EMERGENCY,
        "break-glass POST",
        body={
            "name_or_number": "RN-4711",
            "date_of_birth": "1985-07-20",
            "reason": "Found unconscious",
        },
    ),
    **of(REVIEWERS, "break-glass GET", "patients:reviews GET"),
    **of(REVIEWERS, "break-glass-review POST", body={"outcome": "justified", "note": "x"}),
    **of(REVIEWERS, "patients:review POST", form={"outcome": "justified", "note": "x"}),
    # Whoever broke it ends it, and that is none of these.
    **of(NOT_THERE, "break-glass-end POST", "patients:break_glass_end POST"),
    **of(EMERGENCY, "patients:break_glass GET"),
    **of(
        EMERGENCY,
        "patients:break_glass POST",
        form={
            "name_or_number": "RN-4711",
            "date_of_birth": "1985-07-20",
            "reason": "Found unconscious",
        },
    ),
    **of(READ, "patients:access GET"),
    **of(
        WRITE_PAGE,
        "patients:member_add POST",
        form={"user_id": "{newcomer_id}", "part": "covers"},
    ),
    **of(WRITE_PAGE, "patients:member_end POST", "patients:proxy_end POST"),
    **of(
        WRITE_PAGE,
        "patients:proxy_add POST",
        form={"email": "nobody@home.example", "basis": "consent", "parts": ["read"]},
    ),
    **of(READ, "patients:merge_candidates GET"),
    **of(REGISTER, "own-account PUT", body={"email": "nobody@home.example"}),
    **of(READ_OWN, "own-account GET"),
    **of(READ, "patients:account_link POST", "patients:account_unlink POST"),
    **of(REGISTER, "own-account DELETE"),
    **of(READ, "patients:merge_undo POST"),
    **of(READ, "patients:merge POST", params={"merged_id": "{spare_id}"}),
    **of(WRITE_PAGE, "patients:consent POST", form={"purpose": "research", "given": "yes"}),
    **of(WRITE_PAGE, "patients:correction_ask POST", form={"statement": "x"}),
    **of(
        WRITE_PAGE, "patients:correction_answer POST", form={"state": "refused", "answer": "x"}
    ),
    **of(OWN_LIST, "me:home GET"),
    **of(OWN_PAGE, "me:record GET", "me:looks GET", "me:consents GET", "me:corrections GET"),
    **of(OWN_PAGE, "me:decide POST", form={"purpose": "research", "given": "yes"}),
    **of(OWN_PAGE, "me:correct POST", form={"statement": "x"}),
}
ERASURE = {"confirmation": "{confirmation}", "basis": "request", "reason": "x", "override": "x"}
REMOVALS: Declared = {
    **of(READ_OWN, "deletion-reports GET"),
    **of(READ, "patients:removals GET"),
    **of(REGISTER, "deletion-retry POST"),
    **of(REGISTER, "patients:removal_retry POST", form={}),
    # Of who was erased nothing but the number is left.
    **of(ADMINS, "erasures GET", "patients:erasures GET"),
    **of(ADMIN_RECORD, "legal-holds GET", "patients:erase GET"),
    **of(ADMIN_RECORD, "patient-erase POST", body=ERASURE),
    **of(ADMIN_RECORD, "patients:erase POST", form=ERASURE),
    **of(ADMIN_RECORD, "legal-holds POST", "legal-hold-lift POST", body={"reason": "x"}),
    **of(ADMIN_RECORD, "patients:hold POST", "patients:hold_lift POST", form={"reason": "x"}),
}
