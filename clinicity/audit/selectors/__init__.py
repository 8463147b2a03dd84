"""Reading the trail."""

from clinicity.audit.selectors.alerts import (
    proof,
    saved_filters,
    security_alert_get,
    security_alerts,
    security_alerts_open,
    unusual_among,
    watched_until,
)
from clinicity.audit.selectors.looks import (
    Day,
    Look,
    accesses_of_patient,
    days,
    pairs,
)
from clinicity.audit.selectors.standing import LastProof, Standing, last_proof, standing_of
from clinicity.audit.selectors.trail import (
    TrailFilter,
    acts,
    event_get,
    events_blocks,
    events_count,
    events_of_request,
    events_page,
    patient_of_pseudonym,
    seal_numbers,
)

__all__ = [
    "Day", "LastProof", "Look", "Standing", "TrailFilter", "accesses_of_patient", "acts", "days",
    "event_get", "events_blocks", "events_count", "events_of_request", "events_page",
    "last_proof", "pairs", "patient_of_pseudonym", "proof", "saved_filters", "seal_numbers",
    "security_alert_get", "security_alerts", "security_alerts_open", "standing_of",
    "unusual_among", "watched_until",
]  # fmt: skip
