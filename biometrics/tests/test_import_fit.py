"""FIT files, written by another library than the one that reads them."""

import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.blood_pressure_message import BloodPressureMessage
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.hrv_message import HrvMessage
from fit_tool.profile.messages.hrv_value_message import HrvValueMessage
from fit_tool.profile.messages.monitoring_hr_data_message import MonitoringHrDataMessage
from fit_tool.profile.messages.monitoring_info_message import MonitoringInfoMessage
from fit_tool.profile.messages.monitoring_message import MonitoringMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.respiration_rate_message import RespirationRateMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.messages.sleep_level_message import SleepLevelMessage
from fit_tool.profile.messages.spo2_data_message import Spo2DataMessage
from fit_tool.profile.messages.stress_level_message import StressLevelMessage
from fit_tool.profile.messages.weight_scale_message import WeightScaleMessage
from fit_tool.profile.profile_type import FileType, Manufacturer, SleepLevel, Sport

from biometrics.importers.base import Options, Unreadable
from biometrics.importers.garmin import FIT
from biometrics.metrics import METRICS
from biometrics.tests.imports import OSLO, assert_resumes, ignored_in, lanes_of, samples

OPTIONS = Options(zone=OSLO)
WATCH = "garmin fenix6 42"
# 08:00 on the clock in Oslo.
EIGHT = int(datetime(2024, 7, 21, 6, tzinfo=UTC).timestamp())
MIDNIGHT = EIGHT - 8 * 3600
WALKING, RUNNING = 6, 1
FIT_EPOCH = 631_065_600


def message(kind: type, at: int | None = None, **values: Any) -> Any:
    made = kind()
    for name, value in values.items():
        setattr(made, name, value)
    if at is not None:
        made.timestamp = at * 1000
    return made


def fit(*messages: Any, made: int = EIGHT) -> bytes:
    builder = FitFileBuilder(min_string_size=50)
    builder.add(message(
        FileIdMessage, type=FileType.ACTIVITY, manufacturer=Manufacturer.GARMIN.value,
        product=3290, serial_number=42, time_created=made * 1000,
    ))  # fmt: skip
    for each in messages:
        builder.add(each)
    return bytes(builder.build().to_bytes())


def read(source: Path):
    chunks = list(FIT.read(source, OPTIONS))
    lanes = {lane: samples(columns) for lane, columns in lanes_of(chunks).items()}
    return lanes, ignored_in(chunks), [reason for chunk in chunks for reason in chunk.reasons]


def saved(path: Path, *messages: Any) -> Path:
    path.write_bytes(fit(*messages))
    return path


def test_an_activity(tmp_path: Path) -> None:
    source = saved(
        tmp_path / "run.fit",
        message(RecordMessage, EIGHT, heart_rate=100, distance=3.5, speed=2.5, cadence=80),
        message(RecordMessage, EIGHT + 5, heart_rate=102, distance=16.0, speed=2.5),
        message(HrvMessage, time=[0.6, 0.61]),
        message(HrvMessage, time=[0.62]),
        message(EventMessage, EIGHT + 6),
        message(
            SessionMessage, EIGHT + 7, start_time=EIGHT * 1000, total_elapsed_time=1800,
            total_timer_time=1500, sport=Sport.RUNNING,
        ),
    )  # fmt: skip
    lanes, ignored, reasons = read(source)
    assert FIT.matches(source)
    assert lanes[WATCH, "heart_rate"] == [(EIGHT, 0, 100), (EIGHT + 5, 0, 102)]
    assert lanes[WATCH, "speed"] == [(EIGHT, 0, 2.5), (EIGHT + 5, 0, 2.5)]
    assert lanes[WATCH, "distance"] == [(EIGHT, 0, 3.5), (EIGHT, 5, 12.5)]
    assert lanes[WATCH, "exercise"] == [(EIGHT, 1800, 25)]
    beats = lanes_of(FIT.read(source, OPTIONS))[WATCH, "rr_interval"]
    assert beats.value.tolist() == [600, 610, 620]
    assert (beats.start_ms - (EIGHT + 5) * 1000).tolist() == [0, 600, 1210]
    assert beats.offset_min.tolist() == [120] * 3
    assert ignored == {"record cadence": 1, "event": 1, "session sport": 1}
    assert not reasons
    assert {metric for _, metric in lanes} <= METRICS.keys()


def test_a_day_of_monitoring_with_short_times(tmp_path: Path) -> None:
    short = (EIGHT - FIT_EPOCH + 60) & 0xFFFF
    source = saved(
        tmp_path / "day.fit",
        message(MonitoringInfoMessage, EIGHT, local_timestamp=EIGHT - FIT_EPOCH + 7200),
        message(MonitoringMessage, EIGHT, activity_type=WALKING, steps=100, active_calories=12),
        message(MonitoringMessage, timestamp_16=short, heart_rate=61),
        message(MonitoringMessage, timestamp_16=(short + 60) & 0xFFFF, heart_rate=0),
        message(MonitoringMessage, EIGHT + 300, activity_type=WALKING, steps=150),
        message(MonitoringMessage, EIGHT + 300, activity_type=RUNNING, steps=40),
        message(MonitoringHrDataMessage, EIGHT + 300, current_day_resting_heart_rate=52),
        message(StressLevelMessage, stress_level_time=EIGHT * 1000, stress_level_value=31),
        message(StressLevelMessage, stress_level_time=(EIGHT + 180) * 1000, stress_level_value=-1),
        message(RespirationRateMessage, EIGHT, respiration_rate=14.5),
        message(Spo2DataMessage, EIGHT, reading_spo2=96),
        message(HrvValueMessage, EIGHT, value=41.5),
        message(WeightScaleMessage, EIGHT, weight=80.5, percent_fat=21),
        message(
            BloodPressureMessage, EIGHT, systolic_pressure=120, diastolic_pressure=80,
            heart_rate=60,
        ),
    )  # fmt: skip
    lanes, ignored, reasons = read(source)
    assert lanes[WATCH, "steps"] == [
        (MIDNIGHT, 8 * 3600, 100), (EIGHT, 300, 50), (MIDNIGHT, 8 * 3600 + 300, 40)
    ]  # fmt: skip
    assert lanes[WATCH, "active_energy"] == [(MIDNIGHT, 8 * 3600, 12)]
    assert lanes[WATCH, "heart_rate"] == [(EIGHT + 60, 0, 61), (EIGHT, 0, 60)]
    assert lanes[WATCH, "resting_heart_rate"] == [(MIDNIGHT, 8 * 3600 + 300, 52)]
    assert lanes[WATCH, "stress_index"] == [(EIGHT, 0, 31)]
    for metric, value in {
        "respiratory_rate": 14.5, "spo2": 96, "hrv_rmssd": 41.5, "weight": 80.5, "body_fat": 21,
        "systolic_blood_pressure": 120, "diastolic_blood_pressure": 80,
    }.items():  # fmt: skip
        assert lanes[WATCH, metric] == [(EIGHT, 0, pytest.approx(value))], metric
    assert ignored == {
        "monitoring heart_rate 0 or less (not measured)": 1,
        "stress_level below 0 (not measured)": 1,
    }
    assert not reasons


def test_stages_last_until_the_next(tmp_path: Path) -> None:
    source = saved(
        tmp_path / "night.fit",
        *(
            message(SleepLevelMessage, EIGHT + 60 * n, sleep_level=level)
            for n, level in enumerate(
                [SleepLevel.LIGHT, SleepLevel.DEEP, SleepLevel.UNMEASURABLE, SleepLevel.REM]
            )
        ),
        message(EventMessage, EIGHT + 400),
    )
    lanes, ignored, _ = read(source)
    assert lanes[WATCH, "sleep_stage"] == [
        (EIGHT, 60, 1), (EIGHT + 60, 60, 2), (EIGHT + 180, 0, 3)
    ]  # fmt: skip
    assert ignored["sleep_level unmeasurable"] == 1


def test_totals_go_on_from_file_to_file_and_begin_anew_at_midnight(tmp_path: Path) -> None:
    """Files in the order of their making; a total at midnight is of the day that ends."""
    later, next_midnight = EIGHT + 7200, MIDNIGHT + 86_400
    steps = {
        "b.fit": [(EIGHT, 100)],
        "a.fit": [(later, 300), (next_midnight, 900)],
        "0.fit": [(next_midnight + 600, 7)],
    }
    for name, totals in steps.items():
        walks = [
            message(MonitoringMessage, at, activity_type=WALKING, steps=n) for at, n in totals
        ]
        (tmp_path / name).write_bytes(fit(*walks, made=totals[0][0]))
    lanes, _, reasons = read(tmp_path)
    assert lanes[WATCH, "steps"] == [
        (MIDNIGHT, 8 * 3600, 100), (EIGHT, 7200, 200), (later, next_midnight - later, 600),
        (next_midnight, 600, 7),
    ]  # fmt: skip
    assert not reasons


def test_export_of_an_account_is_a_zip_with_zips_in_it(tmp_path: Path) -> None:
    inner, outer = tmp_path / "UploadedFiles_0-_Part1.zip", tmp_path / "export.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.fit", fit(message(RecordMessage, EIGHT, heart_rate=100)))
        archive.writestr("notes.txt", "x")
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, f"DI_CONNECT/DI-Connect-Uploaded-Files/{inner.name}")
        archive.writestr("customer.json", "{}")
    assert FIT.matches(outer)
    assert FIT.people(outer) == []
    lanes, ignored, _ = read(outer)
    assert lanes == {(WATCH, "heart_rate"): [(EIGHT, 0, 100)]}
    assert ignored == {"file .txt": 1, "file .json": 1}


@pytest.mark.parametrize("damage", ["cut", "checksum"])
def test_damage_ends_with_a_reason_after_the_records_before_it(
    tmp_path: Path, damage: str
) -> None:
    whole = fit(*(message(RecordMessage, EIGHT + n, heart_rate=100) for n in range(50)))
    broken = whole[:-40] if damage == "cut" else whole[:-2] + b"\0\0"
    (tmp_path / "a.fit").write_bytes(broken)
    (tmp_path / "b.fit").write_bytes(
        fit(message(RecordMessage, EIGHT, heart_rate=90), made=1 << 31)
    )
    lanes, _, reasons = read(tmp_path)
    beats = [value for _, _, value in lanes[WATCH, "heart_rate"]]
    assert beats[-1] == 90
    assert len(beats) == 51 if damage == "checksum" else 30 < len(beats) < 51
    [(number, why)] = reasons
    assert number == len(beats)
    assert why.startswith("a.fit is damaged")


def test_no_damage_is_more_than_a_reason(tmp_path: Path) -> None:
    whole = fit(
        *(message(RecordMessage, EIGHT + n, heart_rate=100, speed=2.5) for n in range(9))
    )
    chance = random.Random(7)
    for _ in range(300):
        text = bytearray(whole)
        for _ in range(3):
            text[chance.randrange(len(text))] = chance.randrange(256)
        (tmp_path / "a.fit").write_bytes(bytes(text[: chance.randrange(len(text))]))
        _, _, reasons = read(tmp_path)
        assert len(reasons) >= 1
        FIT.matches(tmp_path)


def test_what_is_no_fit(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "empty.zip").write_bytes(b"PK")
    assert not FIT.matches(tmp_path)
    assert not FIT.matches(tmp_path / "absent")
    with pytest.raises(Unreadable, match=r"can't be|no FIT|damaged"):
        list(FIT.read(tmp_path, OPTIONS))


def test_times_since_switching_on_are_refused(tmp_path: Path) -> None:
    source = saved(tmp_path / "a.fit", message(RecordMessage, FIT_EPOCH + 60, heart_rate=100))
    lanes, _, reasons = read(source)
    assert not lanes
    assert [why for _, why in reasons] == ["record heart_rate has no time."]


def test_goes_on_at_each_border(tmp_path: Path) -> None:
    """Totals go on across borders, and those of a copy are older than what was read."""
    walks = [
        message(MonitoringMessage, EIGHT + 60 * n, activity_type=WALKING, steps=n)
        for n in range(600)
    ]
    beats = [message(HrvMessage, time=[0.8, 0.9]) for _ in range(300)]
    text = fit(*walks, *beats)
    for copy in range(25):
        (tmp_path / f"{copy}.fit").write_bytes(text)
    assert assert_resumes(FIT, tmp_path, OPTIONS) == 2
