"""The declaration of every door: who is let in, and a good request. One line a door."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from clinicity.common import clock
from conftest import PASSWORD
from tests.access.chart import CHART
from tests.access.doors import Door
from tests.access.rules import (
    ADMIN,
    ADMIN_RECORD,
    ADMINS,
    ANSWERERS,
    AUDIT,
    DECIDERS,
    EMERGENCY,
    HOME,
    LIST_OWN,
    MEMBERS,
    NOT_THERE,
    OPEN,
    OWN_LIST,
    OWN_PAGE,
    PAGES,
    READ,
    READ_OWN,
    REGISTER,
    REGISTRARS,
    REVIEWERS,
    RULES,
    SENDERS,
    SIGN,
    SIGN_PAGE,
    STAFF_LIST,
    STAFF_PAGE,
    TREATS,
    UNBUILT,
    WRITE,
    WRITE_PAGE,
    Ask,
    Rule,
    agreed,
)
from tests.access.world import World

Declared = dict[str, tuple[Rule, Ask]]


def _of(rule: Rule, *keys: str, **asked: Any) -> Declared:
    return dict.fromkeys(keys, (rule, Ask(**asked)))


# Filled in with the record's ids when it is sent.
P = {"patient_id": "{patient_id}"}
NOW = "{now}"
SPAN = {**P, "metric": "heart_rate", "start": "{before}", "end": "{now}"}
DETAILS = {
    "first_name": "New", "last_name": "Person", "date_of_birth": "1990-01-01", "sex": "unknown",
    "time_zone": "Europe/London",
}  # fmt: skip
ENTRY = {
    "title": "Note", "body": "", "kind": "note", "visibility": "team",
    "occurred_at": "2026-01-02T10:00",
}  # fmt: skip
FILE = object()
RULE_FORM = {
    "name": "Slow heart", "metric": "heart_rate", "comparison": "below", "value": 40,
    "amount": 1, "lasting": "minutes", "severity": "low", "cooldown_minutes": 60,
    "look_back_hours": 24,
}  # fmt: skip
RULE = {
    "name": "Slow heart", "kind": "threshold", "severity": "low",
    "params": {"metric": "heart_rate", "comparison": "below", "value": 40},
}  # fmt: skip


OPERATIONS: Declared = {
    **_of(OPEN, "health GET", "health-live GET", "health-ready GET", "metrics GET"),
    **_of(OPEN, "schema GET", "docs GET", "portal:root GET"),
    **_of(OPEN, "accounts:login GET", "accounts:login POST"),
    **_of(NOT_THERE, "api/ GET", "api/ POST"),
}
ACCOUNTS: Declared = {
    # These carry a secret of their own: with a wrong one, they refuse everybody.
    **_of(
        NOT_THERE, "auth-login POST", body={"email": "nobody@clinic.example", "password": "x"}
    ),
    **_of(NOT_THERE, "auth-refresh POST", body={"refresh": "x"}),
    **_of(NOT_THERE, "auth-logout POST", body={"refresh": "x"}),
    **_of(NOT_THERE, "auth-second-factor POST", body={"challenge": "x", "code": "1"}),
    **_of(NOT_THERE, "auth-passkey POST", body={"challenge": "x"}),
    **_of(MEMBERS, "auth-step-up POST", body={"password": PASSWORD}),
    **_of(OPEN, "accounts:second-factor GET", "accounts:second-factor POST"),
    **_of(NOT_THERE, "accounts:oidc POST", "accounts:oidc-callback GET"),
    **_of(
        MEMBERS,
        "accounts:step-up GET",
        "accounts:security GET",
        "accounts:password GET",
        "accounts:totp-add GET",
        "accounts:passkey-add GET",
        "accounts:sessions GET",
    ),
    **_of(
        MEMBERS,
        "accounts:step-up POST",
        "accounts:password POST",
        "accounts:totp-add POST",
        "accounts:passkey-add POST",
        "accounts:recovery-codes POST",
        "accounts:totp-remove POST",
        "accounts:sessions-end POST",
        form={},
    ),
    **_of(MEMBERS, "accounts:passkey-remove POST", params={"passkey_id": 0}, form={}),
    **_of(NOT_THERE, "accounts:session-end POST", params={"id": "browser-0"}, form={}),
    **_of(MEMBERS, "auth-me GET", "accounts:logout POST"),
}
PATIENTS: Declared = {
    **_of(READ_OWN, "patient GET", "zone-moves GET"),
    **_of(REGISTER, "patient PATCH", body={"preferred_name": "Otti"}),
    **_of(REGISTER, "patient DELETE", "patient-restore POST"),
    **_of(REGISTER, "zone-moves POST", body={"zone": "Europe/Oslo", "since": "{before}"}),
    **_of(LIST_OWN, "patients GET"),
    **_of(REGISTRARS, "patients POST", body=DETAILS),
    **_of(
        REGISTRARS,
        "patient-duplicates GET",
        query={"first_name": "New", "last_name": "Person", "date_of_birth": "1990-01-01"},
    ),
    **_of(STAFF_PAGE, "patients:create GET"),
    **_of(REGISTRARS, "patients:create POST", form=DETAILS),
    **_of(READ, "patients:edit GET", "patients:panel GET", "patients:timeline_panel GET"),
    **_of(REGISTER, "patients:edit POST", form={**DETAILS, "version": 1}),
    **_of(REGISTER, "patients:delete POST", "patients:restore POST"),
    **_of(NOT_THERE, "patients:deleted GET"),
    **_of(
        REGISTER,
        "patients:zone_move POST",
        form={"zone": "Europe/Oslo", "since": "2026-01-02T10:00"},
    ),
    **_of(
        WRITE_PAGE,
        "patients:timeline_add POST",
        form={"title": "Note", "occurred_at": "2026-01-02T10:00"},
    ),
    **_of(READ_OWN, "timeline GET", "events GET", "timeline-summary GET", query=P),
    **_of(READ_OWN, "timeline-search GET", query={**P, "q": "nothing"}),
    **_of(
        WRITE,
        "timeline-events POST",
        "events POST",
        body={**P, "kind": "note", "title": "x", "occurred_at": NOW},
    ),
    **_of(WRITE, "timeline-event PUT", body={"title": "x"}),
    **_of(WRITE, "timeline-event DELETE", "timeline-event-undo POST"),
    # The entry isn't released to the patient.
    **_of(READ, "timeline-event GET", "timeline-event-history GET"),
    **_of(
        WRITE,
        "timeline-event-restore POST",
        "patients:timeline_restore POST",
        params={"event_id": "{removed_event_id}"},
    ),
    **_of(
        READ,
        "patients:timeline GET",
        "patients:timeline_print GET",
        "patients:timeline_export GET",
        "patients:timeline_new GET",
        "patients:timeline_entry GET",
        "patients:timeline_edit GET",
        "patients:timeline_history GET",
    ),
    **_of(
        WRITE_PAGE,
        "patients:timeline_new POST",
        "patients:timeline_edit POST",
        form=ENTRY,
    ),
    **_of(WRITE, "patients:timeline_remove POST", "patients:timeline_undo POST"),
}
ANSWERS = {"instrument": "phq9", "answers": [1] * 9}
SHEET = {f"phq9-{number}": 1 for number in range(1, 10)}
BY_LINK = {"token": "x", "date_of_birth": "1985-07-20"}
QUESTIONNAIRES: Declared = {
    **_of(MEMBERS, "questionnaires GET"),
    **_of(READ_OWN, "patient-questionnaires GET", "patient-questionnaire GET"),
    **_of(ANSWERERS, "patient-questionnaires POST", body=ANSWERS),
    **_of(WRITE, "questionnaire-amend POST", body={"answers": [1] * 9, "reason": "x"}),
    **_of(WRITE, "questionnaire-error POST", body={"reason": "x"}),
    **_of(WRITE, "questionnaire-error DELETE"),
    **_of(READ_OWN, "questionnaire-requests GET"),
    **_of(WRITE, "questionnaire-requests POST", body={"instrument": "phq9"}),
    **_of(WRITE, "questionnaire-request DELETE", "questionnaire-schedule DELETE"),
    **_of(WRITE, "questionnaire-request-link POST", "questionnaire-request-link DELETE"),
    **_of(NOT_THERE, "questionnaire-link POST", body=BY_LINK),
    **_of(
        NOT_THERE,
        "questionnaire-link-draft POST",
        "questionnaire-link-answer POST",
        body={**BY_LINK, "answers": [1] * 9},
    ),
    **_of(READ, "patients:questionnaires GET", "patients:questionnaire GET"),
    **_of(READ, "patients:questionnaire_amend GET", "patients:questionnaire_fill GET"),
    **_of(WRITE_PAGE, "patients:questionnaire_assign POST", form={"instrument": "phq9"}),
    **_of(WRITE_PAGE, "patients:questionnaire_fill POST", form={**SHEET, "act": "finish"}),
    **_of(WRITE_PAGE, "patients:questionnaire_amend POST", form={**SHEET, "reason": "x"}),
    **_of(WRITE, "patients:questionnaire_error POST", form={"reason": "x"}),
    **_of(WRITE, "patients:questionnaire_undo POST", "patients:self_harm_seen POST"),
    **_of(WRITE, "patients:questionnaire_revoke POST", "patients:questionnaire_link_make POST"),
    **_of(WRITE, "patients:questionnaire_schedule_end POST"),
    **_of(STAFF_PAGE, "patients:wordings GET"),
    **_of(ADMINS, "patients:wordings POST", form={}),
    **_of(
        ADMINS,
        "patients:wording_withdraw POST",
        form={"instrument": "gad7", "language": "en"},
    ),
    **_of(OWN_LIST, "questionnaires:mine GET"),
    **_of(OWN_PAGE, "questionnaires:fill GET"),
    **_of(OWN_PAGE, "questionnaires:fill POST", "questionnaires:save POST", form=SHEET),
    # A link carries a token of its own: without one, nobody is let in.
    **_of(NOT_THERE, "questionnaires:enter GET", "questionnaires:link GET"),
    **_of(NOT_THERE, "questionnaires:link POST", "questionnaires:link_save POST", form=SHEET),
}
PEOPLE: Declared = {
    **_of(READ_OWN, "care-team GET", "proxies GET", "consents GET", "patient-corrections GET"),
    **_of(READ_OWN, "access-log GET", "contacts GET", "identifiers GET", "merges GET"),
    **_of(WRITE, "care-team POST", body={"user_id": "{newcomer_id}", "part": "covers"}),
    **_of(WRITE, "care-team-end POST", body={"user_id": "{user_id}"}),
    **_of(
        WRITE,
        "hand-over POST",
        body={
            "patient_ids": ["{patient_id}"],
            "from_id": "{user_id}",
            "to_id": "{newcomer_id}",
        },
    ),
    **_of(
        EMERGENCY,
        "cover POST",
        body={"colleague_id": "{newcomer_id}", "starts_at": NOW, "ends_at": "{after}"},
    ),
    **_of(
        WRITE,
        "proxies POST",
        body={"user_id": "{account_id}", "basis": "consent", "parts": ["read"]},
    ),
    **_of(WRITE, "proxy-end POST"),
    **_of(
        DECIDERS,
        "consents POST",
        body={"purpose": "research", "given": True, "source": "paper"},
    ),
    **_of(DECIDERS, "patient-corrections POST", body={"statement": "x"}),
    **_of(WRITE, "patient-correction POST", body={"state": "refused", "answer": "x"}),
    **_of(
        TREATS,
        "visibility POST",
        body={"kind": "timeline", "item_id": "{event_id}", "visibility": "restricted"},
    ),
    **_of(REGISTER, "contacts POST", body={"relationship": "other", "name": "x", "phone": "1"}),
    **_of(REGISTER, "identifiers POST", body={"system": "urn:x", "value": "1"}),
    **_of(REGISTER, "contact DELETE", "identifier DELETE"),
    # Who merges sees both records; of these, an admin alone.
    **_of(ADMINS, "merges POST", body={"merged_id": "{spare_id}"}),
    **_of(REGISTER, "merge-undo POST"),
    **_of(
        EMERGENCY,
        "break-glass POST",
        body={
            "name_or_number": "RN-4711",
            "date_of_birth": "1985-07-20",
            "reason": "Found unconscious",
        },
    ),
    **_of(REVIEWERS, "break-glass GET", "patients:reviews GET"),
    **_of(REVIEWERS, "break-glass-review POST", body={"outcome": "justified", "note": "x"}),
    **_of(REVIEWERS, "patients:review POST", form={"outcome": "justified", "note": "x"}),
    # Whoever broke it ends it, and that is none of these.
    **_of(NOT_THERE, "break-glass-end POST", "patients:break_glass_end POST"),
    **_of(EMERGENCY, "patients:break_glass GET"),
    **_of(
        EMERGENCY,
        "patients:break_glass POST",
        form={
            "name_or_number": "RN-4711",
            "date_of_birth": "1985-07-20",
            "reason": "Found unconscious",
        },
    ),
    **_of(READ, "patients:access GET"),
    **_of(
        WRITE_PAGE,
        "patients:member_add POST",
        form={"user_id": "{newcomer_id}", "part": "covers"},
    ),
    **_of(WRITE_PAGE, "patients:member_end POST", "patients:proxy_end POST"),
    **_of(
        WRITE_PAGE,
        "patients:proxy_add POST",
        form={"email": "nobody@home.example", "basis": "consent", "parts": ["read"]},
    ),
    **_of(READ, "patients:merge_candidates GET"),
    **_of(REGISTER, "own-account PUT", body={"email": "nobody@home.example"}),
    **_of(READ_OWN, "own-account GET"),
    **_of(READ, "patients:account_link POST", "patients:account_unlink POST"),
    **_of(REGISTER, "own-account DELETE"),
    **_of(READ, "patients:merge_undo POST"),
    **_of(READ, "patients:merge POST", params={"merged_id": "{spare_id}"}),
    **_of(WRITE_PAGE, "patients:consent POST", form={"purpose": "research", "given": "yes"}),
    **_of(WRITE_PAGE, "patients:correction_ask POST", form={"statement": "x"}),
    **_of(
        WRITE_PAGE, "patients:correction_answer POST", form={"state": "refused", "answer": "x"}
    ),
    **_of(OWN_LIST, "me:home GET"),
    **_of(OWN_PAGE, "me:record GET", "me:looks GET", "me:consents GET", "me:corrections GET"),
    **_of(OWN_PAGE, "me:decide POST", form={"purpose": "research", "given": "yes"}),
    **_of(OWN_PAGE, "me:correct POST", form={"statement": "x"}),
}
ERASURE = {"confirmation": "{confirmation}", "basis": "request", "reason": "x", "override": "x"}
REMOVALS: Declared = {
    **_of(READ_OWN, "deletion-reports GET"),
    **_of(READ, "patients:removals GET"),
    **_of(REGISTER, "deletion-retry POST"),
    **_of(REGISTER, "patients:removal_retry POST", form={}),
    # Of who was erased nothing but the number is left.
    **_of(ADMINS, "erasures GET", "patients:erasures GET"),
    **_of(ADMIN_RECORD, "legal-holds GET", "patients:erase GET"),
    **_of(ADMIN_RECORD, "patient-erase POST", body=ERASURE),
    **_of(ADMIN_RECORD, "patients:erase POST", form=ERASURE),
    **_of(ADMIN_RECORD, "legal-holds POST", "legal-hold-lift POST", body={"reason": "x"}),
    **_of(ADMIN_RECORD, "patients:hold POST", "patients:hold_lift POST", form={"reason": "x"}),
}
PORTAL: Declared = {
    **_of(HOME, "portal:today GET"),
    **_of(STAFF_LIST, "portal:patients GET"),
    **_of(PAGES, "portal:tasks GET", "alerts:count GET"),
    **_of(READ, "portal:patient GET", "portal:picture GET", "portal:since GET"),
    **_of(
        AUDIT,
        "portal:audit GET",
        "portal:audit_event GET",
        "portal:audit_export GET",
        "portal:audit_picture GET",
        "portal:audit_alerts GET",
        "portal:audit_alert GET",
        "portal:audit_verify POST",
        "portal:audit_alert_acknowledge POST",
    ),
    **_of(
        AUDIT,
        "portal:audit_alert_review POST",
        form={"outcome": "justified", "note": "x"},
    ),
    **_of(AUDIT, "portal:audit_filter_save POST", form={"name": "Mine", "act": "x"}),
    # Filters and proofs are their owner's, and that is none of these.
    **_of(NOT_THERE, "portal:audit_filter_delete POST", "portal:audit_filter_restore POST"),
    **_of(NOT_THERE, "portal:audit_filter_rename POST", form={"name": "x"}),
    **_of(NOT_THERE, "portal:audit_proof GET", "audit-proof GET"),
    **_of(AUDIT, "audit-events GET", "audit-event GET", "audit-export GET"),
    **_of(AUDIT, "audit-alerts GET", "audit-alert-acknowledge POST", "audit-verify POST"),
    **_of(AUDIT, "audit-alert-review POST", body={"outcome": "justified", "note": "x"}),
    **_of(PAGES, "portal:gallery GET"),
}
READINGS: Declared = {
    **_of(
        SENDERS,
        "biometric-events POST",
        body={**P, "data_type": "heart_rate", "timestamp": "{before}", "data": {"bpm": 71}},
    ),
    **_of(READ_OWN, "biometric-events GET", query=P),
    **_of(MEMBERS, "stream GET", query={"key": "x"}),
    **_of(READ_OWN, "series GET", "readings-rollups GET", "readings-samples GET", query=SPAN),
    **_of(READ_OWN, "readings-coverage GET", query={**P, "start": "{before}", "end": NOW}),
    **_of(
        READ_OWN,
        "readings-compare GET",
        query={**P, "first": "heart_rate", "second": "steps", "start": "{before}", "end": NOW},
    ),
    **_of(MEMBERS, "readings-metrics GET"),
    **_of(
        READ_OWN,
        "readings-export GET",
        query={**P, "metrics": "heart_rate", "start": "{before}", "end": NOW},
    ),
    **_of(READ_OWN, "receipt GET"),
    **_of(WRITE, "corrections POST", body={**SPAN, "reason": "wrong"}),
    **_of(READ, "removals GET", query=P),
    **_of(
        WRITE,
        "removals POST",
        body={**P, "ground": "erasure", "reason": "asked for", "start": "{before}", "end": NOW},
    ),
    **_of(NOT_THERE, "removal-lift POST", body=P),
    **_of(READ_OWN, "aggregated GET", query=P),
    **_of(READ_OWN, "devices GET", "device-precedence GET", query=P),
    **_of(WRITE, "devices POST", body={**P, "name": "Watch", "kind": "watch"}),
    **_of(
        WRITE,
        "device-precedence PUT",
        query=P,
        body={"metric": "heart_rate", "devices": ["{device_id}"]},
    ),
    **_of(READ_OWN, "device GET"),
    **_of(WRITE, "device PATCH", body={"name": "Other"}),
    **_of(WRITE, "pairing-code POST", "device-revoke POST", body={}),
    **_of(OPEN, "device-pair POST", body={"code": "AAAA-AAAA"}),
    **_of(READ, "biometrics:panel GET", "biometrics:series GET", "biometrics:devices GET"),
    **_of(READ, "biometrics:compare GET", "biometrics:data GET", "biometrics:imports GET"),
    **_of(
        READ,
        "biometrics:device_standing GET",
        "biometrics:removals GET",
        "biometrics:receipt GET",
    ),
    **_of(
        WRITE,
        "biometrics:devices POST",
        "biometrics:device_edit POST",
        form={"name": "Watch", "kind": "watch"},
    ),
    **_of(
        WRITE,
        "biometrics:device_order POST",
        form={"metric": "heart_rate", "device": ["{device_id}"]},
    ),
    **_of(WRITE, "biometrics:device_pair POST"),
    **_of(WRITE, "biometrics:device_revoke POST", form={"reason": ""}),
    **_of(
        WRITE,
        "biometrics:correct POST",
        form={
            "metric": "heart_rate",
            "start": "2026-01-02T10:00",
            "end": "2026-01-02T11:00",
            "reason": "wrong",
        },
    ),
    **_of(NOT_THERE, "biometrics:restore POST"),
    **_of(NOT_THERE, "restore-readings POST", body={**P, "position": 1}),
    **_of(WRITE, "biometrics:removals POST", form={"ground": "erasure", "reason": "x"}),
    **_of(NOT_THERE, "biometrics:removal_lift POST"),
}
IMPORTS: Declared = {
    **_of(READ, "import GET", "import-upload GET"),
    **_of(READ, "imports GET", query=P),
    **_of(MEMBERS, "import-formats GET"),
    **_of(
        WRITE,
        "imports POST",
        body={**P, "upload_id": "{upload_id}", "importer": "table", "zone": "UTC"},
    ),
    **_of(WRITE, "import-uploads POST", body={**P, "name": "a.csv", "size": 10}),
    **_of(
        WRITE,
        "import-upload PUT",
        query={"offset": 10},
        body=b"x",
        content_type="application/octet-stream",
    ),
    **_of(WRITE, "import-upload DELETE"),
    **_of(WRITE, "import-upload-finish POST", body={"digest": "0" * 64}),
    **_of(
        WRITE,
        "import-pause POST",
        "import-resume POST",
        "import-cancel POST",
        "import-retry POST",
    ),
    **_of(READ, "biometrics:import GET", "biometrics:import_standing GET"),
    **_of(READ, "biometrics:import_prepare GET"),
    **_of(WRITE_PAGE, "biometrics:import_prepare POST", form={"zone": "UTC"}),
    # This record's file is no table and nothing was tried with it: tested with imports.
    **_of(
        NOT_THERE,
        "biometrics:import_columns GET",
        "biometrics:import_columns POST",
        "biometrics:import_store POST",
    ),
    **_of(
        WRITE,
        "biometrics:import_upload_delete POST",
        "biometrics:import_wish POST",
    ),
}
DOCUMENTS: Declared = {
    **_of(READ, "document GET", "document-pages GET", "upload-status GET"),
    # The planted document has no file behind it.
    **_of(
        NOT_THERE, "document-file GET", "document-page-image GET", "documents:page_image GET"
    ),
    **_of(STAFF_LIST, "upload-documents GET", "documents:list GET"),
    **_of(WRITE, "upload-document POST", form={**P, "title": "x", "file": FILE}),
    **_of(WRITE, "document DELETE", "document-accept POST", "document-retry POST"),
    **_of(
        READ,
        "documents:document GET",
        "documents:of_patient GET",
        "documents:panel GET",
        "documents:standing GET",
    ),
    **_of(WRITE_PAGE, "documents:of_patient POST", form={"title": "x", "file": FILE}),
    **_of(WRITE, "documents:accept POST", "documents:delete POST", "documents:retry POST"),
}
TWINS: Declared = {
    # It takes two twins, and there is one.
    **_of(NOT_THERE, "twins:compare GET"),
    **_of(READ, "twin GET", "twin-history GET", "job GET"),
    **_of(
        READ,
        "twin-forecast GET",
        "twin-predictions GET",
        "twin-what-if GET",
        "twin-what-if POST",
    ),
    **_of(UNBUILT, "models GET"),
    **_of(READ, "twin-generate POST", body=P),
    **_of(
        READ,
        "twins:detail GET",
        "twins:panel GET",
        "twins:job GET",
    ),
    **_of(READ, "twins:generate POST"),
}
ALERTS: Declared = {
    **_of(
        STAFF_LIST,
        "alerts GET",
        "alerts:inbox GET",
        "alert-rules GET",
        "alert-rule GET",
        "alerts:rules GET",
    ),
    **_of(READ, "alert GET", "alerts:detail GET", "alerts:toast GET", "alerts:panel GET"),
    **_of(WRITE, "alert-ack POST", "alert-escalate POST", "alert-resolve POST", body={}),
    **_of(WRITE, "alert-snooze POST", body={"until": "{after}"}),
    **_of(WRITE, "alerts:respond POST", params={"act": "acknowledge"}, form={"note": ""}),
    **_of(RULES, "alert-rules POST", body=RULE),
    **_of(RULES, "alert-rule PATCH", body={"severity": "high"}),
    **_of(RULES, "alert-rule DELETE", "alerts:rule_retire POST", "alerts:rule_switch POST"),
    **_of(RULES, "alerts:rules POST", form=RULE_FORM),
    **_of(
        STAFF_LIST,
        "alert-rule-dry-run POST",
        body={"kind": "threshold", "params": RULE["params"]},
    ),
    **_of(STAFF_LIST, "alerts:dry_run POST", form=RULE_FORM),
}
AGENTS: Declared = {
    **_of(READ, "chat POST", "chat-stream POST", body={**P, "message": "Any doses?"}),
    **_of(READ, "chat-session POST", body=P),
    **_of(READ, "chat-history GET", query=P),
    **_of(UNBUILT, "chat-stream GET"),
    **_of(SIGN, "note-draft POST", body=P),
    **_of(READ, "note GET"),
    **_of(SIGN, "note PUT", body={"revision": 1, "texts": {}}),
    **_of(SIGN, "note-sign POST", body={"revision": 1, "texts": {}}),
    **_of(SIGN, "note-amend POST", body={"revision": 1, "texts": {}, "reason": "x"}),
    **_of(
        UNBUILT,
        "expert-opinion GET",
        "expert-opinion POST",
        "expert-opinion-history GET",
        "expert-opinion-history POST",
        "anatomy GET",
        "anatomy POST",
    ),
    **_of(READ, "knowledge-graph GET", query=P),
    **_of(STAFF_LIST, "agents:chats GET"),
    **_of(READ, "agents:chat GET", "agents:panel GET"),
    **_of(READ, "agents:ask POST", form={"question": "Any doses?"}),
    # Only who asked sees a turn, and that is none of these.
    **_of(NOT_THERE, "agents:turn GET", "agents:stop POST", "agents:retry POST"),
    **_of(SIGN, "agents:note_draft POST"),
    **_of(READ, "agents:note GET"),
    **_of(SIGN_PAGE, "agents:note POST", form={"act": "save", "revision": 1}),
}
DOORS: Declared = {
    **OPERATIONS, **ACCOUNTS, **PATIENTS, **PEOPLE, **REMOVALS, **PORTAL, **READINGS, **IMPORTS,
    **DOCUMENTS, **TWINS,
    **ALERTS, **AGENTS, **QUESTIONNAIRES, **CHART,
}  # fmt: skip
# What is taken in, made, asked of a model or taken out needs the patient's consent to it.
CONSENTED = (
    "agents:ask POST", "agents:note_draft POST", "biometrics:device_pair POST", "chat POST",
    "chat-session POST", "chat-stream POST", "import-uploads POST", "imports POST",
    "knowledge-graph GET", "note-draft POST", "pairing-code POST",
    "patients:timeline_export GET", "readings-export GET", "twin-generate POST",
    "twins:generate POST",
)  # fmt: skip
DOORS |= {key: (agreed(DOORS[key][0]), DOORS[key][1]) for key in CONSENTED}


def expected(door: Door, world: World) -> tuple[Rule, Ask]:
    """Who is let in, and the request with this record's ids."""
    if door.path.startswith("/admin/"):
        return ADMIN, Ask(
            params={
                "object_id": str(UUID(int=0)),
                "app_label": "patients",
                "url": "x",
                "content_type_id": 1,
            }
        )
    rule, ask = DOORS[door.key]
    now = clock.now()
    words = {
        **world.ids, "now": now.isoformat(), "before": (now - timedelta(days=1)).isoformat(),
        "after": (now + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    return rule, Ask(
        query=_filled(ask.query, words), body=_filled(ask.body, words),
        form=_filled(ask.form, words), params=_filled(ask.params, words),
        content_type=ask.content_type,
    )  # fmt: skip


def _filled(value: Any, words: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    if value is FILE:
        return SimpleUploadedFile("letter.txt", b"A letter.", content_type="text/plain")
    return value.format_map(words) if isinstance(value, str) else value
