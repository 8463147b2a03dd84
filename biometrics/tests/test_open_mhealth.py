"""Open mHealth and IEEE 1752.1 data points."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from biometrics.importers.base import Unreadable
from biometrics.importers.open_mhealth import OPEN_MHEALTH
from biometrics.tests.importing import MINUTE, OSLO, Everything, assert_resumes, read

HOUR, DAY = 60 * MINUTE, 1440 * MINUTE
MOMENT = {"date_time": "2024-03-10T08:00:00+01:00"}
MOMENT_MS = 1_710_054_000_000


def data_point(
    schema: str, body: dict[str, Any], *, user: str = "", namespace: str = "omh",
    frame: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    header: dict[str, Any] = {
        "id": "1", "schema_id": {"namespace": namespace, "name": schema, "version": "1.0"},
        "acquisition_provenance": {"source_name": "RunKeeper"},
    }  # fmt: skip
    if user:
        header["user_id"] = user
    return {"header": header, "body": body | {"effective_time_frame": frame or MOMENT}}


def pulse(value: float = 62, **more: Any) -> dict[str, Any]:
    unit = {"heart_rate": {"value": value, "unit": "beats/min"}}
    return data_point("heart-rate", unit, **more)


def found(folder: Path, *points: dict[str, Any], **options: Any) -> Everything:
    path = folder / "points.json"
    path.write_text(json.dumps(points))
    return read(OPEN_MHEALTH, path, **({"zone": OSLO} | options))


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit}


@pytest.mark.parametrize(
    ("schema", "member", "value", "metric", "expected"),
    [
        ("heart-rate", "heart_rate", quantity(62, "beats/min"), "heart_rate", 62),
        ("rr-interval", "rr_interval", quantity(0.8, "sec"), "rr_interval", 800),
        ("step-count", "step_count", 6000, "steps", 6000),
        ("step-count", "step_count", quantity(6000, "steps"), "steps", 6000),
        (
            "minutes-moderate-activity", "minutes_moderate_activity", quantity(0.5, "h"),
            "moderate_activity", 30,
        ),
        ("calories-burned", "kcal_burned", quantity(160, "kcal"), "active_energy", 160),
        ("distance", "distance", quantity(1.5, "mi"), "distance", 2414.016),
        ("speed", "speed", quantity(3.6, "km/h"), "speed", 1),
        ("body-temperature", "body_temperature", quantity(98.6, "F"), "body_temperature", 37),
        ("body-temperature", "body_temperature", quantity(37, "C"), "body_temperature", 37),
        ("body-weight", "body_weight", quantity(110, "lb"), "weight", 49.8951607),
        ("body-height", "body_height", quantity(1.8, "m"), "height", 180),
        ("body-mass-index", "body_mass_index", quantity(22, "kg/m2"), "body_mass_index", 22),
        ("bmi", "body_mass_index", quantity(22, "kg/m^2"), "body_mass_index", 22),
        ("body-fat-percentage", "body_fat_percentage", quantity(20, "%"), "body_fat", 20),
        ("blood-glucose", "blood_glucose", quantity(90.078, "mg/dL"), "glucose", 5),
        ("oxygen-saturation", "oxygen_saturation", quantity(97, "%"), "spo2", 97),
        ("respiratory-rate", "respiratory_rate", quantity(14, "breaths/min"),
         "respiratory_rate", 14),
        ("sleep-duration", "sleep_duration", quantity(6, "h"), "sleep_duration", 6),
        ("total-sleep-time", "total_sleep_time", quantity(465, "min"), "sleep_duration", 7.75),
        ("ambient-light", "ambient_light", quantity(300, "lux"), "light", 300),
        ("ambient-sound", "ambient_sound", quantity(50, "dB"), "sound_level", 50),
    ],
)  # fmt: skip
def test_each_schema_gives_its_metric_in_the_metrics_unit(
    tmp_path: Path, schema: str, member: str, value: Any, metric: str, expected: float
) -> None:
    result = found(tmp_path, data_point(schema, {member: value}))
    assert result.reasons == []
    assert result.metrics() == {metric}
    assert result.of(metric).value.tolist() == [pytest.approx(expected)]
    assert result.of(metric).start_ms.tolist() == [MOMENT_MS]
    assert result.of(metric).offset_min.tolist() == [60]
    assert result.devices() == {"RunKeeper"}


def test_a_pressure_is_two_samples(tmp_path: Path) -> None:
    pressure = {
        "systolic_blood_pressure": quantity(120, "mmHg"),
        "diastolic_blood_pressure": quantity(80, "mmHg"),
    }
    assert values_of(found(tmp_path, data_point("blood-pressure", pressure))) == {
        "systolic_blood_pressure": [120], "diastolic_blood_pressure": [80],
    }  # fmt: skip


def test_an_episode_gives_each_figure_that_has_a_metric(tmp_path: Path) -> None:
    night = {"time_interval": {
        "start_date_time": "2024-03-09T23:00:00+01:00",
        "end_date_time": "2024-03-10T07:00:00+01:00",
    }}  # fmt: skip
    sleep = {
        "total_sleep_time": quantity(420, "min"),
        "latency_to_sleep_onset": quantity(15, "min"),
        "sleep_maintenance_efficiency_percentage": quantity(90, "%"),
        "number_of_awakenings": 3,
    }
    result = found(tmp_path, data_point("sleep-episode", sleep, namespace="ieee", frame=night))
    assert values_of(result) == {
        "sleep_session": [7], "sleep_latency": [15], "sleep_efficiency": [90],
    }  # fmt: skip
    assert result.of("sleep_session").duration_ms.tolist() == [8 * HOUR]


def test_an_activity_lasts_as_long_as_its_interval(tmp_path: Path) -> None:
    run = {"activity_name": "run", "distance": quantity(5, "km")}
    half_hour = {"time_interval": {
        "start_date_time": "2024-03-10T08:00:00+01:00", "duration": quantity(30, "min"),
    }}  # fmt: skip
    result = found(tmp_path, data_point("physical-activity", run, frame=half_hour))
    assert values_of(result) == {"exercise": [30], "distance": [5000]}
    assert result.of("exercise").duration_ms.tolist() == [30 * MINUTE]


def values_of(result: Everything) -> dict[str, list[float]]:
    assert result.reasons == []
    return {metric: lane.value.tolist() for (_, metric), lane in result.lanes.items()}


@pytest.mark.parametrize(
    ("interval", "start", "length"),
    [
        ({"start_date_time": "2024-03-10T08:00:00+01:00",
          "end_date_time": "2024-03-10T07:30:00Z"}, 0, 30 * MINUTE),
        ({"start_date_time": "2024-03-10T07:00:00Z", "duration": quantity(90, "sec")}, 0, 90_000),
        ({"end_date_time": "2024-03-10T08:00:00Z", "duration": quantity(1, "h")}, 0, HOUR),
        ({"date": "2024-03-10", "part_of_day": "morning"}, -2 * HOUR, 6 * HOUR),
        ({"date": "2024-03-10", "part_of_day": "evening"}, 10 * HOUR, 6 * HOUR),
        ({"date": "2024-03-10"}, -8 * HOUR, DAY),
        # Clocks went forward in the night of 31 March: the quarter has five hours.
        ({"date": "2024-03-31", "part_of_day": "night"}, 21 * DAY - 8 * HOUR, 5 * HOUR),
    ],
)  # fmt: skip
def test_ways_of_saying_the_time(
    tmp_path: Path, interval: dict[str, Any], start: int, length: int
) -> None:
    result = found(tmp_path, pulse(frame={"time_interval": interval}))
    assert result.reasons == []
    assert result.of("heart_rate").start_ms.tolist() == [MOMENT_MS + start]
    assert result.of("heart_rate").duration_ms.tolist() == [length]


@pytest.mark.parametrize(
    ("point", "said"),
    [
        (pulse(frame={"time_interval": {}}), "neither a start nor an end"),
        (pulse(frame={"x": 1}), "says no time"),
        (pulse(frame={"date_time": "today"}), "'today' is no time"),
        (pulse(frame={"time_interval": {"start_date_time": "2024-03-10T08:00:00Z"}}),
         "no duration"),
        (pulse(frame={"time_interval": {"start_date_time": "2024-03-10T08:00:00Z",
                                        "end_date_time": "2024-03-10T07:00:00Z"}}),
         "can't end before"),
        (pulse(frame={"time_interval": {"date": "2024-03-10", "part_of_day": "noon"}}), "'noon'"),
        (pulse(frame={"time_interval": {"date": "2024-13-10"}}), "no date"),
        (data_point("heart-rate", {}), "has none of heart_rate"),
        (data_point("heart-rate", {"heart_rate": quantity(6, "kg")}), "not 'kg'"),
        (data_point("heart-rate", {"heart_rate": {"value": 62}}), "no unit"),
        (data_point("heart-rate", {"heart_rate": {"value": "62", "unit": "bpm"}}), "no number"),
        (data_point("heart-rate", {"heart_rate": {"value": True, "unit": "bpm"}}), "no number"),
        (data_point("physical-activity", {"activity_name": "run"}), "says no duration"),
        ({"body": {}}, "names no schema"),
        (pulse(frame={"date_time": "1969-01-01T00:00:00Z"}), "before 1970"),
    ],
)  # fmt: skip
def test_a_bad_point_is_named_and_the_next_one_kept(
    tmp_path: Path, point: dict[str, Any], said: str
) -> None:
    result = found(tmp_path, point, pulse())
    assert [number for number, _ in result.reasons] == [0]
    assert said in result.reasons[0][1]
    assert len(result.of("heart_rate")) == 1


def test_unknown_schemas_and_extremes_are_counted(tmp_path: Path) -> None:
    highest = pulse(180)
    highest["body"]["descriptive_statistic"] = "maximum"
    mean = pulse(70)
    mean["body"]["descriptive_statistic"] = "average"
    result = found(tmp_path, data_point("geoposition", {}), highest, highest, mean)
    assert result.ignored == {"omh:geoposition": 1, "omh:heart-rate (maximum)": 2}
    assert result.of("heart_rate").value.tolist() == [70]


def test_one_person_at_a_time(tmp_path: Path) -> None:
    points = [pulse(60, user="ann"), pulse(70, user="bob"), pulse(61, user="ann")]
    first = found(tmp_path, *points)
    assert first.of("heart_rate").value.tolist() == [60, 61]
    assert [number for number, _ in first.reasons] == [1]
    assert OPEN_MHEALTH.people(tmp_path / "points.json") == ["ann", "bob"]
    bob = found(tmp_path, *points, person="bob")
    assert bob.of("heart_rate").value.tolist() == [70]
    assert bob.ignored == {"of another person": 2}
    assert bob.reasons == []


def test_lines_folders_and_zips(tmp_path: Path) -> None:
    lines = [json.dumps(pulse(60 + n)) for n in range(3)]
    (tmp_path / "a.jsonl").write_text("\n".join([lines[0], "{broken", *lines[1:], ""]))
    (tmp_path / "b.json").write_text(json.dumps(pulse(70)))
    (tmp_path / "notes.txt").write_text("no JSON")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "a.jsonl", "in/a.jsonl")
        archive.write(tmp_path / "b.json", "in/b.json")
    for source in (tmp_path, tmp_path / "all.zip"):
        assert OPEN_MHEALTH.matches(source)
        result = read(OPEN_MHEALTH, source)
        assert result.of("heart_rate").value.tolist() == [60, 61, 62, 70]
        assert result.reasons == [(1, "The line is no JSON.")]


def test_a_file_that_breaks_off_gives_what_is_before(tmp_path: Path) -> None:
    text = json.dumps([pulse(60), pulse(61)])
    (tmp_path / "a.json").write_text(text[:-30])
    from biometrics.importers.base import Options

    chunks = OPEN_MHEALTH.read(tmp_path / "a.json", Options())
    (lane,) = next(chunks).lanes.values()
    assert lane.value.tolist() == [60]
    with pytest.raises(Unreadable, match="breaks off"):
        next(chunks)


@pytest.mark.parametrize("text", ["", "no json", "[", "{}", "[1]", '{"header": 1}', "\xff\xfe"])
def test_other_files_are_not_taken_for_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_bytes(text.encode("latin-1"))
    assert not OPEN_MHEALTH.matches(tmp_path / "a.json")


def test_reading_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = [pulse(60 + n, user="ann" if n % 4 else "bob") for n in range(40)]
    points[9] = data_point("geoposition", {}, user="bob")
    (tmp_path / "a.json").write_text(json.dumps(points))
    assert_resumes(OPEN_MHEALTH, tmp_path / "a.json", monkeypatch, zone=OSLO)
    assert_resumes(OPEN_MHEALTH, tmp_path / "a.json", monkeypatch, person="ann")
