"""What a snapshot is written into, and the two kinds of thing that it says."""

from dataclasses import dataclass, field
from typing import Any

from twins.inference.bootstrap import LEVEL, Interval
from twins.inference.inputs import Inputs, Window


@dataclass(frozen=True)
class Feature:
    """A figure, its interval, and how many days it rests on, of how many."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    days: int
    of_days: int
    level: int = LEVEL

    @property
    def coverage(self) -> float:
        return self.days / self.of_days


@dataclass(frozen=True)
class Abstention:
    """What the twin does not say, and what it would need to say it."""

    name: str
    reason: str
    have: int
    need: int


@dataclass
class Draft:
    """The one context that each step of a snapshot reads and adds to."""

    inputs: Inputs
    window: Window
    seed: int
    features: list[Feature] = field(default_factory=list)
    abstentions: list[Abstention] = field(default_factory=list)
    pictures: dict[str, Any] = field(default_factory=dict)

    def say(self, name: str, value: float, unit: str, ends: Interval, *, days: int) -> None:
        """Add a figure that rests on `days` of the window."""
        self.features.append(
            Feature(name, value, unit, ends.low, ends.high, days, self.window.days)
        )

    def abstain(self, name: str, reason: str, *, have: int, need: int) -> None:
        self.abstentions.append(Abstention(name, reason, have, need))
