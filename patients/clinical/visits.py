"""The states of a visit, and its names in FHIR's two vocabularies."""

from typing import Final

PROPOSED, PLANNED, ARRIVED = "proposed", "planned", "arrived"
IN_PROGRESS, FINISHED, CANCELLED, NOSHOW = "in_progress", "finished", "cancelled", "noshow"
TRANSITIONS: Final = {
    PROPOSED: frozenset((PLANNED, CANCELLED)),
    PLANNED: frozenset((ARRIVED, IN_PROGRESS, FINISHED, CANCELLED, NOSHOW)),
    ARRIVED: frozenset((IN_PROGRESS, FINISHED, CANCELLED, PLANNED)),
    IN_PROGRESS: frozenset((FINISHED, ARRIVED)),
    # A slip at the desk: the status goes back, and the history keeps both.
    FINISHED: frozenset((IN_PROGRESS,)),
    CANCELLED: frozenset((PLANNED,)),
    NOSHOW: frozenset((PLANNED, ARRIVED)),
}
# FHIR R4 Appointment.status and Encounter.status.
APPOINTMENT: Final = {
    PROPOSED: "proposed", PLANNED: "booked", ARRIVED: "arrived", IN_PROGRESS: "checked-in",
    FINISHED: "fulfilled", CANCELLED: "cancelled", NOSHOW: "noshow",
}  # fmt: skip
ENCOUNTER: Final = {
    PROPOSED: "planned", PLANNED: "planned", ARRIVED: "arrived", IN_PROGRESS: "in-progress",
    FINISHED: "finished", CANCELLED: "cancelled", NOSHOW: "cancelled",
}  # fmt: skip
STARTED: Final = frozenset((ARRIVED, IN_PROGRESS, FINISHED))


def may_become(status: str, wanted: str) -> bool:
    return wanted in TRANSITIONS.get(status, frozenset())


def from_fhir(status: str) -> str:
    """Our word for FHIR's, or the word itself where it is ours already."""
    pairs = (*ENCOUNTER.items(), *APPOINTMENT.items())
    words = {fhir: ours for ours, fhir in pairs}
    return status if status in TRANSITIONS else words.get(status, status)
