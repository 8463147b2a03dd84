"""What a snapshot is made from, and the digest that names it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

# Grows with every change of what the features mean: old snapshots keep theirs.
FEATURES_VERSION = 2
WINDOW_DAYS = 90


@dataclass(frozen=True)
class Series:
    """One metric: ascending times in ms since 1970 UTC, and values, of equal length."""

    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]

    def since(self, moment: datetime) -> "Series":
        first = int(np.searchsorted(self.times_ms, int(moment.timestamp() * 1000)))
        return Series(self.times_ms[first:], self.values[first:])


@dataclass(frozen=True)
class Score:
    """One answered questionnaire."""

    answered_at: datetime
    total: float


@dataclass(frozen=True)
class Window:
    """Local days, both ends included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class Inputs:
    """Everything that a snapshot may depend on. Nothing else enters it."""

    patient_id: UUID
    ledger_position: int
    zone: str
    series: Mapping[str, Series]
    scores: Mapping[str, tuple[Score, ...]] = field(default_factory=dict)

    def window(self) -> Window | None:
        """The 90 local days that end with the newest reading or answer; None without any."""
        newest = [int(s.times_ms[-1]) / 1000 for s in self.series.values() if len(s.times_ms)]
        newest += [s[-1].answered_at.timestamp() for s in self.scores.values() if s]
        if not newest:
            return None
        end = datetime.fromtimestamp(max(newest), ZoneInfo(self.zone)).date()
        return Window(end - timedelta(days=WINDOW_DAYS - 1), end)

    def digest(self) -> str:
        """SHA-256 over canonical JSON of the inputs and the version of the features."""
        return digest_of(
            {
                "features_version": FEATURES_VERSION,
                "patient_id": str(self.patient_id),
                "ledger_position": self.ledger_position,
                "zone": self.zone,
                "series": {name: _series_digest(s) for name, s in self.series.items()},
                "scores": {
                    name: [[s.answered_at.isoformat(), s.total] for s in scores]
                    for name, scores in self.scores.items()
                },
            }
        )


def digest_of(content: Any) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(content: Any) -> bytes:
    """JSON with sorted keys and no spaces: equal content gives equal bytes."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _series_digest(series: Series) -> str:
    times = np.ascontiguousarray(series.times_ms, dtype="<i8").tobytes()
    values = np.ascontiguousarray(series.values, dtype="<f8").tobytes()
    return hashlib.sha256(times + b"|" + values).hexdigest()
