"""The declaration of every door: who is let in, and a good request. One line a door."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from clinicity.common import clock
from conftest import PASSWORD
from tests.access.chart import CHART
from tests.access.declaring import FILE, Declared, P, of
from tests.access.doors import Door
from tests.access.people import PATIENTS, PEOPLE, QUESTIONNAIRES, REMOVALS
from tests.access.readings import IMPORTS, READINGS
from tests.access.rules import (
    ADMIN,
    AUDIT,
    HOME,
    MEMBERS,
    NOT_THERE,
    OPEN,
    PAGES,
    READ,
    RULES,
    SIGN,
    SIGN_PAGE,
    STAFF_LIST,
    UNBUILT,
    WRITE,
    WRITE_PAGE,
    Ask,
    Rule,
    agreed,
)
from tests.access.world import World

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
    **of(OPEN, "health GET", "health-live GET", "health-ready GET", "metrics GET"),
    **of(OPEN, "schema GET", "docs GET", "portal:root GET"),
    **of(OPEN, "accounts:login GET", "accounts:login POST"),
    **of(NOT_THERE, "api/ GET", "api/ POST"),
}
ACCOUNTS: Declared = {
    # These carry a secret of their own: with a wrong one, they refuse everybody.
    **of(
        NOT_THERE, "auth-login POST", body={"email": "nobody@clinic.example", "password": "x"}
    ),
    **of(NOT_THERE, "auth-refresh POST", body={"refresh": "x"}),
    **of(NOT_THERE, "auth-logout POST", body={"refresh": "x"}),
    **of(NOT_THERE, "auth-second-factor POST", body={"challenge": "x", "code": "1"}),
    **of(NOT_THERE, "auth-passkey POST", body={"challenge": "x"}),
    **of(MEMBERS, "auth-step-up POST", body={"password": PASSWORD}),
    **of(OPEN, "accounts:second-factor GET", "accounts:second-factor POST"),
    **of(NOT_THERE, "accounts:oidc POST", "accounts:oidc-callback GET"),
    **of(
        MEMBERS,
        "accounts:step-up GET",
        "accounts:security GET",
        "accounts:password GET",
        "accounts:totp-add GET",
        "accounts:passkey-add GET",
        "accounts:sessions GET",
    ),
    **of(
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
    **of(MEMBERS, "accounts:passkey-remove POST", params={"passkey_id": 0}, form={}),
    **of(NOT_THERE, "accounts:session-end POST", params={"id": "browser-0"}, form={}),
    **of(MEMBERS, "auth-me GET", "accounts:logout POST"),
}
PORTAL: Declared = {
    **of(HOME, "portal:today GET"),
    **of(STAFF_LIST, "portal:patients GET"),
    **of(PAGES, "portal:tasks GET", "alerts:count GET"),
    **of(READ, "portal:patient GET", "portal:picture GET", "portal:since GET"),
    **of(
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
    **of(
        AUDIT,
        "portal:audit_alert_review POST",
        form={"outcome": "justified", "note": "x"},
    ),
    **of(AUDIT, "portal:audit_filter_save POST", form={"name": "Mine", "act": "x"}),
    # Filters and proofs are their owner's, and that is none of these.
    **of(NOT_THERE, "portal:audit_filter_delete POST", "portal:audit_filter_restore POST"),
    **of(NOT_THERE, "portal:audit_filter_rename POST", form={"name": "x"}),
    **of(NOT_THERE, "portal:audit_proof GET", "audit-proof GET"),
    **of(AUDIT, "audit-events GET", "audit-event GET", "audit-export GET"),
    **of(AUDIT, "audit-alerts GET", "audit-alert-acknowledge POST", "audit-verify POST"),
    **of(AUDIT, "audit-alert-review POST", body={"outcome": "justified", "note": "x"}),
    **of(PAGES, "portal:gallery GET"),
}
DOCUMENTS: Declared = {
    **of(READ, "document GET", "document-pages GET", "upload-status GET"),
    # The planted document has no file behind it.
    **of(NOT_THERE, "document-file GET", "document-page-image GET", "documents:page_image GET"),
    **of(STAFF_LIST, "upload-documents GET", "documents:list GET"),
    **of(WRITE, "upload-document POST", form={**P, "title": "x", "file": FILE}),
    **of(WRITE, "document DELETE", "document-accept POST", "document-retry POST"),
    **of(
        READ,
        "documents:document GET",
        "documents:of_patient GET",
        "documents:panel GET",
        "documents:standing GET",
    ),
    **of(WRITE_PAGE, "documents:of_patient POST", form={"title": "x", "file": FILE}),
    **of(WRITE, "documents:accept POST", "documents:delete POST", "documents:retry POST"),
}
TWINS: Declared = {
    # It takes two twins, and there is one.
    **of(NOT_THERE, "twins:compare GET"),
    **of(READ, "twin GET", "twin-history GET", "job GET"),
    **of(
        READ,
        "twin-forecast GET",
        "twin-predictions GET",
        "twin-what-if GET",
        "twin-what-if POST",
    ),
    **of(UNBUILT, "models GET"),
    **of(READ, "twin-generate POST", body=P),
    **of(
        READ,
        "twins:detail GET",
        "twins:panel GET",
        "twins:job GET",
    ),
    **of(READ, "twins:generate POST"),
}
ALERTS: Declared = {
    **of(
        STAFF_LIST,
        "alerts GET",
        "alerts:inbox GET",
        "alert-rules GET",
        "alert-rule GET",
        "alerts:rules GET",
    ),
    **of(READ, "alert GET", "alerts:detail GET", "alerts:toast GET", "alerts:panel GET"),
    **of(WRITE, "alert-ack POST", "alert-escalate POST", "alert-resolve POST", body={}),
    **of(WRITE, "alert-snooze POST", body={"until": "{after}"}),
    **of(WRITE, "alerts:respond POST", params={"act": "acknowledge"}, form={"note": ""}),
    **of(RULES, "alert-rules POST", body=RULE),
    **of(RULES, "alert-rule PATCH", body={"severity": "high"}),
    **of(RULES, "alert-rule DELETE", "alerts:rule_retire POST", "alerts:rule_switch POST"),
    **of(RULES, "alerts:rules POST", form=RULE_FORM),
    **of(
        STAFF_LIST,
        "alert-rule-dry-run POST",
        body={"kind": "threshold", "params": RULE["params"]},
    ),
    **of(STAFF_LIST, "alerts:dry_run POST", form=RULE_FORM),
}
AGENTS: Declared = {
    **of(READ, "chat POST", "chat-stream POST", body={**P, "message": "Any doses?"}),
    **of(READ, "chat-session POST", body=P),
    **of(READ, "chat-history GET", query=P),
    **of(UNBUILT, "chat-stream GET"),
    **of(SIGN, "note-draft POST", body=P),
    **of(READ, "note GET"),
    **of(SIGN, "note PUT", body={"revision": 1, "texts": {}}),
    **of(SIGN, "note-sign POST", body={"revision": 1, "texts": {}}),
    **of(SIGN, "note-amend POST", body={"revision": 1, "texts": {}, "reason": "x"}),
    **of(
        UNBUILT,
        "expert-opinion GET",
        "expert-opinion POST",
        "expert-opinion-history GET",
        "expert-opinion-history POST",
        "anatomy GET",
        "anatomy POST",
    ),
    **of(READ, "knowledge-graph GET", query=P),
    **of(STAFF_LIST, "agents:chats GET"),
    **of(READ, "agents:chat GET", "agents:panel GET"),
    **of(READ, "agents:ask POST", form={"question": "Any doses?"}),
    # Only who asked sees a turn, and that is none of these.
    **of(NOT_THERE, "agents:turn GET", "agents:stop POST", "agents:retry POST"),
    **of(SIGN, "agents:note_draft POST"),
    **of(READ, "agents:note GET"),
    **of(SIGN_PAGE, "agents:note POST", form={"act": "save", "revision": 1}),
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
