"""What a verifier works on: one report, its people, and what was found that should be gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinicity.privacy.pseudonyms import pseudonym
from patients.models import DeletionReport

# What was being stored at the moment of a withdrawal may commit just after it.
GRACE = timedelta(seconds=5)


@dataclass(frozen=True)
class Left:
    """Something that a store still has. `what` names a kind of thing, never a value."""

    place: str
    what: str
    count: int


@dataclass(frozen=True)
class Subject:
    """The records of one person that a report speaks of."""

    report: DeletionReport
    ids: list[UUID]

    @property
    def names(self) -> list[str]:
        return [pseudonym(id) for id in self.ids]

    @property
    def markers(self) -> list[str]:
        """What they are called in files, keys and collections."""
        return [*map(str, self.ids), *self.names]

    @property
    def withdrawn_at(self) -> datetime:
        return self.report.since + GRACE


def left(place: str, what: str, count: int) -> list[Left]:
    return [Left(place, what, count)] if count else []
