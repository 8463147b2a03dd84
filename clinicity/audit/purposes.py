"""Why someone acts, as far as their part in the clinic and the act itself say: pure.

Codes are those of HL7's v3-ActReason (PurposeOfUse), which FHIR's AuditEvent asks for. An
event may name its own purpose in its details; breaking the glass does (BTG).
"""

from collections.abc import Mapping
from typing import Any

EMERGENCY = "BTG"
BY_ROLE = {
    "clinician": "TREAT",
    "coordinator": "CAREMGT",
    "admin": "PATADMIN",
    "auditor": "HCOMPL",
    "researcher": "HRESCH",
    "patient": "PATRQT",
    "proxy": "FAMRQT",
    "device": "TREAT",
    "service": "HOPERAT",
}
# Acts on the house itself, whoever does them.
HOUSE = ("account.", "job.", "audit_filter.")
OVERSIGHT = ("audit.", "security_alert.", "access_log.")


def _(text: str) -> str:
    """Marks words for translation; pages translate them."""
    return text


# What a patient reads under "who looked", and an auditor under "why".
WORDS = {
    "BTG": _("emergency"),
    "CAREMGT": _("coordination of care"),
    "FAMRQT": _("on the patient’s behalf"),
    "HCOMPL": _("checking that access was right"),
    "HOPERAT": _("automatic processing"),
    "HRESCH": _("research"),
    "HSYSADMIN": _("running the system"),
    "PATADMIN": _("administration of records"),
    "PATRQT": _("the patient’s own wish"),
    "TREAT": _("treatment"),
}


def purpose_of(
    act: str, role: str, details: Mapping[str, Any] | None = None, *, emergency: bool = False
) -> str:
    """The code of the purpose."""
    said = (details or {}).get("purpose")
    if emergency or said == EMERGENCY or act.startswith("break_glass.open"):
        return EMERGENCY
    if said in WORDS:
        return str(said)
    if role in ("patient", "proxy"):
        return BY_ROLE[role]
    if act.startswith(OVERSIGHT) and role != "service":
        return "HCOMPL"
    if act.startswith(HOUSE):
        return "HSYSADMIN"
    return BY_ROLE.get(role, "HOPERAT")
