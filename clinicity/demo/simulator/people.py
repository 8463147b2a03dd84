"""What a simulated person is made of. Days are counted back from the clinic's today."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Rhythm:
    """How someone lives. Hours on a 24 h clock; `level` is counts a waking minute."""

    bed_hour: float = 23.2
    sleep_hours: float = 7.4
    irregular_hours: float = 0.4
    weekend_hours: float = 0.7
    level: float = 220.0
    restless: float = 0.5
    resting_bpm: float = 62.0


@dataclass(frozen=True)
class Episode:
    """An illness episode: what it adds to mood, sleep and activity at its height.

    It starts `starts` days ago, builds up over `ramp` days and ends `ends` days ago.
    """

    kind: str
    starts: int
    ends: int = 0
    ramp: int = 6
    mood: float = 0.0
    sleep_hours: float = 0.0
    bed_hours: float = 0.0
    activity: float = 1.0
    symptoms: float = 0.0


@dataclass(frozen=True)
class Drug:
    """One drug at one dose, and the days (ago) on which a dose was missed."""

    name: str
    dose: str
    unit: str
    hours: tuple[int, ...]
    started: int
    ended: int | None = None
    missed: tuple[int, ...] = ()
    missed_share: float = 0.0


@dataclass(frozen=True)
class Lab:
    """A laboratory test with its results as (days ago, value)."""

    loinc: str
    name: str
    unit: str
    low: str | None
    high: str | None
    results: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Wear:
    """How a device is worn: `since` days ago, long gaps as (first, last day ago)."""

    since: int = 90
    off_share: float = 0.03
    long_gaps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Visit:
    """A visit `days` ago (0 is today, below 0 to come) at an hour of the clinic's day."""

    days: int
    hour: float
    kind: str
    reason: str


@dataclass(frozen=True)
class Person:
    """One simulated patient. `symptoms` is the usual PHQ-9 level; every name is invented."""

    key: str
    first_name: str
    last_name: str
    born: date
    sex: str
    record_number: str
    conditions: tuple[tuple[str, str, date], ...]
    rhythm: Rhythm = Rhythm()
    mood: float = 6.5
    symptoms: float = 4.0
    anxiety: float = 4.0
    drugs: tuple[Drug, ...] = ()
    labs: tuple[Lab, ...] = ()
    allergies: tuple[tuple[str, str, str], ...] = ()
    episodes: tuple[Episode, ...] = ()
    wear: Wear = Wear()
    visits: tuple[Visit, ...] = ()
    preferred_name: str = ""
    known_since: int = 90
    team: tuple[str, ...] = field(default=("alice", "bob"))

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"
