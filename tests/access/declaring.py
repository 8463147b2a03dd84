"""How a door is declared: who is let in, and what is asked."""

from typing import Any

from tests.access.rules import Ask, Rule

Declared = dict[str, tuple[Rule, Ask]]
# Filled in with the record's ids when it is sent.
P = {"patient_id": "{patient_id}"}
NOW = "{now}"
SPAN = {**P, "metric": "heart_rate", "start": "{before}", "end": "{now}"}
FILE = object()


def of(rule: Rule, *keys: str, **asked: Any) -> Declared:
    return dict.fromkeys(keys, (rule, Ask(**asked)))
