"""Twelve lives of ninety days: what devices, people and the clinic wrote down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from clinicity.demo.simulator import body, reports
from clinicity.demo.simulator.cast import CAST
from clinicity.demo.simulator.days import Days, Floats, Ints, Mask, days_before
from clinicity.demo.simulator.people import Person

DAYS = 90
ZONE = ZoneInfo("Europe/London")
SEED = 20_260_101


@dataclass(frozen=True)
class Samples:
    """One metric as arrays: UTC epoch ms in order, and values."""

    times: Ints
    values: Floats


@dataclass(frozen=True)
class Life:
    """One person with everything that the clinic knows by `until`.

    `samples` by metric: `activity` (counts a minute), `heart_rate` (/min),
    `sleep_duration` (h, at waking), `mood` (1 to 10).
    """

    person: Person
    days: Days
    samples: dict[str, Samples]
    doses: list[list[tuple[datetime, str]]]
    answers: list[reports.Answers]


def simulate(
    until: date, *, seed: int = SEED, people: tuple[Person, ...] = CAST
) -> Iterator[Life]:
    """Each person's life up to midnight at the start of `until`, one at a time."""
    days = days_before(until, count=DAYS, zone=ZONE)
    for person in people:
        yield live(person, days, seed=seed)


def live(person: Person, days: Days, *, seed: int = SEED) -> Life:
    samples = device_samples(person, days, seed)
    samples["mood"] = Samples(*reports.mood(person, days, _rng(seed, person, 4)))
    return Life(
        person=person,
        days=days,
        samples=samples,
        doses=reports.doses(person, days, _rng(seed, person, 5)),
        answers=reports.questionnaires(person, days, _rng(seed, person, 6)),
    )


def device_samples(person: Person, days: Days, seed: int) -> dict[str, Samples]:
    """What the watch saw while it was worn."""
    night = body.nights(person, days, _rng(seed, person, 0))
    sleeping = body.asleep(night, days)
    counts = body.activity(person, days, sleeping, _rng(seed, person, 1))
    worn = body.worn(person, days, _rng(seed, person, 2))
    beat_times, beats = body.heart_rate(person, days, counts, sleeping, _rng(seed, person, 3))
    beats_worn = worn[:: body.HEART_EVERY][: len(beats)]
    return {
        "activity": Samples(days.times[worn], counts[worn]),
        "heart_rate": Samples(beat_times[beats_worn], beats[beats_worn]),
        "sleep_duration": sleep_samples(night, days, worn),
    }


def sleep_samples(night: body.Nights, days: Days, worn: Mask) -> Samples:
    """Hours slept, timed at waking, for nights in which the watch was worn."""
    at = np.searchsorted(days.local, night.awake_at)
    at = np.clip(at, 0, len(days.times) - 1)
    seen = worn[at] & worn[np.clip(at - 180, 0, None)]
    return Samples(days.times[at][seen], np.round(night.hours[seen], 2))


def _rng(seed: int, person: Person, stream: int) -> np.random.Generator:
    """A stream of its own for each person and part, so that one change moves nothing else."""
    return np.random.default_rng([seed, *person.key.encode(), stream])
