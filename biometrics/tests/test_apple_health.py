"""What each record of an Apple Health export becomes."""

from pathlib import Path

import pytest

from biometrics.features.columns import EMPTY
from biometrics.features.merging import merge
from biometrics.importers.apple_health import APPLE_HEALTH
from biometrics.tests.apple_files import (
    AT,
    AT_MS,
    HEART,
    PHONE,
    WATCH,
    chunks_of,
    make_export,
    make_record,
    only,
    reasons_of,
    samples_of,
)

Q = "HKQuantityTypeIdentifier"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
STAGE = "HKCategoryValueSleepAnalysis"
MINUTE = 60_000


def test_heart_rate_keeps_its_device_moment_duration_and_offset(tmp_path: Path) -> None:
    source = make_export(tmp_path, make_record(end="2024-03-01 08:16:30 +0100"))
    lane, columns = only(source)
    assert lane == ("Zoë’s Watch (Watch6,2)", "heart_rate")
    assert samples_of(chunks_of(source)) == [(lane, AT_MS, MINUTE, 72.0, 60, -1)]
    assert len(columns) == 1


@pytest.mark.parametrize(
    ("kind", "unit", "value", "metric", "kept"),
    [
        ("HeartRate", "count/s", "1.2", "heart_rate", 72),
        ("HeartRateVariabilitySDNN", "ms", "41.5", "hrv_sdnn", 41.5),
        ("StepCount", "count", "120", "steps", 120),
        ("DistanceWalkingRunning", "mi", "1", "distance", 1609.344),
        ("DistanceWalkingRunning", "km", "1.5", "distance", 1500),
        ("ActiveEnergyBurned", "Cal", "12.5", "active_energy", 12.5),
        ("BasalEnergyBurned", "kJ", "418.4", "basal_energy", 100),
        ("OxygenSaturation", "%", "0.97", "spo2", 97),
        ("BodyFatPercentage", "%", "0.215", "body_fat", 21.5),
        ("BodyTemperature", "degF", "98.6", "body_temperature", 37),
        ("AppleSleepingWristTemperature", "degC", "35.1", "skin_temperature", 35.1),
        ("BloodGlucose", "mg/dL", "180.156", "glucose", 10),
        ("BloodGlucose", "mmol&lt;180.1558800000541&gt;/L", "5.5", "glucose", 5.5),
        ("VO2Max", "mL/min·kg", "41.2", "vo2_max", 41.2),
        ("VO2Max", "ml/min·kg", "41.2", "vo2_max", 41.2),
        ("BodyMass", "lb", "150", "weight", 68.0388555),
        ("BodyMass", "st", "10", "weight", 63.5029318),
        ("Height", "ft", "6", "height", 182.88),
        ("BodyMassIndex", "count", "21.5", "body_mass_index", 21.5),
        ("ElectrodermalActivity", "mcS", "3", "skin_conductance", 3),
        ("EnvironmentalAudioExposure", "dBASPL", "61", "sound_level", 61),
        ("RespiratoryRate", "count/min", "1.5e1", "respiratory_rate", 15),
    ],
)
def test_units_become_the_metrics_own(
    tmp_path: Path, kind: str, unit: str, value: str, metric: str, kept: float
) -> None:
    lane, columns = only(make_export(tmp_path, make_record(Q + kind, value, unit)))
    assert lane[1] == metric
    assert columns.value[0] == pytest.approx(kept)


def test_no_other_type_reaches_the_two_kinds_of_heart_rate_variability() -> None:
    from biometrics.importers.phone_types import HEALTHKIT

    found = {each.name: each.metric for each in HEALTHKIT if each.metric.startswith("hrv")}
    assert found == {f"{Q}HeartRateVariabilitySDNN": "hrv_sdnn"}


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        ("InBed", 5), ("Asleep", 4), ("AsleepUnspecified", 4), ("Awake", 0), ("AsleepCore", 1),
        ("AsleepDeep", 2), ("AsleepREM", 3),
    ],
)  # fmt: skip
def test_sleep_stages_of_every_ios(tmp_path: Path, stage: str, state: int) -> None:
    record = make_record(SLEEP, STAGE + stage, "", end="2024-03-01 08:45:30 +0100")
    (_, metric), columns = only(make_export(tmp_path, record))
    assert (metric, columns.value[0], columns.duration_ms[0]) == (
        "sleep_stage",
        state,
        1_800_000,
    )


def test_time_in_bed_is_not_taken_for_a_correction_of_the_sleep_in_it(tmp_path: Path) -> None:
    both = [
        make_record(SLEEP, STAGE + stage, "", source=PHONE) for stage in ("InBed", "Asleep")
    ]
    _, columns = only(make_export(tmp_path, *both))
    assert merge(EMPTY, columns).accepted == 2


def test_mindful_session_counts_its_minutes(tmp_path: Path) -> None:
    kind, value = "HKCategoryTypeIdentifierMindfulSession", "HKCategoryValueNotApplicable"
    record = make_record(kind, value, "", end="2024-03-01 08:25:30 +0100", source=PHONE)
    (label, metric), columns = only(make_export(tmp_path, record))
    assert (label, metric, columns.value[0]) == ("Zoë’s iPhone", "mindfulness", 10)


def test_beats_inside_of_a_record_are_passed_over(tmp_path: Path) -> None:
    beats = (
        "\n  <HeartRateVariabilityMetadataList>"
        '\n   <InstantaneousBeatsPerMinute bpm="61" time="8:15:31,10 AM"/>'
        "\n  </HeartRateVariabilityMetadataList>"
    )
    record = make_record(f"{Q}HeartRateVariabilitySDNN", "40", "ms", inside=beats)
    lane, columns = only(make_export(tmp_path, record))
    assert (lane[1], columns.value.tolist()) == ("hrv_sdnn", [40])


def test_blood_pressure_is_there_once(tmp_path: Path) -> None:
    pair = "".join(
        make_record(
            f"{Q}BloodPressure{name}", value, "mmHg", source='sourceName="Cuff &amp; Co"'
        )
        for name, value in (("Systolic", "121"), ("Diastolic", "79"))
    )
    kind = "HKCorrelationTypeIdentifierBloodPressure"
    whole = f' <Correlation type="{kind}" {PHONE} startDate="{AT}" endDate="{AT}">\n'
    (chunk,) = chunks_of(make_export(tmp_path, pair, whole, pair, " </Correlation>\n"))
    assert {lane: columns.value.tolist() for lane, columns in chunk.lanes.items()} == {
        ("Cuff & Co", "systolic_blood_pressure"): [121],
        ("Cuff & Co", "diastolic_blood_pressure"): [79],
    }
    assert (chunk.position, chunk.ignored, chunk.reasons) == (3, {}, [])


WORKOUT = (
    ' <Workout workoutActivityType="HKWorkoutActivityType{sport}" duration="25.5"'
    ' durationUnit="min" {totals}{source} creationDate="{at}" startDate="2024-03-01 08:15:30 +0100"'
    ' endDate="2024-03-01 08:45:30 +0100">\n{inside} </Workout>\n'
)
SUM = (
    '  <WorkoutStatistics type="{kind}" startDate="{at}" endDate="{at}" {sum} unit="{unit}"/>\n'
)
OLD = (
    'totalEnergyBurned="250" totalEnergyBurnedUnit="Cal" totalDistance="3"'
    ' totalDistanceUnit="km" '
)


def make_workout(*, sport: str = "Running", totals: str = "", inside: str = "") -> str:
    return WORKOUT.format(sport=sport, totals=totals, source=WATCH, at=AT, inside=inside)


def lanes_of(source: Path) -> dict[tuple[str, str], list[float]]:
    (chunk,) = chunks_of(source)
    assert not chunk.reasons
    return {lane: columns.value.tolist() for lane, columns in chunk.lanes.items()}


def test_workout_is_its_minutes_with_energy_and_distance_beside(tmp_path: Path) -> None:
    inside = (
        SUM.format(kind=f"{Q}ActiveEnergyBurned", at=AT, sum='sum="250"', unit="Cal")
        + SUM.format(kind=f"{Q}DistanceWalkingRunning", at=AT, sum='sum="3"', unit="km")
        + SUM.format(kind=HEART, at=AT, sum='average="130"', unit="count/min")
    )
    summed = "Zoë’s Watch (workouts) (Watch6,2)"
    expected = {
        ("Zoë’s Watch (Watch6,2)", "exercise"): [25.5],
        (summed, "active_energy"): [250.0],
        (summed, "distance"): [3000.0],
    }
    assert lanes_of(make_export(tmp_path, make_workout(inside=inside))) == expected
    assert lanes_of(make_export(tmp_path, make_workout(totals=OLD))) == expected


def test_distance_by_bicycle_is_no_distance_on_foot(tmp_path: Path) -> None:
    found = lanes_of(make_export(tmp_path, make_workout(sport="Cycling", totals=OLD)))
    assert {metric for _, metric in found} == {"exercise", "active_energy"}


def test_unknown_types_are_counted_by_their_name(tmp_path: Path) -> None:
    (chunk,) = chunks_of(
        make_export(
            tmp_path,
            make_record(f"{Q}AppleStandTime", "3", "min"),
            make_record(),
            make_record(f"{Q}AppleStandTime", "x", "no"),
            ' <ActivitySummary a="1"/>\n',
            ' <ClinicalRecord type="Immunization" identifier="7"/>\n',
        )
    )
    assert chunk.ignored == {
        f"{Q}AppleStandTime": 2, "ActivitySummary": 1, "Immunization": 1,
    }  # fmt: skip
    assert (chunk.position, chunk.reasons, len(chunk.lanes)) == (5, [], 1)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"start": "2024-02-30 08:15:30 +0100"}, "The start is no time"),
        ({"start": "2024-03-01 8:15:30 AM"}, "The start is no time"),
        ({"start": "1969-12-31 08:15:30 +0100"}, "The start is no time"),
        ({"start": "2024-03-01 08:15:60 +0100"}, "The start is no time"),
        ({"end": "2024-03-01 08:15:30 *0100"}, "The end is no time"),
        ({"end": "2024-13-01 08:15:30 +0100"}, "The end is no time"),
        ({"end": "2024-03-01 08:15:29 +0100"}, "The end is before the start."),
        ({"start": "2031-01-01 08:15:30 +0100"}, "The time is after the export was made."),
        ({"value": "seventy"}, "The value 'seventy' is not a number."),
        ({"value": "72,5"}, "The value '72,5' is not a number."),
        ({"value": "nan"}, "The value 'nan' is not a number."),
        ({"value": ""}, "The value is not a number."),
        ({"value": "9e999"}, "The value is not a number."),
        ({"unit": "furlong"}, f"'furlong' is no unit of {HEART}."),
        ({"unit": ""}, f"'' is no unit of {HEART}."),
        ({"kind": SLEEP, "value": "Dozing", "unit": ""}, f"'Dozing' is no value of {SLEEP}."),
        ({"kind": ""}, "The record has no type."),
        ({"kind": "&undefined;"}, "An attribute is not well-formed XML."),
        ({"kind": "Heart<Rate"}, "An attribute is not well-formed XML."),
    ],
)
def test_malformed_record_is_told_and_the_others_kept(
    tmp_path: Path, bad: dict[str, str], why: str
) -> None:
    made = ' <ExportDate value="2024-06-01 10:00:00 +0200"/>\n'
    source = make_export(tmp_path, made, make_record(), make_record(**bad), make_record(HEART))  # type: ignore[arg-type]
    (chunk,) = chunks_of(source)
    ((number, told),) = chunk.reasons
    assert (number, told[: len(why)]) == (2, why)
    assert [len(columns) for columns in chunk.lanes.values()] == [2]


def test_element_that_is_no_xml_is_told(tmp_path: Path) -> None:
    twice = f' <Record type="{HEART}" type="{HEART}"/>\n'
    assert reasons_of(make_export(tmp_path, make_record(), twice)) == [
        (1, "The element is not well-formed XML.")
    ]


def test_another_order_of_attributes_gives_the_same_sample(tmp_path: Path) -> None:
    usual = samples_of(chunks_of(make_export(tmp_path, make_record())))
    other = (
        f"<Record startDate='{AT}' endDate = '{AT}' value='72' {WATCH}\n unit='count/min'"
        f" type='{HEART}'><MetadataEntry key='a' value='b'></MetadataEntry></Record>"
    )
    assert samples_of(chunks_of(make_export(tmp_path, "<!-- <Record -->", other))) == usual


def test_offsets_on_both_sides_of_the_change_to_summer_time(tmp_path: Path) -> None:
    _, columns = only(
        make_export(
            tmp_path,
            make_record(start="2024-03-31 01:59:00 +0100"),
            make_record(start="2024-03-31 03:01:00 +0200"),
            make_record(start="2024-10-27 02:30:00 +0200"),
            make_record(start="2024-10-27 02:30:00 +0100"),
            make_record(start="2024-11-01 00:00:00 -0330"),
        )
    )
    steps = [
        (b - a) // MINUTE for a, b in zip(columns.start_ms, columns.start_ms[1:], strict=False)
    ]
    assert (steps[0], steps[2]) == (2, 60)
    assert columns.offset_min.tolist() == [60, 120, 120, 60, -210]


@pytest.mark.parametrize(
    ("zone", "offset"), [("America/New_York", -300), ("Nowhere/At_All", 60), ("../etc", 60)]
)
def test_zone_of_the_record_gives_the_offset(tmp_path: Path, zone: str, offset: int) -> None:
    inside = (
        f'\n  <MetadataEntry key="HKTimeZone" value="{zone}"/>'
        '\n  <MetadataEntry key="HKWasUserEntered" value="1"/>'
    )
    source = make_export(tmp_path, make_record(inside=inside))
    _, columns = only(source)
    assert (columns.start_ms[0], columns.offset_min[0]) == (AT_MS, offset)


def test_device_s_address_in_memory_makes_no_new_device(tmp_path: Path) -> None:
    other = WATCH.replace("0x2809cd4f0", "0x2809cd777")
    lane, columns = only(make_export(tmp_path, make_record(), make_record(source=other)))
    assert (lane[0], len(columns)) == ("Zoë’s Watch (Watch6,2)", 2)


def test_nobody_but_the_owner_is_in_the_file(tmp_path: Path) -> None:
    assert APPLE_HEALTH.people(make_export(tmp_path)) == []
