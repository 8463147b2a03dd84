"""The words that every kind of rule shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray


class Severity(StrEnum):
    """How loudly a breach rings, softest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True)
class Samples:
    """One metric of one patient: ascending times in ms since 1970 UTC, and values."""

    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.times_ms)

    def between(self, start: datetime, end: datetime) -> "Samples":
        """The samples of [start, end]."""
        first, last = np.searchsorted(self.times_ms, [to_ms(start), to_ms(end) + 1])
        return Samples(self.times_ms[first:last], self.values[first:last])


@dataclass(frozen=True)
class Breach:
    """A stretch of samples that a rule calls a breach."""

    start: datetime
    end: datetime
    count: int
    worst: float


@dataclass(frozen=True)
class Finding:
    """What a rule found. `checked` samples, so that silence can say what it covered."""

    checked: int
    last_at: datetime | None
    breach: Breach | None

    @property
    def covered(self) -> bool:
        return self.checked > 0


class Rule(Protocol):
    """A rule of some kind, made from parameters that `parse` has found valid."""

    kind: ClassVar[str]

    @property
    def metric(self) -> str:
        """The code of the metric that it judges."""

    @classmethod
    def parse(cls, params: Mapping[str, Any], *, metrics: frozenset[str]) -> "Rule":
        """Raises `Invalid` with one sentence a field."""

    def to_params(self) -> dict[str, Any]:
        """The canonical parameters: parsing them gives an equal rule."""

    @property
    def look_back(self) -> timedelta:
        """How far before `now` samples still matter."""

    def breaches(self, samples: Samples) -> list[Breach]:
        """Every breach in a stretch of samples, oldest first."""

    def evaluate(self, samples: Samples, *, now: datetime) -> Finding:
        """The latest breach within `look_back` of `now`, if any."""


def to_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def from_ms(value: int) -> datetime:
    return datetime.fromtimestamp(int(value) / 1000, UTC)
