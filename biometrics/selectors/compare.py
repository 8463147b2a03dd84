"""Two metrics side by side, by hour or day, and how they go together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from biometrics.features.association import Association, association
from biometrics.metrics import Aggregation, Metric, metric_of
from biometrics.selectors.rollups import Periods, periods_page
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid

# Fewer pairs than this say nothing about how two metrics go together.
ENOUGH = {"hour": 48, "day": 14}
METHODS = ("pearson", "spearman")


@dataclass(frozen=True)
class Pair:
    """The figures of both metrics in one hour or day."""

    start_at: datetime
    first: float
    second: float


@dataclass(frozen=True)
class Comparison:
    """The pairs, and their association or in `abstained` a code of why there is none."""

    first: Metric
    second: Metric
    kinds: tuple[str, str]
    period: str
    pairs: Sequence[Pair]
    needed: int
    associations: Sequence[Association]
    abstained: str


def comparison(
    actor: Actor, patient_id: UUID, first: str, second: str, start: datetime, end: datetime,
    *, period: str = "day",
) -> Comparison:  # fmt: skip
    """Both metrics' figures of the same hours or days. Raises Invalid for states."""
    if first == second:
        raise Invalid("Choose two different metrics.")
    for code in (first, second):
        if metric_of(code).aggregation is Aggregation.TIME_IN_STATE:
            raise Invalid(f"{metric_of(code).name} has states, not amounts, to compare.")
    sides = [
        periods_page(actor, patient_id, code, start, end, period=period, size=None)
        for code in (first, second)
    ]
    return _compared(sides[0], sides[1], _pairs(sides[0], sides[1]))


def _pairs(first: Periods, second: Periods) -> list[Pair]:
    others = {item.start_at: item.figure.value for item in second.items}
    return [
        Pair(item.start_at, item.figure.value, other)
        for item in first.items
        if item.figure.value is not None and (other := others.get(item.start_at)) is not None
    ]


def _compared(first: Periods, second: Periods, pairs: Sequence[Pair]) -> Comparison:
    needed = ENOUGH[first.period]
    found: list[Association] = []
    if len(pairs) >= needed:
        a, b = np.array([p.first for p in pairs]), np.array([p.second for p in pairs])
        found = [part for method in METHODS if (part := association(method, a, b))]
    abstained = "" if found else "too_few" if len(pairs) < needed else "no_variation"
    return Comparison(
        first.metric, second.metric, (_kind(first), _kind(second)), first.period, pairs,
        needed, found, abstained,
    )  # fmt: skip


def _kind(side: Periods) -> str:
    return side.items[0].figure.kind if side.items else "mean"
