"""Fitbit exports, made to the published shapes."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from biometrics.importers.base import Options, Unreadable
from biometrics.importers.fitbit import FITBIT, family_of
from biometrics.importers.fitbit_logs import spliced
from biometrics.metrics import METRICS
from biometrics.tests.imports import (
    OSLO,
    assert_resumes,
    ignored_in,
    lanes_of,
    samples,
    write_tree,
    zipped,
)

OPTIONS = Options(zone=OSLO)
OLD, NEW = "MyFitbit/user-site-export", "Takeout/Fitbit/Global Export Data"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def night(start: str, end: str, **more: object) -> dict[str, object]:
    return {
        "logId": 1, "dateOfSleep": end[:10], "startTime": start, "endTime": end,
        "duration": 1, "minutesToFallAsleep": 5, "minutesAsleep": 90, "minutesAwake": 15,
        "minutesAfterWakeup": 10, "timeInBed": 120, "efficiency": 88, "type": "stages",
        "levels": {"data": [], "shortData": []},
    } | more  # fmt: skip


def read(folder: Path, options: Options = OPTIONS):
    chunks = list(FITBIT.read(folder, options))
    reasons = [reason for chunk in chunks for reason in chunk.reasons]
    return lanes_of(chunks), ignored_in(chunks), reasons


JSON_FILES = {
    "steps-2019-11-01.json": json.dumps([
        {"dateTime": "11/01/19 00:48:00", "value": "12"},
        {"dateTime": "11/01/19 00:49:00", "value": "0"},
    ]),
    "distance-2019-11-01.json": '[{"dateTime": "11/01/19 00:48:00", "value": "1234"}]',
    "calories-2019-11-01.json": '[{"dateTime": "11/01/19 00:48:00", "value": "1.39"}]',
    "heart_rate-2019-11-01.json": json.dumps([
        {"dateTime": "11/01/19 00:00:05", "value": {"bpm": 61, "confidence": 3}},
        {"dateTime": "11/01/19 00:00:10", "value": {"bpm": 70, "confidence": 0}},
    ]),
    "resting_heart_rate-2019-11-01.json": json.dumps([
        {"dateTime": "11/01/19 00:00:00",
         "value": {"date": "11/01/19", "value": 53.7, "error": 6.8}},
        {"dateTime": "11/02/19 00:00:00", "value": {"date": None, "value": 0.0, "error": 0.0}},
    ]),
    "sedentary_minutes-2019-10-27.json": '[{"dateTime": "10/27/19 00:00:00", "value": "700"}]',
    "very_active_minutes-2019-10-27.json": '[{"dateTime": "10/27/19 00:00:00", "value": "7"}]',
    "demographic_vo2_max-2019-11-01.json": json.dumps([
        {"dateTime": "11/01/19 00:00:00", "value": {"demographicVO2Max": 47.6,
         "filteredDemographicVO2Max": 47.1}},
    ]),
    "exercise-0.json": json.dumps([
        {"logId": 1, "activityName": "Walk", "startTime": "11/01/19 14:56:32",
         "duration": 1331000, "activeDuration": 1320000, "steps": 1878,
         "vo2Max": {"vo2Max": 47.4}},
    ]),
    "weight-2019-11-01.json": json.dumps([
        {"logId": 1, "weight": 191.8, "bmi": 27.77, "date": "11/01/19", "time": "23:59:59"},
        {"logId": 2, "weight": 87.0, "bmi": 27.77, "fat": 24.0, "date": "11/02/19",
         "time": "08:00:00"},
        {"logId": 3, "weight": 191.8, "date": "11/03/19", "time": "08:00:00"},
    ]),
    "altitude-2019-11-01.json": '[{"dateTime": "11/01/19 00:48:00", "value": "10"}]',
    "readme.txt": "About",
}  # fmt: skip


@pytest.mark.parametrize("folder", [OLD, NEW])
def test_json_files(tmp_path: Path, folder: str) -> None:
    source = write_tree(tmp_path, {f"{folder}/{name}": t for name, t in JSON_FILES.items()})
    lanes, ignored, reasons = read(source)
    found = {metric: samples(columns) for (_, metric), columns in lanes.items()}
    minute, day = at("2019-11-01 00:48:00"), at("2019-10-31 23:00:00")
    assert found["steps"] == [(minute, 60, 12), (minute + 60, 60, 0)]
    assert found["distance"] == [(minute, 60, pytest.approx(12.34))]
    assert found["total_energy"] == [(minute, 60, 1.39)]
    assert found["heart_rate"] == [(at("2019-11-01 00:00:05"), 0, 61)]
    assert found["resting_heart_rate"] == [(day, 86400, 53.7)]
    assert found["sedentary_time"] == [(at("2019-10-26 22:00:00"), 25 * 3600, 700)]
    assert found["vigorous_activity"] == [(at("2019-10-26 22:00:00"), 25 * 3600, 7)]
    assert found["exercise"] == [(at("2019-11-01 14:56:32"), 1331, 22)]
    assert (
        found["vo2_max"] == [(at("2019-11-01 14:56:32"), 1331, 47.4), (day, 86400, 47.1)][::-1]
    )
    assert found["weight"][0] == (at("2019-11-01 22:59:59"), 0, pytest.approx(86.999, abs=1e-3))
    assert [value for _, _, value in found["weight"][1:]] == pytest.approx(
        [87, 86.999], abs=0.001
    )
    assert [value for _, _, value in found["body_fat"]] == [24]
    assert ignored == {
        "altitude": 1, "exercise steps": 1, "file .txt": 1, "heart_rate of confidence 0": 1,
        "resting_heart_rate 0 (missing)": 1,
    }  # fmt: skip
    assert not reasons
    assert set(found) <= METRICS.keys()


def test_steps_are_utc_and_say_the_local_offset(tmp_path: Path) -> None:
    lanes, _, _ = read(
        write_tree(tmp_path, {"steps-1.json": JSON_FILES["steps-2019-11-01.json"]})
    )
    assert lanes["Fitbit", "steps"].offset_min.tolist() == [60, 60]


def test_night_with_short_awakenings_cut_into_the_stages(tmp_path: Path) -> None:
    levels = {
        "data": [
            {"dateTime": "2019-11-01T23:00:00.000", "level": "light", "seconds": 600},
            {"dateTime": "2019-11-01T23:10:00.000", "level": "deep", "seconds": 300},
            {"dateTime": "2019-11-01T23:15:00.000", "level": "unknown", "seconds": 30},
        ],
        "shortData": [
            {"dateTime": "2019-11-01T23:05:00.000", "level": "wake", "seconds": 60},
            {"dateTime": "2019-11-01T23:09:30.000", "level": "wake", "seconds": 60},
        ],
    }
    logs = [night("2019-11-01T23:00:00.000", "2019-11-02T01:00:00.000", levels=levels)]
    lanes, ignored, _ = read(write_tree(tmp_path, {"sleep-2019-11-01.json": json.dumps(logs)}))
    start = at("2019-11-01 22:00:00")
    assert samples(lanes["Fitbit", "sleep_stage"]) == [
        (start, 300, 1), (start + 300, 60, 0), (start + 360, 210, 1), (start + 570, 60, 0),
        (start + 630, 270, 2),
    ]  # fmt: skip
    assert samples(lanes["Fitbit", "sleep_session"]) == [(start + 300, 7200 - 900, 1.5)]
    assert samples(lanes["Fitbit", "time_in_bed"]) == [(start, 7200, 2)]
    assert samples(lanes["Fitbit", "sleep_efficiency"]) == [(start, 7200, 88)]
    assert samples(lanes["Fitbit", "sleep_latency"]) == [(start, 7200, 5)]
    assert samples(lanes["Fitbit", "wake_after_sleep_onset"]) == [(start, 7200, 15)]
    assert ignored == {"sleep level unknown": 1}


def test_classic_night_has_its_own_levels(tmp_path: Path) -> None:
    data = [
        {"dateTime": f"2019-11-12T05:0{n}:00.000", "level": level, "seconds": 60}
        for n, level in enumerate(["restless", "asleep", "awake"])
    ]
    logs = [night("2019-11-12 05:00:00", "2019-11-12T05:03:00.000", levels={"data": data})]
    lanes, _, _ = read(write_tree(tmp_path, {"sleep-1.json": json.dumps(logs)}))
    assert lanes["Fitbit", "sleep_stage"].value.tolist() == [6, 4, 0]


def test_night_of_the_change_of_clocks_stands_on_the_clock_of_waking(tmp_path: Path) -> None:
    logs = [night("2020-03-29T01:06:00.000", "2020-03-29T08:25:30.000")]
    lanes, _, _ = read(write_tree(tmp_path, {"sleep-1.json": json.dumps(logs)}))
    [(start, lasts, _)] = samples(lanes["Fitbit", "time_in_bed"])
    assert start + lasts == at("2020-03-29 06:25:30")
    assert lasts == 26370


def test_stages_of_nothing() -> None:
    assert spliced([], []) == []
    assert spliced([(0, 5, 1)], [(7, 9, 0)]) == [(0, 5, 1), (7, 9, 0)]


CSV_FILES = {
    "Heart Rate Variability/Heart Rate Variability Details - 2019-10-27.csv":
        "timestamp,rmssd,coverage,low_frequency,high_frequency\n"
        "2019-10-27T02:55:00,38.2,0.93,512.1,301.2\n2019-10-27T02:00:00,41.0,0.6,500,280\n",
    "Heart Rate Variability/Daily Heart Rate Variability Summary - 2024-07-(21).csv":
        "timestamp,rmssd,nremhr,entropy\n2024-07-21T00:00:00,29.232,49.623,2.472\n",
    "Heart Rate Variability/Daily Respiratory Rate Summary - 2024-07-22.csv":
        "timestamp,daily_respiratory_rate\n2024-07-21T00:00:00,15.2\n",
    "Oxygen Saturation (SpO2)/Minute SpO2 - 2024-07-21.csv":
        "timestamp,value\n2024-07-21T01:02:00Z,96.1\n",
    "Oxygen Saturation (SpO2)/Daily SpO2 - 2024-07-01-2024-07-31.csv":
        "timestamp,average_value,lower_bound,upper_bound\n2024-07-21T00:00:00Z,95.5,93,98\n",
    "Temperature/Computed Temperature - 2024-07-01.csv":
        "type,sleep_start,sleep_end,nightly_temperature\n"
        "SKIN,2024-07-20T23:00,2024-07-21T07:00,34.1\n",
    "Temperature/Device Temperature - 2024-07-21.csv":
        "recorded_time,temperature,sensor_type\n2024-07-21T00:00,-2.1,UNKNOWN\n",
    "Sleep Score/sleep_score.csv":
        "sleep_log_entry_id,timestamp,overall_score,restlessness\n"
        "42,2024-07-21T07:00:00Z,81,0.05\n43,2024-07-21T15:00:00Z,60,\n",
    "Stress Score/Stress Score.csv":
        "DATE,STRESS_SCORE,STATUS\n2024-07-21T00:00:00,0,NO_DATA\n2024-07-22T00:00:00,78,READY\n",
    "Physical Activity_GoogleData/heart_rate_2024-07-21.csv":
        "timestamp,beats per minute,data source\n2024-07-21T00:00:03Z,72.0,Charge 5\n"
        "2024-07-21T00:00:08Z,,Charge 5\n2024-07-21T00:00:09Z,80,Phone\n",
    "Physical Activity_GoogleData/weight.csv":
        "timestamp,weight grams,data source\n2024-07-21T05:00:00Z,70500,Scale\n",
    "Active Zone Minutes (AZM)/Active Zone Minutes - 2024-07-01.csv":
        "date_time,heart_zone_id,total_minutes\n2024-07-01T09:07,FAT_BURN,1\n",
}  # fmt: skip


def test_csv_files_from_a_zip(tmp_path: Path) -> None:
    files = {f"Takeout/Fitbit/{name}": text for name, text in CSV_FILES.items()}
    source = zipped(write_tree(tmp_path / "tree", files), tmp_path / "takeout.zip")
    assert FITBIT.matches(source)
    lanes, ignored, reasons = read(source)
    found = {lane: samples(columns) for lane, columns in lanes.items()}
    daily = "Fitbit, daily figures"
    midnight = at("2024-07-20 22:00:00")
    # The second 02:00 of the night in which clocks went back comes after 02:55.
    assert found["Fitbit", "hrv_rmssd"] == [
        (at("2019-10-27 00:55:00"), 300, 38.2), (at("2019-10-27 01:00:00"), 300, 41)
    ]  # fmt: skip
    assert found[daily, "hrv_rmssd"] == [(midnight, 86400, 29.232)]
    assert found[daily, "respiratory_rate"] == [(midnight, 86400, 15.2)]
    assert found["Fitbit", "spo2"] == [(at("2024-07-21 01:02:00"), 60, 96.1)]
    assert found[daily, "spo2"] == [(midnight, 86400, 95.5)]
    assert found["Fitbit", "skin_temperature"] == [(at("2024-07-20 21:00:00"), 0, 34.1)]
    assert found["Fitbit", "skin_temperature_deviation"] == [(midnight, 60, -2.1)]
    assert found["Fitbit", "sleep_index"] == [(midnight, 86400, 81), (midnight, 86400, 60)]
    assert lanes["Fitbit", "sleep_index"].sequence.tolist() == [42, 43]
    assert found["Fitbit", "stress_index"] == [(midnight + 86400, 86400, 78)]
    assert found["Charge 5", "heart_rate"] == [(at("2024-07-21 00:00:03"), 0, 72)]
    assert found["Phone", "heart_rate"] == [(at("2024-07-21 00:00:09"), 0, 80)]
    assert found["Scale", "weight"] == [(at("2024-07-21 05:00:00"), 0, 70.5)]
    assert ignored["Active Zone Minutes"] == 1
    assert ignored["Stress Score STRESS_SCORE 0 (missing)"] == 1
    assert ignored["Heart Rate Variability Details coverage"] == 2
    assert ignored["sleep_score restlessness"] == 1
    assert not reasons


def test_figures_given_twice_are_read_once(tmp_path: Path) -> None:
    csv_text = "timestamp,steps,data source\n2019-11-01T00:48:00Z,12,Phone\n"
    lanes, ignored, _ = read(write_tree(tmp_path, {
        "a/steps-2019-11-01.json": JSON_FILES["steps-2019-11-01.json"],
        "b/steps_2019-11-01.csv": csv_text,
    }))  # fmt: skip
    assert list(lanes) == [("Fitbit", "steps")]
    assert ignored == {"steps.csv (the same again)": 1}


def test_bad_records_and_files_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    lanes, _, reasons = read(write_tree(tmp_path, {
        "a.json": "{}",
        "heart_rate-1.json": '[{"dateTime": "11/01/19 00:00:05", "value": {"bpm": 61}},'
            '{"dateTime": "noon", "value": {"bpm": 61}}, {"value": 3},'
            '{"dateTime": "11/01/19 00:00:10", "value": {"bpm": 62}}]',
        "resting_heart_rate-1.json": '[{"dateTime": "11/01/19 00:00:00", "value"',
        "sleep-1.json": json.dumps([night("2019-11-02T01:00:00", "2019-11-01T23:00:00")]),
        "steps-1.json": "[" + '{"dateTime": "11/01/19 00:48:00", "value": "12"}' + ", nothing]",
        "sleep_score.csv": "timestamp,overall_score\n2019-11-01T06:00:00Z,high\n",
    }))  # fmt: skip
    assert lanes["Fitbit", "heart_rate"].value.tolist() == [61, 62]
    assert [number for number, _ in sorted(reasons)] == [0, 2, 3, 5, 6, 7, 8]
    told = " ".join(why for _, why in sorted(reasons))
    for part in (
        "no JSON array", "'noon' is no time", "not as Fitbit writes it", "breaks off",
        "can't be", "no JSON", "'high' is no number",
    ):  # fmt: skip
        assert part in told


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_member_of_a_zip(tmp_path: Path, damage: str) -> None:
    points = [{"dateTime": f"11/01/19 00:{n:02}:00", "value": str(n * 7919)} for n in range(60)]
    tree = write_tree(tmp_path / "tree", {
        "steps-1.json": json.dumps(points), "weight-1.json": JSON_FILES["weight-2019-11-01.json"],
    })  # fmt: skip
    source = zipped(tree, tmp_path / "a.zip")
    with zipfile.ZipFile(source) as archive:
        place = archive.getinfo("steps-1.json").header_offset + 200
    text = bytearray(source.read_bytes())
    text[place : place + 20] = bytes(20) if damage == "cut" else bytes(range(20))
    source.write_bytes(bytes(text))
    lanes, _, reasons = read(source)
    assert len(lanes["Fitbit", "weight"]) == 3
    assert any("steps-1.json" in why for _, why in reasons)


def test_nothing_of_fitbit(tmp_path: Path) -> None:
    source = write_tree(tmp_path, {"notes.txt": "x"})
    assert not FITBIT.matches(source)
    assert not FITBIT.matches(tmp_path / "absent")
    assert FITBIT.people(source) == []
    with pytest.raises(Unreadable, match="no file of a Fitbit"):
        list(FITBIT.read(source, OPTIONS))


def test_exports_of_several_people_are_never_one(tmp_path: Path) -> None:
    source = write_tree(tmp_path, {
        f"p0{n}/sleep.json": json.dumps([night("2019-11-01 23:00:00", "2019-11-02T01:00:00")])
        for n in range(2)
    })  # fmt: skip
    with pytest.raises(Unreadable, match=r"sleep\.json is in it 2 times"):
        list(FITBIT.read(source, OPTIONS))


def test_goes_on_at_each_border_with_days_of_heart_rates(tmp_path: Path) -> None:
    first = datetime(2019, 10, 26, 20, tzinfo=UTC)
    files = dict(JSON_FILES) | {name: CSV_FILES[name] for name in CSV_FILES}
    for day in range(3):
        beats = [
            {
                "dateTime": f"{first + timedelta(days=day, seconds=5 * n):%m/%d/%y %H:%M:%S}",
                "value": {"bpm": 60 + n % 7, "confidence": n % 3},
            }
            for n in range(17_000)
        ]
        files[f"heart_rate-2019-10-2{day}.json"] = json.dumps(beats)
    source = write_tree(tmp_path, files)
    assert assert_resumes(FITBIT, source, OPTIONS) == 3
    assert list(FITBIT.read(source, OPTIONS))[-1].progress == 1.0


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("heart_rate-2019-01-01.json", "heart_rate.json"),
        ("Daily SpO2 - 2023-10-09-2023-11-07.csv", "Daily SpO2.csv"),
        ("Daily Heart Rate Variability Summary - 2020-11-(15).csv",
         "Daily Heart Rate Variability Summary.csv"),
        ("sleep.json", "sleep.json"), ("steps_2024-05-01.csv", "steps.csv"), ("a.jpg", ""),
    ],
)  # fmt: skip
def test_family_of_a_file(name: str, family: str) -> None:
    assert family_of(name) == family
