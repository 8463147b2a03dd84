"""Reading the trail."""

from clinicity.audit.selectors.alerts import (
    proof,
    saved_filters,
    security_alerts,
    security_alerts_open,
    watched_until,
)
from clinicity.audit.selectors.looks import (
    Day,
    Look,
    accesses_of_patient,
    days,
    pairs,
)
from clinicity.audit.selectors.trail import (
    TrailFilter,
    acts,
    events_blocks,
    events_count,
    events_page,
    patient_of_pseudonym,
)

__all__ = [
    "Day", "Look", "TrailFilter", "accesses_of_patient", "acts", "days", "events_blocks",
    "events_count", "events_page", "pairs", "patient_of_pseudonym", "proof", "saved_filters",
    "security_alerts", "security_alerts_open", "watched_until",
]  # fmt: skip
