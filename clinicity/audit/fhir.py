"""Events of the trail as FHIR R4 AuditEvent resources. Pure: values in, JSON out.

Nobody is named: people are identifiers, patients their pseudonyms.
https://hl7.org/fhir/R4/auditevent.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from clinicity.audit.purposes import purpose_of

BASE = "https://clinicity.example/fhir"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
OUTCOMES = {"ok": "0", "refused": "4", "failed": "8"}
OUTCOME_WORDS = {"refused": "refused", "failed": "failed"}
# What kind of event an act is, by its beginning or its last word: DICOM's codes and terms.
TYPES_BY_AREA = {
    "account": ("110114", "User Authentication"),
    "audit": ("110101", "Audit Log Used"),
    "security_alert": ("110113", "Security Alert"),
    "job": ("110100", "Application Activity"),
    "model": ("110100", "Application Activity"),
}
TYPES_BY_VERB = {
    "export": ("110106", "Export"),
    "download": ("110106", "Export"),
    "import": ("110107", "Import"),
    "ingest": ("110107", "Import"),
    "search": ("110112", "Query"),
}
RECORD = ("110110", "Patient Record")
# C, R, U, D or E, by the last word of an act.
ACTIONS = {
    "C": {"add", "create", "upload", "ingest", "register", "raise", "draft", "open", "assign",
          "give", "save", "answer", "ask", "begin"},
    "R": {"read", "list", "search", "export", "download", "receipt", "follow", "due", "verify",
          "picture", "history", "request_read"},
    "D": {"delete", "remove", "purge", "upload_remove", "retire"},
    "U": {"edit", "end", "restore", "error", "review", "acknowledge", "resolve", "revoke",
          "rename", "withdraw", "amend", "sign", "change", "seen", "snooze", "escalate"},
}  # fmt: skip
EXECUTE = "E"

Resource = dict[str, Any]


@dataclass(frozen=True)
class Recorded:
    """An event as it leaves the house: `patient` is a pseudonym, `details` hold no ids of
    patients, `subject_id` is that of the subject, or the pseudonym where it is a patient."""

    id: str
    position: int
    at: datetime
    actor_id: str
    role: str
    act: str
    subject: str
    outcome: str
    subject_id: str = ""
    patient: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    number: int | None = None


def audit_event(event: Recorded) -> Resource:
    code, words = _type(event.act)
    purpose = {"system": f"{TERMINOLOGY}/v3-ActReason", "code": _purpose(event)}
    resource: Resource = {
        "resourceType": "AuditEvent",
        "id": event.id,
        "type": {"system": DICOM, "code": code, "display": words},
        "subtype": [{"system": f"{BASE}/act", "code": event.act}],
        "action": _action(event.act),
        "recorded": event.at.isoformat(),
        "outcome": OUTCOMES.get(event.outcome, "8"),
        "purposeOfEvent": [{"coding": [purpose]}],
        "agent": [_agent(event)],
        "source": {
            "observer": {"display": "Clinicity"},
            "type": [{"system": f"{TERMINOLOGY}/security-source-type", "code": "4",
                      "display": "Application Server"}],
        },
        "entity": _entities(event),
    }  # fmt: skip
    if event.outcome in OUTCOME_WORDS:
        resource["outcomeDesc"] = OUTCOME_WORDS[event.outcome]
    return resource


def bundle_parts(events: Iterable[Recorded]) -> Iterator[bytes]:
    """A Bundle of them as JSON, written piece by piece."""
    yield b'{"resourceType":"Bundle","type":"collection"'
    opening = b',"entry":['
    for event in events:
        entry = {"fullUrl": f"urn:uuid:{event.id}", "resource": audit_event(event)}
        yield opening + msgspec.json.encode(entry)
        opening = b","
    # FHIR knows no empty list: a Bundle of nothing has no entries.
    yield b"]}" if opening == b"," else b"}"


def _type(act: str) -> tuple[str, str]:
    area, _, verb = act.rpartition(".")
    return TYPES_BY_AREA.get(area) or TYPES_BY_VERB.get(verb) or RECORD


def _action(act: str) -> str:
    verb = act.rpartition(".")[2]
    return next((letter for letter, verbs in ACTIONS.items() if verb in verbs), EXECUTE)


def _purpose(event: Recorded) -> str:
    return purpose_of(event.act, event.role, event.details)


def _agent(event: Recorded) -> Resource:
    return {
        "role": [{"coding": [{"system": f"{BASE}/role", "code": event.role}]}],
        "who": {"identifier": {"system": f"{BASE}/actor", "value": event.actor_id}},
        "requestor": True,
    }


def _entities(event: Recorded) -> list[Resource]:
    entities = [_subject(event)]
    if event.patient:
        entities.append(
            {
                "what": {"identifier": {"system": f"{BASE}/pseudonym", "value": event.patient}},
                "type": _coding("audit-entity-type", "1", "Person"),
                "role": _coding("object-role", "1", "Patient"),
            }
        )
    return entities


def _subject(event: Recorded) -> Resource:
    entity: Resource = {
        "type": _coding("audit-entity-type", "2", "System Object"),
        "name": event.subject,
        "detail": [
            {"type": name, "valueString": value} for name, value in _details(event).items()
        ],
    }
    if event.subject_id:
        system = f"{BASE}/{event.subject}"
        entity["what"] = {"identifier": {"system": system, "value": event.subject_id}}
    return entity


def _details(event: Recorded) -> dict[str, str]:
    """What else the event says, as text: FHIR has no place for numbers here."""
    told = {"position": str(event.position)}
    if event.number is not None:
        told["seal"] = str(event.number)
    if event.request_id:
        told["request_id"] = event.request_id
    for name, value in event.details.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if text:
            told[str(name)] = text
    return told


def _coding(system: str, code: str, display: str) -> Resource:
    return {"system": f"{TERMINOLOGY}/{system}", "code": code, "display": display}
