"""The transition table, whole, and what a breach does to a standing alert."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.rules.base import Severity
from alerts.rules.lifecycle import (
    TRANSITIONS,
    Act,
    NotPossible,
    Standing,
    State,
    on_breach,
    transition,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_a_pair_is_either_in_the_table_or_refused(state, act):
    if (state, act) in TRANSITIONS:
        assert transition(state, act) is TRANSITIONS[state, act]
        return
    with pytest.raises(NotPossible):
        transition(state, act)


def test_nothing_leaves_resolved():
    leaving = [after for (before, _), after in TRANSITIONS.items() if before is State.RESOLVED]
    assert set(leaving) == {State.RESOLVED}


def test_every_unresolved_state_can_be_resolved_and_ring_again():
    for state in sorted(set(State) - {State.RESOLVED}):
        assert transition(state, Act.RESOLVE) is State.RESOLVED
        assert transition(state, Act.RING_AGAIN) in (State.OPEN, State.ESCALATED)


def breach(standing, *, severity=Severity.MEDIUM, until=NOW):
    return on_breach(standing, severity=severity, until=until, cooldown=HOUR, now=NOW)


def standing(state, **changes):
    until = NOW - timedelta(minutes=30)
    return Standing(
        **{"state": state, "severity": Severity.MEDIUM, "evidence_until": until} | changes
    )


def test_a_first_breach_is_raised():
    assert breach(None) is Act.RAISE


@pytest.mark.parametrize("state", sorted(set(State) - {State.RESOLVED}))
def test_an_unresolved_alert_is_not_doubled(state):
    assert breach(standing(state)) is None


@pytest.mark.parametrize("state", sorted(set(State) - {State.RESOLVED}))
def test_a_higher_severity_rings_again_whatever_the_state(state):
    assert breach(standing(state), severity=Severity.HIGH) is Act.RING_AGAIN


def test_the_breach_that_was_resolved_is_not_raised_again():
    resolved = standing(State.RESOLVED, resolved_at=NOW - 2 * HOUR, evidence_until=NOW)
    assert breach(resolved) is None


def test_a_new_breach_after_the_cooldown_is_a_new_alert():
    assert breach(standing(State.RESOLVED, resolved_at=NOW - 2 * HOUR)) is Act.RAISE


def test_a_new_breach_while_cooling_is_suppressed_visibly_and_once():
    cooling = standing(State.RESOLVED, resolved_at=NOW - timedelta(minutes=5))
    assert breach(cooling) is Act.SUPPRESS
    said = standing(State.RESOLVED, resolved_at=NOW - timedelta(minutes=5), suppressed=True)
    assert breach(said) is None


def test_a_higher_severity_is_never_held_back_by_cooling():
    cooling = standing(State.RESOLVED, resolved_at=NOW - timedelta(minutes=5))
    assert breach(cooling, severity=Severity.CRITICAL) is Act.RAISE
