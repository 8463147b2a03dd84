"""What people report themselves: mood, questionnaires, doses taken or missed."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from clinicity.demo.simulator.body import added
from clinicity.demo.simulator.days import Days, Floats, Ints
from clinicity.demo.simulator.people import Drug, Person

EVENING = 20.5
ANSWERED_SHARE = 0.85
FIRST_QUESTIONNAIRE = 84
QUESTIONNAIRE_EVERY = 14
# How strongly an item follows the whole; the ninth of PHQ-9 stays at zero: a
# simulated clinic rings no alarm of self-harm.
PHQ9_WEIGHTS = (1.2, 1.2, 1.3, 1.3, 0.9, 0.9, 0.9, 0.6, 0.0)
GAD7_WEIGHTS = (1.2, 1.1, 1.2, 1.0, 0.8, 0.9, 0.8)


@dataclass(frozen=True)
class Answers:
    """One filled-in questionnaire."""

    instrument: str
    items: tuple[int, ...]
    answered_at: datetime


def mood(person: Person, days: Days, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """A rating from 1 to 10 on most evenings, with some memory of the day before."""
    usual = person.mood + added(person, days, "mood")
    noise = rng.normal(0, 0.7, days.count)
    noise[1:] += 0.4 * noise[:-1]
    rated = np.clip(np.round(usual + noise), 1, 10)
    ago = days.count - np.arange(days.count)
    given = (rng.random(days.count) < ANSWERED_SHARE) & (ago <= person.known_since)
    times = [_ms(days.at(days.count - n, EVENING)) for n in range(days.count)]
    return np.array(times, dtype=np.int64)[given], rated[given]


def questionnaires(person: Person, days: Days, rng: np.random.Generator) -> list[Answers]:
    """PHQ-9 and GAD-7 every other week, scored around the person's state that day."""
    worse = added(person, days, "symptoms")
    given = []
    for ago in range(FIRST_QUESTIONNAIRE, 0, -QUESTIONNAIRE_EVERY):
        extra = worse[days.count - ago]
        at = days.at(ago, 19 + rng.random())
        phq9 = _items(person.symptoms + extra, PHQ9_WEIGHTS, rng)
        gad7 = _items(person.anxiety + 0.4 * extra, GAD7_WEIGHTS, rng)
        if ago > person.known_since:
            continue
        given += [Answers("phq9", phq9, at), Answers("gad7", gad7, at)]
    return given


def doses(
    person: Person, days: Days, rng: np.random.Generator
) -> list[list[tuple[datetime, str]]]:
    """For each drug, each dose that was due in the simulated days."""
    return [_doses_of(drug, days, rng) for drug in person.drugs]


def _doses_of(drug: Drug, days: Days, rng: np.random.Generator) -> list[tuple[datetime, str]]:
    first, last = min(drug.started, days.count), max(drug.ended or 0, 1)
    due = []
    for ago in range(first, last - 1, -1):
        for hour in drug.hours:
            missed = ago in drug.missed or rng.random() < drug.missed_share
            due.append((days.at(ago, hour), "missed" if missed else "taken"))
    return due


def _items(
    total: float, weights: tuple[float, ...], rng: np.random.Generator
) -> tuple[int, ...]:
    """Items of 0 to 3 that add up to about `total`."""
    share = np.array(weights) / sum(weights)
    answers = np.round(max(total, 0.0) * share + rng.normal(0, 0.35, len(share)))
    answers = np.where(np.array(weights) > 0, answers, 0)
    return tuple(int(answer) for answer in np.clip(answers, 0, 3))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
