"""Writes an export.xml as the Health app makes it: an iPhone and a Watch, years of days.

Deterministic by seed. Types come one after the other, each by time, as Apple writes them;
some of them have no metric in the catalogue. `python -m benchmarks.apple_export FILE`.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

FIRST = date(2019, 1, 7)
# What a day takes, about: the number of days follows from the size that is asked for.
BYTES_A_DAY = 632_000
NIGHT, DAY = (0, 6 * 3600), (6 * 3600, 23 * 3600)
WATCH = (
    'sourceName="Alice’s Apple\u00a0Watch" sourceVersion="10.3.1" device="&lt;&lt;HKDevice: '
    "0x28{:07x}&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, "
    'hardware:Watch6,2, software:10.3.1&gt;"'
)
PHONE = (
    'sourceName="Alice’s iPhone" sourceVersion="17.3.1" device="&lt;&lt;HKDevice: '
    "0x28{:07x}&gt;, name:iPhone, manufacturer:Apple Inc., model:iPhone, "
    'hardware:iPhone13,2, software:17.3.1&gt;"'
)
CUFF = 'sourceName="Cuff &amp; Co" sourceVersion="4"'
MOTION = '\n  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="1"/>'
ZONE = '\n  <MetadataEntry key="HKTimeZone" value="Europe/Berlin"/>'
CLOCK = [f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(86_400)]
PROLOG = Path(__file__).with_name("apple_export_prolog.txt")


@dataclass(frozen=True)
class Stream:
    """One type from one source: so many samples a day, between two values."""

    type: str
    unit: str
    source: str
    count: int
    low: float
    high: float
    seconds: int = 0
    digits: int = 0
    inside: str = ""
    hours: tuple[int, int] = (0, 86_000)


STREAMS = (
    Stream("BodyMass", "kg", PHONE, 1, 60, 62, digits=1),
    Stream("HeartRate", "count/min", WATCH, 330, 52, 118, inside=MOTION),
    Stream("OxygenSaturation", "%", WATCH, 14, 0.93, 1, digits=2, hours=NIGHT),
    Stream("RespiratoryRate", "count/min", WATCH, 30, 11, 17, digits=1, hours=NIGHT),
    Stream("StepCount", "count", PHONE, 45, 5, 600, seconds=300, hours=DAY),
    Stream("StepCount", "count", WATCH, 85, 5, 300, seconds=120, hours=DAY),
    Stream("DistanceWalkingRunning", "km", PHONE, 45, 0.01, 0.5, 300, 5, hours=DAY),
    Stream("DistanceWalkingRunning", "km", WATCH, 85, 0.01, 0.3, 120, 6, hours=DAY),
    Stream("BasalEnergyBurned", "kcal", WATCH, 130, 5, 20, seconds=600, digits=3),
    Stream("ActiveEnergyBurned", "kcal", WATCH, 320, 0.1, 4, seconds=60, digits=3),
    Stream("FlightsClimbed", "count", PHONE, 6, 1, 3, seconds=60, hours=DAY),
    Stream("AppleExerciseTime", "min", WATCH, 25, 1, 1, seconds=60, hours=DAY),
    Stream(
        "RestingHeartRate", "count/min", WATCH, 1, 50, 60, seconds=80_000, hours=(0, 80_100)
    ),
    Stream("WalkingHeartRateAverage", "count/min", WATCH, 1, 90, 110),
    Stream("VO2Max", "mL/min·kg", WATCH, 1, 38, 42, digits=2),
    Stream("EnvironmentalAudioExposure", "dBASPL", WATCH, 40, 40, 80, 1800, 3, hours=DAY),
    Stream("WalkingSpeed", "km/hr", PHONE, 14, 3, 6, seconds=10, digits=3, hours=DAY),
    Stream("WalkingStepLength", "cm", PHONE, 14, 60, 80, seconds=10, hours=DAY),
    Stream("PhysicalEffort", "kcal/hr·kg", WATCH, 240, 1, 6, seconds=60, digits=1),
    Stream("AppleSleepingWristTemperature", "degC", WATCH, 1, 34, 36, 20_000, 3, hours=NIGHT),
)
STAGES = ("AsleepCore", "AsleepDeep", "AsleepCore", "AsleepREM", "Awake")


def export_write(path: Path, *, megabytes: float, seed: int = 1) -> Path:
    """Write about so many megabytes of XML; a path that ends in .zip gets it zipped."""
    days = [FIRST + timedelta(n) for n in range(max(1, round(megabytes * 1e6 / BYTES_A_DAY)))]
    if path.suffix == ".zip":
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            archive.writestr("apple_health_export/export_cda.xml", "<ClinicalDocument/>")
            with archive.open("apple_health_export/export.xml", "w", force_zip64=True) as file:
                for part in _parts(days, Random(seed)):  # noqa: S311  data, no secret
                    file.write(part.encode())
        return path
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_parts(days, Random(seed)))  # noqa: S311  data, no secret
    return path


def _parts(days: list[date], chance: Random) -> Iterator[str]:
    yield PROLOG.read_text(encoding="utf-8")
    for stream in STREAMS:
        for day in days:
            yield "".join(_quantities(stream, day, chance))
    for write in (_beats, _sleep, _pressure, _workout, _rings):
        for day in days:
            yield write(day, chance)
    yield "</HealthData>\n"


def _record(
    kind: str, source: str, unit: str, start: str, end: str, value: str, inside: str = ""
) -> str:
    unit = f' unit="{unit}"' if unit else ""
    tail = f">{inside}\n </Record>\n" if inside else "/>\n"
    return (
        f' <Record type="HK{kind}" {source}{unit} creationDate="{end}" startDate="{start}"'
        f' endDate="{end}" value="{value}"{tail}'
    )


def _quantities(stream: Stream, day: date, chance: Random) -> Iterator[str]:
    moment, source = _clock(day), stream.source.format(chance.getrandbits(28))
    first, last = stream.hours
    every = (last - first - stream.seconds) / stream.count
    for number in range(stream.count):
        second = first + int((number + chance.random() * 0.9) * every)
        value = chance.uniform(stream.low, stream.high)
        yield _record(
            f"QuantityTypeIdentifier{stream.type}", source, stream.unit, moment(second),
            moment(second + stream.seconds), f"{value:.{stream.digits}f}", stream.inside,
        )  # fmt: skip


def _clock(day: date) -> Callable[[int], str]:
    """How Apple writes a second of that day, in Berlin's summer or winter time, about."""
    head, offset = f"{day} ", " +0200" if 4 <= day.month <= 10 else " +0100"
    return lambda second: head + CLOCK[second] + offset


def _beats(day: date, chance: Random) -> str:
    """Heart rate variability with the beats that it was computed from inside."""
    moment, source = _clock(day), WATCH.format(chance.getrandbits(28))
    records = []
    for number in range(8):
        second = number * 10_000 + chance.randrange(5000)
        beats = "".join(
            f'\n   <InstantaneousBeatsPerMinute bpm="{chance.randrange(50, 90)}"'
            f' time="8:{n:02}:30,{chance.randrange(100):02}\u202fAM"/>'
            for n in range(50)
        )
        inside = (
            f"\n  <HeartRateVariabilityMetadataList>{beats}"
            "\n  </HeartRateVariabilityMetadataList>"
        )
        start, end, value = moment(second), moment(second + 60), f"{chance.uniform(20, 90):.4f}"
        kind = "QuantityTypeIdentifierHeartRateVariabilitySDNN"
        records.append(_record(kind, source, "ms", start, end, value, inside))
    return "".join(records)


def _sleep(day: date, chance: Random) -> str:
    moment, second = _clock(day), chance.randrange(600, 3600)
    watch, phone = (each.format(chance.getrandbits(28)) for each in (WATCH, PHONE))
    began, records = second, []
    for number in range(20):
        seconds = chance.randrange(10, 40) * 30
        stage = f"HKCategoryValueSleepAnalysis{STAGES[number % len(STAGES)]}"
        start, end = moment(second), moment(second + seconds)
        records.append(
            _record("CategoryTypeIdentifierSleepAnalysis", watch, "", start, end, stage, ZONE)
        )
        second += seconds
    bed = "HKCategoryValueSleepAnalysisInBed"
    start, end = moment(began), moment(second)
    records.append(_record("CategoryTypeIdentifierSleepAnalysis", phone, "", start, end, bed))
    return "".join(records)


def _pressure(day: date, chance: Random) -> str:
    """A correlation, and its records at the top level as well, as Apple writes them."""
    at, pair = _clock(day)(8 * 3600 + chance.randrange(600)), []
    for name, value in (("Systolic", 120), ("Diastolic", 78)):
        kind = f"QuantityTypeIdentifierBloodPressure{name}"
        told = str(value + chance.randrange(-8, 9))
        pair.append(_record(kind, CUFF, "mmHg", at, at, told))
    kind = "HKCorrelationTypeIdentifierBloodPressure"
    inner = "".join(f" {each}" for each in pair)
    return (
        f'{"".join(pair)} <Correlation type="{kind}" {CUFF} creationDate="{at}"'
        f' startDate="{at}" endDate="{at}">\n{inner} </Correlation>\n'
    )


def _workout(day: date, chance: Random) -> str:
    if day.weekday() not in (1, 4):
        return ""
    second, minutes = 17 * 3600 + chance.randrange(3600), chance.randrange(20, 60)
    start, end = (_clock(day)(each) for each in (second, second + minutes * 60))
    figures = "".join(
        f'  <WorkoutStatistics type="HKQuantityTypeIdentifier{name}" startDate="{start}"'
        f' endDate="{end}" sum="{total:.3f}" unit="{unit}"/>\n'
        for name, total, unit in (
            ("ActiveEnergyBurned", minutes * 9.5, "Cal"),
            ("DistanceWalkingRunning", minutes * 0.15, "km"),
        )
    )
    return (
        f' <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="{minutes}.0"'
        f' durationUnit="min" {WATCH.format(chance.getrandbits(28))} creationDate="{end}"'
        f' startDate="{start}" endDate="{end}">\n'
        f'  <MetadataEntry key="HKIndoorWorkout" value="0"/>\n{figures} </Workout>\n'
    )


def _rings(day: date, chance: Random) -> str:
    return (
        f' <ActivitySummary dateComponents="{day}" activeEnergyBurned="{chance.random():.3f}"'
        ' activeEnergyBurnedGoal="500" activeEnergyBurnedUnit="Cal" appleMoveTime="0"'
        ' appleMoveTimeGoal="0" appleExerciseTime="30" appleExerciseTimeGoal="30"'
        ' appleStandHours="12" appleStandHoursGoal="12"/>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    export_write(given.file, megabytes=given.megabytes, seed=given.seed)


if __name__ == "__main__":
    main()
