"""Fitbit's logs: nights, exercise sessions, weights. Times as `fitbit_json` says."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from biometrics.importers.clock import NO_TIME, SeriesClock, utc_of_local, wall_ms
from biometrics.importers.fitbit_json import (
    FITBIT_DEVICE,
    MINUTE_MS,
    POINTS,
    Decoder,
    Reader,
    Record,
)  # fmt: skip
from biometrics.importers.tables import Gathering, Table

POUND_KG = 0.45359237
# Heights between which BMI tells pounds from kilograms, in metres.
USUAL_HEIGHT = 1.70
LEVELS = {"wake": 0, "awake": 0, "light": 1, "deep": 2, "rem": 3, "asleep": 4, "restless": 6}
# What a night's log says of it, by metric: the entry's name and what makes it the unit.
FIGURES = {
    "time_in_bed": ("time_in_bed", 1 / 60),
    "sleep_efficiency": ("efficiency", 1.0),
    "sleep_latency": ("minutes_to_fall_asleep", 1.0),
    "wake_after_sleep_onset": ("minutes_awake", 1.0),
}
# Figures of an exercise session that the minutes of its time already hold.
OF_A_SESSION = ("average_heart_rate", "calories", "steps", "distance", "elevation_gain")
# Start and end in ms of the wall clock, and the stage's code.
Segment = tuple[int, int, int]


class Level(Record):
    date_time: str
    level: str
    seconds: float


class Levels(Record):
    data: list[Level] = []
    short_data: list[Level] = []


class Night(Record):
    start_time: str
    end_time: str
    minutes_asleep: float
    time_in_bed: float | None = None
    efficiency: float | None = None
    minutes_to_fall_asleep: float | None = None
    minutes_awake: float | None = None
    minutes_after_wakeup: float | None = None
    levels: Levels = msgspec.field(default_factory=Levels)


class RunFitness(Record):
    value: float = msgspec.field(name="vo2Max")


class Exercise(Record):
    start_time: str
    duration: float
    active_duration: float | None = None
    average_heart_rate: float | None = None
    calories: float | None = None
    steps: float | None = None
    distance: float | None = None
    elevation_gain: float | None = None
    fitness: RunFitness | None = msgspec.field(name="vo2Max", default=None)


class Weight(Record):
    date: str
    time: str
    weight: float
    bmi: float | None = None
    fat: float | None = None


def nights(zone: ZoneInfo) -> Reader:
    """Sessions, their figures and their stages."""
    decoder = Decoder(Night)

    def read(block: bytes) -> Table:
        decoded, gathering = decoder.decode(block), Gathering()
        gathering.reasons += decoded.reasons
        starts = wall_ms([night.start_time for night in decoded.items])
        ends = wall_ms([night.end_time for night in decoded.items])
        # The whole night stands on the clock at waking up.
        shifts = utc_of_local(ends, zone) - ends
        for at, (record, night) in enumerate(zip(decoded.records, decoded.items, strict=True)):
            if NO_TIME in (starts[at], ends[at]) or starts[at] >= ends[at]:
                why = f"A night from {night.start_time!r} to {night.end_time!r} can't be."
                gathering.refuse(int(record), why)
                continue
            span = (int(starts[at] + shifts[at]), int(ends[at] + shifts[at]))
            _night(gathering, int(record), night, span)
            _stages(gathering, int(record), night.levels, int(shifts[at]))
        return gathering.table(decoded.total, zone)

    return read


def _night(gathering: Gathering, record: int, night: Night, span: tuple[int, int]) -> None:
    start, end = span
    asleep = start + round((night.minutes_to_fall_asleep or 0) * MINUTE_MS)
    awake = end - round((night.minutes_after_wakeup or 0) * MINUTE_MS)
    gathering.add(
        record, (FITBIT_DEVICE, "sleep_session"), asleep, night.minutes_asleep / 60,
        duration_ms=max(awake - asleep, 0),
    )  # fmt: skip
    for metric, (name, factor) in FIGURES.items():
        value = getattr(night, name)
        if value is not None:
            lane = (FITBIT_DEVICE, metric)
            gathering.add(record, lane, start, value * factor, duration_ms=end - start)


def _stages(gathering: Gathering, record: int, levels: Levels, shift: int) -> None:
    known, others = _segments(levels.data)
    short, short_others = _segments(levels.short_data)
    for name in others + short_others:
        gathering.ignore(record, f"sleep level {name}")
    for start, end, code in spliced(known, short):
        lane = (FITBIT_DEVICE, "sleep_stage")
        gathering.add(record, lane, start + shift, code, duration_ms=end - start)


def _segments(levels: Iterable[Level]) -> tuple[list[Segment], list[str]]:
    """In the order of time, and the names of those that are no stage or have no time."""
    found, others = [], []
    levels = list(levels)
    for start, level in zip(wall_ms([each.date_time for each in levels]), levels, strict=True):
        if level.level in LEVELS and start != NO_TIME:
            end = int(start) + round(level.seconds * 1000)
            found.append((int(start), end, LEVELS[level.level]))
        else:
            others.append(level.level)
    return sorted(found), others


def spliced(long: list[Segment], short: list[Segment]) -> list[Segment]:
    """Stages without an overlap: the short awakenings cut into the stages around them.

    Fitbit gives wake of up to three minutes apart from the stages, which run on through it.
    """
    edges = sorted({edge for segment in long + short for edge in segment[:2]})
    stages: list[Segment] = []
    for start, end in pairwise(edges):
        code = _code_at(short, start)
        code = _code_at(long, start) if code is None else code
        if code is None:
            continue
        if stages and stages[-1][1:] == (start, code):
            stages[-1] = (stages[-1][0], end, code)
        else:
            stages.append((start, end, code))
    return stages


def _code_at(segments: list[Segment], moment: int) -> int | None:
    at = bisect_right(segments, (moment, math.inf)) - 1
    return segments[at][2] if at >= 0 and moment < segments[at][1] else None


def exercises(zone: ZoneInfo) -> Reader:
    """Sessions: the minutes in motion, over the time from start to end."""
    decoder = Decoder(Exercise)

    def read(block: bytes) -> Table:
        decoded, gathering = decoder.decode(block), Gathering()
        gathering.reasons += decoded.reasons
        starts = wall_ms([item.start_time for item in decoded.items])
        for start, record, item in zip(starts, decoded.records, decoded.items, strict=True):
            if start == NO_TIME:
                gathering.refuse(int(record), f"{item.start_time!r} is no time.")
                continue
            _exercise(gathering, int(record), int(start), item)
        return gathering.table(decoded.total, zone)

    return read


def _exercise(gathering: Gathering, record: int, start: int, item: Exercise) -> None:
    moving = item.duration if item.active_duration is None else item.active_duration
    values = {"exercise": moving / MINUTE_MS}
    if item.fitness:
        values["vo2_max"] = item.fitness.value
    for metric, value in values.items():
        lane = (FITBIT_DEVICE, metric)
        gathering.add(record, lane, start, value, duration_ms=round(item.duration))
    for name in OF_A_SESSION:
        if getattr(item, name) is not None:
            gathering.ignore(record, f"exercise {name}")


def weights(zone: ZoneInfo) -> Reader:
    """Weights: in pounds unless body mass index says that they are kilograms."""
    decoder, clock = Decoder(Weight), SeriesClock(zone)

    def read(block: bytes) -> Table:
        decoded, gathering = decoder.decode(block), Gathering()
        gathering.reasons += decoded.reasons
        walls = wall_ms([f"{item.date} {item.time}" for item in decoded.items])
        good = walls != NO_TIME
        starts = iter(clock.times(walls[good]).start_ms)
        for timed, record, item in zip(good, decoded.records, decoded.items, strict=True):
            if not timed:
                gathering.refuse(int(record), f"{item.date} {item.time} is no time.")
                continue
            _weight(gathering, int(record), int(next(starts)), item)
        return gathering.table(decoded.total, zone)

    return read


def _weight(gathering: Gathering, record: int, start: int, item: Weight) -> None:
    values = {
        "weight": item.weight * _kilograms(item.weight, item.bmi),
        "body_mass_index": item.bmi,
        "body_fat": item.fat,
    }
    for metric, value in values.items():
        if value:
            gathering.add(record, (FITBIT_DEVICE, metric), start, value)


def _kilograms(weight: float, bmi: float | None) -> float:
    """The unit of the account isn't in the file: the one in which the height is likelier."""
    if not bmi or bmi < 0 or weight <= 0:
        return POUND_KG
    return min((POUND_KG, 1.0), key=lambda unit: _unlikely(math.sqrt(weight * unit / bmi)))


def _unlikely(height: float) -> float:
    return abs(math.log(height / USUAL_HEIGHT))


# What reads a file of a family, remembering from block to block.
READERS: Mapping[str, Callable[[ZoneInfo], Reader]] = {
    **POINTS, "sleep": nights, "exercise": exercises, "weight": weights,
}  # fmt: skip
