"""Actigraphy CSVs through the importer: recordings, ActiLife's export, the real data."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from biometrics.importers.actigraphy import ACTIGRAPHY_CSV, actigraphy_columns
from biometrics.importers.base import Options, Unreadable
from biometrics.tests.importing import MINUTE, OSLO, assert_resumes, everything, read

REAL = Path(settings.CLINICITY_DATA_DIR) / "depresjon"
HEAD = """------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.4 Firmware v3.2.1 \
date format {format} Filter Normal -----------
Serial Number: NEO1F16120034
Start Time {start:%H:%M:%S}
Start Date {date}
Epoch Period (hh:mm:ss) {epoch}
Download Time 12:00:00
Download Date 3/18/2024
Current Memory Address: 0
Current Battery Voltage: 4.12     Mode = 61
--------------------------------------------------
"""
COLUMNS = "Date, Time, Axis1,Axis2,Axis3,Steps,Lux,Inclinometer Off,Vector Magnitude\n"
START = datetime(2024, 3, 10, 8)  # noqa: DTZ001


def recording(path: Path, count: int, first: datetime = START) -> Path:
    rows = [f"{first + timedelta(minutes=n)},{first:%Y-%m-%d},{n * 3}" for n in range(count)]
    path.write_text("\n".join(["timestamp,date,activity", *rows]) + "\n")
    return path


def export(
    path: Path, count: int, *, epoch: str = "00:01:00", seconds: int = 60,
    columns: str = COLUMNS, date_format: str = "M/d/yyyy", start: datetime = START,
) -> Path:  # fmt: skip
    def date(moment: datetime) -> str:
        if date_format == "dd/MM/yyyy":
            return f"{moment:%d/%m/%Y}"
        return f"{moment.month}/{moment.day}/{moment.year}"

    body = columns
    head = HEAD.format(format=date_format, start=start, date=date(start), epoch=epoch)
    for n in range(count):
        at = start + timedelta(seconds=seconds * n)
        row = [str(n), str(n * 2), "0", str(n % 4), "20", "1", f"{n * 2.2:.2f}"]
        when = [date(at), f"{at:%H:%M:%S}"] if columns else []
        body += ",".join([*when, *row]) + "\n"
    path.write_text(head + body)
    return path


def test_a_recording_is_what_the_command_reads(tmp_path: Path) -> None:
    path = recording(tmp_path / "one.csv", 50)
    found, before = read(ACTIGRAPHY_CSV, path, zone=OSLO), actigraphy_columns(path, OSLO)
    for name in ("start_ms", "duration_ms", "value", "offset_min", "sequence"):
        assert np.array_equal(getattr(found.of("activity"), name), getattr(before, name))
    assert found.position == 50


def test_a_bad_row_is_named_and_the_others_kept(tmp_path: Path) -> None:
    path = recording(tmp_path / "one.csv", 3)
    path.write_text(
        path.read_text() + "noon,x,1\n2024-03-10 09:00:00,x,nan\n1969-01-01,x,1\n1\n"
    )
    found = read(ACTIGRAPHY_CSV, path)
    assert found.of("activity").value.tolist() == [0, 3, 6]
    assert found.reasons == [
        (3, "'noon' is no time."), (4, "'nan' is no count."),
        (5, "the time is before 1970."), (6, "None is no count."),
    ]  # fmt: skip


def test_a_folder_asks_for_the_person(tmp_path: Path) -> None:
    recording(tmp_path / "p10.csv", 2)
    recording(tmp_path / "p9.csv", 3)
    (tmp_path / "notes.csv").write_text("a,b\n")
    assert ACTIGRAPHY_CSV.matches(tmp_path)
    assert ACTIGRAPHY_CSV.people(tmp_path) == ["p9", "p10"]
    assert len(read(ACTIGRAPHY_CSV, tmp_path, person="p9").of("activity")) == 3
    with pytest.raises(Unreadable, match="choose one"):
        read(ACTIGRAPHY_CSV, tmp_path)


def test_what_is_no_actigraphy_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    assert not ACTIGRAPHY_CSV.matches(tmp_path / "a.csv")
    assert not ACTIGRAPHY_CSV.matches(tmp_path / "absent.csv")
    with pytest.raises(Unreadable, match="timestamp,date,activity"):
        read(ACTIGRAPHY_CSV, tmp_path / "a.csv")


def test_recordings_resume_over_the_hour_that_comes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"2003-10-26 02:{n:02}:00,x,{n}" for n in (57, 58, 59, *range(30))]
    (tmp_path / "a.csv").write_text("\n".join(["timestamp,date,activity", *rows]))
    monkeypatch.setattr("biometrics.importers.actigraphy.CHUNK", 7)
    assert_resumes(ACTIGRAPHY_CSV, tmp_path / "a.csv", monkeypatch, zone=OSLO)
    starts = read(ACTIGRAPHY_CSV, tmp_path / "a.csv", zone=OSLO).of("activity").start_ms
    assert set(np.diff(starts).tolist()) == {MINUTE}


@pytest.mark.parametrize("date_format", ["M/d/yyyy", "dd/MM/yyyy"])
def test_an_export_gives_the_vertical_axis_steps_and_light(
    tmp_path: Path, date_format: str
) -> None:
    path = export(tmp_path / "a.csv", 5, date_format=date_format)
    assert ACTIGRAPHY_CSV.matches(path)
    found = read(ACTIGRAPHY_CSV, path, zone=OSLO)
    assert found.reasons == []
    assert found.of("activity").value.tolist() == [0, 1, 2, 3, 4]
    assert found.of("steps").value.tolist() == [0, 1, 2, 3, 0]
    assert found.of("light").value.tolist() == [20] * 5
    assert datetime.fromtimestamp(found.of("activity").start_ms[0] / 1000, UTC).hour == 7
    assert set(found.of("activity").offset_min.tolist()) == {60}
    assert found.devices() == {"ActiGraph NEO1F16120034"}
    assert found.ignored == dict.fromkeys(
        ("axis2", "axis3", "inclinometer_off", "vector_magnitude"), 5
    )


def test_shorter_epochs_are_summed_to_whole_minutes(tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", 14, epoch="00:00:15", seconds=15)
    found = read(ACTIGRAPHY_CSV, path)
    # The last two epochs are half a minute.
    assert found.of("activity").value.tolist() == [
        0 + 1 + 2 + 3,
        4 + 5 + 6 + 7,
        8 + 9 + 10 + 11,
    ]
    assert found.of("light").value.tolist() == [20] * 3
    assert np.diff(found.of("activity").start_ms).tolist() == [MINUTE] * 2


def test_longer_epochs_keep_their_length_and_give_counts_a_minute(tmp_path: Path) -> None:
    found = read(ACTIGRAPHY_CSV, export(tmp_path / "a.csv", 3, epoch="00:05:00", seconds=300))
    assert found.of("activity").value.tolist() == [0, 0.2, 0.4]
    assert found.of("steps").value.tolist() == [0, 1, 2]
    assert found.of("activity").duration_ms.tolist() == [5 * MINUTE] * 3


def test_the_recorder_runs_on_when_clocks_change(tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", 300, start=datetime(2024, 3, 31))  # noqa: DTZ001
    found = read(ACTIGRAPHY_CSV, path, zone=OSLO).of("activity")
    assert set(np.diff(found.start_ms).tolist()) == {MINUTE}
    assert found.offset_min[[0, 119, 120]].tolist() == [60, 60, 120]


def test_a_bad_epoch_leaves_out_its_minute(tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", 12, epoch="00:00:15", seconds=15)
    path.write_text(
        path.read_text().replace("08:01:15,5,", "08:01:16,5,").replace(",9,18,", ",?,18,")
    )
    found = read(ACTIGRAPHY_CSV, path)
    assert found.of("activity").value.tolist() == [6]
    assert [number for number, _ in found.reasons] == [5, 9]
    assert "08:01:16" in found.reasons[0][1]


def test_an_export_without_column_names_gives_its_first_axis(tmp_path: Path) -> None:
    found = read(ACTIGRAPHY_CSV, export(tmp_path / "a.csv", 4, columns=""))
    assert found.of("activity").value.tolist() == [0, 1, 2, 3]
    assert found.ignored["column 2"] == 4


@pytest.mark.parametrize(
    ("epoch", "said"),
    [("00:00:00", "raw samples"), ("00:00:45", "whole minutes"), ("soon", "no epoch period")],
)
def test_other_exports_are_refused_with_what_to_do(
    tmp_path: Path, epoch: str, said: str
) -> None:
    with pytest.raises(Unreadable, match=said):
        read(ACTIGRAPHY_CSV, export(tmp_path / "a.csv", 4, epoch=epoch))


def test_exports_resume_inside_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(tmp_path / "a.csv", 60, epoch="00:00:10", seconds=10)
    assert_resumes(ACTIGRAPHY_CSV, path, monkeypatch, zone=OSLO)


@pytest.mark.realdata
@pytest.mark.skipif(
    not REAL.exists(), reason="Put the Depresjon data into CLINICITY_DATA_DIR/depresjon"
)
def test_real_recordings_lose_no_minute_and_no_count() -> None:
    minutes, total = 0, 0.0
    expected = [
        list(csv.DictReader(path.read_text().splitlines()))
        for path in sorted(REAL.rglob("c*_*.csv"))
    ]
    people = ACTIGRAPHY_CSV.people(REAL)
    assert len(people) == len(expected) == 55
    for person in people:
        chunks = list(ACTIGRAPHY_CSV.read(REAL, Options(zone=OSLO, person=person)))
        found = everything(chunks)
        assert found.reasons == []
        minutes += len(found.of("activity"))
        total += float(found.of("activity").value.sum())
    assert minutes == sum(len(rows) for rows in expected) == 1_571_706
    assert total == sum(float(row["activity"]) for rows in expected for row in rows)
