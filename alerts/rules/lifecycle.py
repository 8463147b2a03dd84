"""One alert's life: a transition table, and what a new breach does to it.

    open ─ acknowledge → acknowledged ─ snooze → snoozed ─ wake → open
      └────── each of the four ─ escalate → escalated ─ resolve → resolved

A breach of higher severity never joins an acknowledged, snoozed or cooling alert:
it rings again. Every suppression is an event of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.rules.base import Severity
from clinicity.common.exceptions import Conflict


class State(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


class Act(StrEnum):
    """What happened to an alert. Each is one append-only event."""

    RAISE = "raise"
    RING_AGAIN = "ring_again"
    SUPPRESS = "suppress"
    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    WAKE = "wake"
    ESCALATE = "escalate"
    RESOLVE = "resolve"


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.OPEN, Act.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.OPEN, Act.SNOOZE): State.SNOOZED,
    (State.OPEN, Act.ESCALATE): State.ESCALATED,
    (State.OPEN, Act.RESOLVE): State.RESOLVED,
    (State.OPEN, Act.RING_AGAIN): State.OPEN,
    (State.ACKNOWLEDGED, Act.SNOOZE): State.SNOOZED,
    (State.ACKNOWLEDGED, Act.ESCALATE): State.ESCALATED,
    (State.ACKNOWLEDGED, Act.RESOLVE): State.RESOLVED,
    (State.ACKNOWLEDGED, Act.RING_AGAIN): State.OPEN,
    (State.SNOOZED, Act.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.SNOOZED, Act.WAKE): State.OPEN,
    (State.SNOOZED, Act.ESCALATE): State.ESCALATED,
    (State.SNOOZED, Act.RESOLVE): State.RESOLVED,
    (State.SNOOZED, Act.RING_AGAIN): State.OPEN,
    (State.ESCALATED, Act.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.ESCALATED, Act.RESOLVE): State.RESOLVED,
    (State.ESCALATED, Act.RING_AGAIN): State.ESCALATED,
    (State.RESOLVED, Act.SUPPRESS): State.RESOLVED,
}
UNRESOLVED = tuple(state for state in State if state is not State.RESOLVED)


class NotPossible(Conflict):
    """The alert's state does not allow this act."""


@dataclass(frozen=True)
class Standing:
    """The newest alert of a patient and a rule, as far as a new breach is concerned."""

    state: State
    severity: Severity
    evidence_until: datetime
    resolved_at: datetime | None = None
    # A cooling alert says once that it kept a breach quiet.
    suppressed: bool = False


def transition(state: State, act: Act) -> State:
    """The state after `act`; raises `NotPossible` for a pair that the table lacks."""
    try:
        return TRANSITIONS[state, act]
    except KeyError as error:
        raise NotPossible(
            f"An alert that is {state} can't take “{act}”.", state=state
        ) from error


def on_breach(
    standing: Standing | None,
    *,
    severity: Severity,
    until: datetime,
    cooldown: timedelta,
    now: datetime,
) -> Act | None:
    """What a breach that lasted `until` does. None: nothing that isn't known already."""
    if standing is None:
        return Act.RAISE
    louder = severity.rank > standing.severity.rank
    if standing.state is not State.RESOLVED:
        return Act.RING_AGAIN if louder else None
    if until <= standing.evidence_until:  # the very breach that was resolved
        return None
    cooling = standing.resolved_at is not None and now < standing.resolved_at + cooldown
    if not cooling or louder:
        return Act.RAISE
    return None if standing.suppressed else Act.SUPPRESS
