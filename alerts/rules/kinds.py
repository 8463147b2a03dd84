"""The kinds of rule there are. One line makes a new kind known everywhere."""

from collections.abc import Mapping
from typing import Any

from alerts.rules.base import Rule
from alerts.rules.threshold import Threshold
from clinicity.common.exceptions import Invalid

KINDS: dict[str, type[Rule]] = {Threshold.kind: Threshold}


def parse(kind: str, params: Mapping[str, Any], *, metrics: frozenset[str]) -> Rule:
    """A rule of a named kind; raises `Invalid` when the kind or a parameter is bad."""
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise Invalid("The rule is not valid.", errors={"kind": f"Choose one of {known}."})
    return KINDS[kind].parse(params, metrics=metrics)
