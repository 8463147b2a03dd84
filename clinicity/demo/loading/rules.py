"""The alert rules of the simulated clinic, made by one of its clinicians."""

from typing import Any

from alerts.services import rule_create
from clinicity.common.actors import Actor

WEEK_HOURS = 24 * 7
RULES: tuple[dict[str, Any], ...] = (
    {
        "name": "Slept under 6 hours three nights running",
        "kind": "threshold",
        "severity": "medium",
        "params": {
            "metric": "sleep_duration", "comparison": "below", "value": 6.0,
            "for_at_least": {"count": 3}, "look_back_hours": WEEK_HOURS,
        },
    },
    {
        "name": "Mood of 3 or lower three days running",
        "kind": "threshold",
        "severity": "high",
        "params": {
            "metric": "mood", "comparison": "at_most", "value": 3.0,
            "for_at_least": {"count": 3}, "look_back_hours": WEEK_HOURS,
        },
    },
    {
        "name": "Heart rate above 130 for 15 minutes",
        "kind": "threshold",
        "severity": "high",
        "params": {
            "metric": "heart_rate", "comparison": "above", "value": 130.0,
            "for_at_least": {"minutes": 15}, "look_back_hours": 24,
        },
    },
)  # fmt: skip


def rules_add(by: Actor) -> int:
    for rule in RULES:
        rule_create(by=by, **rule)
    return len(RULES)
