"""Sleep, activity, heart rate and wear of one person, by minute."""

from dataclasses import dataclass

import numpy as np

from clinicity.demo.simulator.days import (
    MINUTES_A_DAY,
    Days,
    Floats,
    Ints,
    Mask,
)
from clinicity.demo.simulator.people import Episode, Person

SLOT = 30  # minutes over which someone keeps doing much the same
HEART_EVERY = 5
CHARGING = (20, 55)  # minutes on the charger, on most days


@dataclass(frozen=True)
class Nights:
    """The night that ends on each day: local minutes of falling asleep and waking."""

    asleep_at: Ints
    awake_at: Ints

    @property
    def hours(self) -> Floats:
        return (self.awake_at - self.asleep_at) / 60.0


def strength(episode: Episode, days: Days) -> Floats:
    """How far an episode has built up, 0 to 1, by day index."""
    ago = days.count - np.arange(days.count)
    rising = (episode.starts - ago + 1) / episode.ramp
    falling = (ago - episode.ends) / episode.ramp if episode.ends else np.inf
    return np.clip(np.minimum(rising, falling), 0.0, 1.0)


def added(person: Person, days: Days, part: str) -> Floats:
    """What all episodes add to one part of life, by day index."""
    none = np.zeros(days.count)
    return sum((strength(e, days) * getattr(e, part) for e in person.episodes), none)


def nights(person: Person, days: Days, rng: np.random.Generator) -> Nights:
    """One main sleep a night, later at weekends, moved and shortened by illness."""
    rhythm, count = person.rhythm, days.count
    bed = rhythm.bed_hour - 24 if rhythm.bed_hour > 12 else rhythm.bed_hour
    late = rhythm.weekend_hours * days.weekend()
    wobble = rng.normal(0, rhythm.irregular_hours, count)
    start = bed + late + wobble + added(person, days, "bed_hours")
    hours = rhythm.sleep_hours + added(person, days, "sleep_hours")
    hours = hours + 0.3 * late + rng.normal(0, 0.45, count) - 0.3 * wobble
    begin = np.round((np.arange(count) * 24 + start) * 60).astype(np.int64)
    length = np.round(np.clip(hours, 2.5, 12.0) * 60).astype(np.int64)
    return Nights(begin, begin + length)


def asleep(night: Nights, days: Days) -> Mask:
    """By minute; the last evening falls asleep as the first one did."""
    depth = np.zeros(days.count * MINUTES_A_DAY + 1, dtype=np.int64)
    final = night.asleep_at[-1:] + MINUTES_A_DAY
    starts = np.concatenate([night.asleep_at, final])
    ends = np.concatenate([night.awake_at, final + MINUTES_A_DAY])
    np.add.at(depth, np.clip(starts, 0, len(depth) - 1), 1)
    np.add.at(depth, np.clip(ends, 0, len(depth) - 1), -1)
    return np.asarray(np.cumsum(depth)[days.local] > 0)


def activity(person: Person, days: Days, sleeping: Mask, rng: np.random.Generator) -> Floats:
    """Counts a minute: a daily shape, half-hours of doing and resting, and chance."""
    size = len(days.times)
    shape = 1 + 0.35 * np.cos((days.hour - 14.5) * 2 * np.pi / 24)
    shape = shape * np.where(days.weekend()[days.day], 0.9, 1.0)
    factor = _episode_activity(person, days) * rng.lognormal(0, 0.12, days.count)
    bouts = np.repeat(_bouts(size // SLOT + 1, person.rhythm.restless, rng), SLOT)[:size]
    mean = person.rhythm.level * shape * bouts * factor[days.day]
    awake = rng.gamma(0.9, mean / 0.9) * (rng.random(size) > 0.12)
    return np.floor(np.where(sleeping, _stirring(size, rng), awake))


def heart_rate(
    person: Person, days: Days, counts: Floats, sleeping: Mask, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Beats a minute each five minutes: rest, the clock, exertion, and slow drift."""
    steps = len(counts) // HEART_EVERY
    exertion = counts[: steps * HEART_EVERY].reshape(steps, HEART_EVERY).mean(axis=1)
    still = sleeping[: steps * HEART_EVERY : HEART_EVERY]
    hour = days.hour[: steps * HEART_EVERY : HEART_EVERY]
    bpm = person.rhythm.resting_bpm + np.where(still, -4.0, 6.0)
    bpm = bpm + 3.0 * np.cos((hour - 16) * 2 * np.pi / 24)
    bpm = bpm + 0.9 * np.sqrt(exertion) + _drift(steps, 0.9, 2.2, rng)
    return days.times[: steps * HEART_EVERY : HEART_EVERY], np.round(bpm)


def worn(person: Person, days: Days, rng: np.random.Generator) -> Mask:
    """By minute: off before it was given, on the charger, on off days and in long gaps."""
    ago = days.count - np.arange(days.count)
    on = ago <= person.wear.since
    on &= rng.random(days.count) >= person.wear.off_share
    for first, last in person.wear.long_gaps:
        on &= (ago > first) | (ago < last)
    charging = rng.random(days.count) < 0.8
    begin = (rng.normal(7.8, 0.7, days.count) * 60).astype(np.int64)
    length = rng.integers(*CHARGING, days.count) * charging
    minute = days.local % MINUTES_A_DAY
    begins, lengths = begin[days.day], length[days.day]
    return on[days.day] & ~((minute >= begins) & (minute < begins + lengths))


def _episode_activity(person: Person, days: Days) -> Floats:
    factor = np.ones(days.count)
    for episode in person.episodes:
        factor = factor * episode.activity ** strength(episode, days)
    return factor


def _stirring(size: int, rng: np.random.Generator) -> Floats:
    """Small movements of a sleeper, and short wakings of some minutes."""
    moves = rng.exponential(18.0, size) * (rng.random(size) < 0.07)
    waking = np.convolve(rng.random(size) < 0.004, np.ones(8))[:size] > 0
    return np.where(waking, rng.exponential(70.0, size), moves)


def _bouts(count: int, spread: float, rng: np.random.Generator) -> Floats:
    """Half-hours of rest and exertion, with mean one and some memory."""
    return np.exp(_drift(count, 0.55, spread, rng) - spread**2 / 2)


def _drift(count: int, memory: float, spread: float, rng: np.random.Generator) -> Floats:
    """A first-order autoregressive walk with the given standard deviation."""
    shocks = rng.normal(0, spread * np.sqrt(1 - memory**2), count)
    walk = np.empty(count)
    level = 0.0
    for index, shock in enumerate(shocks):
        level = memory * level + shock
        walk[index] = level
    return walk
