"""How many of the doses that were noted were taken, and how many were due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Adherence:
    """Counts over [first, last]. `share` is of the doses that were noted, None without any."""

    first: date
    last: date
    expected: int
    taken: int
    missed: int

    @property
    def noted(self) -> int:
        return self.taken + self.missed

    @property
    def not_noted(self) -> int:
        return max(0, self.expected - self.noted)

    @property
    def share(self) -> float | None:
        return self.taken / self.noted if self.noted else None


def adherence(
    *,
    taken: Sequence[bool],
    times_per_day: int,
    treated: tuple[date, date | None],
    period: tuple[date, date],
) -> Adherence:
    """`taken` holds each noted dose of the period; `treated` is the drug's first and last day.

    A dose that nobody noted is neither taken nor missed.
    """
    first = max(treated[0], period[0])
    last = min(treated[1] or period[1], period[1])
    days = max(0, (last - first) // timedelta(days=1) + 1)
    return Adherence(first, last, days * times_per_day, sum(taken), len(taken) - sum(taken))
