"""Who sees what, written again from DESIGN §4 in the plainest way, to compare with.

Nothing here asks the code or the database: facts are lists, and a question is a loop.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

WORKERS = ("clinician", "coordinator")


@dataclass
class Part:
    """A part in somebody's care, a broken glass, or a proxy's: from a moment to another."""

    kind: str  # treats, covers, coordinates, glass or proxy
    user: UUID
    patient: UUID
    start: datetime
    end: datetime | None

    def runs(self, now: datetime) -> bool:
        return self.start <= now and (self.end is None or self.end > now)

    def is_over(self, now: datetime) -> bool:
        return self.end is not None and self.end <= now


@dataclass
class Item:
    patient: UUID
    author: UUID
    visibility: str


@dataclass
class Clinic:
    roles: dict[UUID, str] = field(default_factory=dict)
    inactive: set[UUID] = field(default_factory=set)
    owners: dict[UUID, UUID] = field(default_factory=dict)  # patient → their own account
    deleted: set[UUID] = field(default_factory=set)
    merged: dict[UUID, UUID] = field(default_factory=dict)  # record → the one it went into
    parts: list[Part] = field(default_factory=list)
    items: dict[UUID, Item] = field(default_factory=dict)

    def works_for(self, user: UUID, now: datetime) -> set[UUID]:
        """Whose care this user is part of, or whose glass they broke, and what merged in."""
        if user in self.inactive or self.roles[user] not in WORKERS:
            return set()
        kinds = ("treats", "covers", "coordinates", "glass")
        return self._with_merged(self._running(user, kinds, now))

    def treats(self, user: UUID, now: datetime) -> set[UUID]:
        """Whom they see as one who treats does: in an emergency that is everything."""
        if user in self.inactive or self.roles[user] not in WORKERS:
            return set()
        return self._with_merged(self._running(user, ("treats", "glass"), now))

    def sees(self, user: UUID, now: datetime) -> set[UUID]:
        """Of whom they see anything at all."""
        role = self.roles[user]
        if user in self.inactive:
            return set()
        if role == "admin":
            return set(self.owners)
        if role == "patient":
            own = {patient for patient, owner in self.owners.items() if owner == user}
            return self._with_merged(own)
        if role == "proxy":
            return self._with_merged(self._running(user, ("proxy",), now))
        return self.works_for(user, now)

    def record(self, patient: UUID) -> set[UUID]:
        """A record and those that went into it."""
        return {patient} | {old for old, into in self.merged.items() if into == patient}

    def sees_of(self, user: UUID, patient: UUID, now: datetime) -> set[UUID]:
        """Of whom they see anything when they ask for this patient by their own id.

        A record that went into another is asked for under the other's id, by those whom
        only that one lets in. Admins see everybody whatever they ask for.
        """
        if self.roles[user] == "admin":
            return self.sees(user, now)
        direct = {**self.merged}
        self.merged = {}
        own = patient in self.sees(user, now)
        self.merged = direct
        return self.record(patient) if own else set()

    def items_of(self, user: UUID, now: datetime) -> set[UUID]:
        return {id for id, item in self.items.items() if self._shows(item, user, now)}

    def _shows(self, item: Item, user: UUID, now: datetime) -> bool:
        if item.patient not in self.sees(user, now):
            return False
        works = item.patient in self.works_for(user, now)
        if item.visibility == "released":
            return True
        if item.visibility == "team":
            return works or self.roles[user] == "admin"
        if item.visibility == "restricted":
            return item.patient in self.treats(user, now)
        return works and item.author == user

    def _running(self, user: UUID, kinds: tuple[str, ...], now: datetime) -> set[UUID]:
        return {
            part.patient
            for part in self.parts
            if part.user == user and part.kind in kinds and part.runs(now)
        }

    def _with_merged(self, patients: set[UUID]) -> set[UUID]:
        return patients | {old for old, into in self.merged.items() if into in patients}

    def end(self, user: UUID, patient: UUID, kinds: tuple[str, ...], now: datetime) -> None:
        for part in self.parts:
            if (part.user, part.patient) == (user, patient) and part.kind in kinds:
                _ended(part, now)

    def hand_over(self, giver: UUID, taker: UUID, patient: UUID, now: datetime) -> None:
        """All that one has of a patient's care, now or from a later day on, the other has."""
        for part in list(self.parts):
            given = (part.user, part.patient) == (giver, patient) and not part.is_over(now)
            if given and part.kind in ("treats", "covers", "coordinates"):
                start = max(part.start, now)
                self.parts.append(Part(part.kind, taker, patient, start, part.end))
                _ended(part, now)

    def shift(self, by: timedelta) -> None:
        for part in self.parts:
            part.start -= by
            part.end = part.end and part.end - by


def _ended(part: Part, now: datetime) -> None:
    if not part.is_over(now):
        part.start, part.end = min(part.start, now), now
