"""Actiwatch `.awd` files, made to their format."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from biometrics.importers.awd import AWD
from biometrics.importers.base import Unreadable
from biometrics.tests.importing import MINUTE, OSLO, assert_resumes, read

HEAD = ["Jane Q Public", "22-Dec-2018", "15:30", "4", "34", "V815024", "F"]


def write(path: Path, lines: list[str], head: list[str] | None = None) -> Path:
    path.write_text("\r\n".join([*(head or HEAD), *lines]) + "\r\n")
    return path


def head(**changed: str) -> list[str]:
    names = ("name", "date", "time", "code", "age", "serial", "gender")
    return [changed.get(name, line) for name, line in zip(names, HEAD, strict=True)]


def test_a_line_is_a_minute_and_the_name_stays_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.awd", ["  12", "  40 M", "  0", "7"])
    assert AWD.matches(path)
    assert AWD.people(path) == []
    found = read(AWD, path, zone=OSLO)
    activity = found.of("activity")
    assert activity.value.tolist() == [12, 40, 0, 7]
    assert activity.duration_ms.tolist() == [MINUTE] * 4
    first = datetime.fromtimestamp(activity.start_ms[0] / 1000, UTC)
    assert first == datetime(2018, 12, 22, 14, 30, tzinfo=UTC)
    assert found.ignored == {"marker": 1}
    assert found.devices() == {"Actiwatch V815024"}
    assert "Jane" not in repr(found)


@pytest.mark.parametrize(
    ("code", "expected", "minutes"),
    [
        ("1", [6], 1),
        ("2", [1, 5], 1),
        ("8", [0, 0.5, 1, 1.5], 2),
        ("20", [0, 0.2, 0.4, 0.6], 5),
    ],
)
def test_epochs_of_other_lengths(
    tmp_path: Path, code: str, expected: list[float], minutes: int
) -> None:
    path = write(tmp_path / "a.awd", ["0", "1", "2", "3"], head(code=code))
    activity = read(AWD, path).of("activity")
    assert activity.value.tolist() == pytest.approx(expected)
    assert set(activity.duration_ms.tolist()) == {minutes * MINUTE}


def test_light_is_averaged_over_the_minute(tmp_path: Path) -> None:
    lines = ["5, 10.5", "5 M 20.5", "5, 1", "5, 2"]
    found = read(AWD, write(tmp_path / "a.awd", lines, head(code="2")))
    assert found.of("light").value.tolist() == [15.5, 1.5]
    assert found.of("activity").value.tolist() == [10, 10]


def test_a_bad_line_leaves_its_minute_out_and_shifts_nothing(tmp_path: Path) -> None:
    found = read(AWD, write(tmp_path / "a.awd", ["1", "x", "M", "nan", "5"]))
    starts = found.of("activity").start_ms
    assert found.of("activity").value.tolist() == [1, 5]
    assert np.diff(starts).tolist() == [4 * MINUTE]
    assert found.reasons == [(n, "The line holds no count.") for n in (1, 2, 3)]


@pytest.mark.parametrize("date", ["22-DEC-2018", "22/12/2018", "22-Dec-18"])
def test_ways_of_writing_the_date(tmp_path: Path, date: str) -> None:
    path = write(tmp_path / "a.awd", ["1"], head(date=date, time="15:30:00"))
    start = read(AWD, path).of("activity").start_ms[0] / 1000
    assert datetime.fromtimestamp(start, UTC).date().isoformat() == "2018-12-22"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "3"}, "code of the epoch"),
        ({"date": "soon"}, "says no start"),
        ({"date": "31-Feb-2018"}, "no time"),
        ({"date": "22-Foo-2018"}, "no time"),
        ({"date": "22-Dec-1950"}, "starts in 1950"),
    ],
)
def test_a_head_that_says_no_start_is_refused(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(Unreadable, match=said):
        read(AWD, write(tmp_path / "a.awd", ["1"], head(**changed)))


def test_other_files_are_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("timestamp,date,activity\n" * 9)
    assert not AWD.matches(tmp_path / "a.csv")
    assert not AWD.matches(tmp_path)
    assert not AWD.matches(write(tmp_path / "short.awd", []))


def test_the_watch_runs_on_when_clocks_go_back(tmp_path: Path) -> None:
    path = write(tmp_path / "a.awd", ["1"] * 240, head(date="26-Oct-2003", time="01:00"))
    activity = read(AWD, path, zone=OSLO).of("activity")
    assert set(np.diff(activity.start_ms).tolist()) == {MINUTE}
    assert activity.offset_min[[0, 119, 120]].tolist() == [120, 120, 60]


def test_reading_resumes_inside_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{n} M" if n % 5 == 0 else "?" if n % 11 == 0 else str(n) for n in range(90)]
    assert_resumes(
        AWD, write(tmp_path / "a.awd", lines, head(code="1")), monkeypatch, zone=OSLO
    )
