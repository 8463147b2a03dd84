"""Tables of any columns by a mapping."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from biometrics.importers.base import Unreadable
from biometrics.importers.table import TABLE, preview, sample
from biometrics.importers.table_mapping import TableMapping, ValueColumn
from biometrics.tests.importing import MINUTE, OSLO, Everything, assert_resumes, read
from clinicity.common.exceptions import Invalid

WIDE = {"time": "when", "value.HR": "heart_rate", "unit.HR": "bpm", "value.kg": "weight"}
LONG = {
    "time": "when", "long.metric": "what", "long.value": "value", "long.unit": "unit",
    "name.Puls": "heart_rate",
}  # fmt: skip


def found(folder: Path, text: str, flat: dict[str, str], encoding: str = "utf-8") -> Everything:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return read(TABLE, path, mapping=flat, zone=OSLO)


def moments(result: Everything, metric: str = "heart_rate") -> list[str]:
    starts = result.of(metric).start_ms.tolist()
    return [
        f"{datetime.fromtimestamp(start / 1000, UTC):%Y-%m-%dT%H:%M:%S}" for start in starts
    ]


def test_a_wide_table_gives_each_column_its_metric(tmp_path: Path) -> None:
    text = "when,HR,kg,more\n2024-03-10T08:00:00Z,62,70.5,x\n2024-03-10T08:01:00Z,63,,x\n"
    result = found(tmp_path, text, WIDE)
    assert result.of("heart_rate").value.tolist() == [62, 63]
    assert result.of("weight").value.tolist() == [70.5]
    assert moments(result) == ["2024-03-10T08:00:00", "2024-03-10T08:01:00"]
    assert result.reasons == []


def test_a_long_table_names_metric_and_unit_in_each_row(tmp_path: Path) -> None:
    text = (
        "when\twhat\tvalue\tunit\n2024-03-10 08:00\tPuls\t62\tbpm\n"
        "2024-03-10 08:00\tweight\t110\tlb\n2024-03-10 08:00\tsteps\t-\t\n"
        "2024-03-10 08:00\tmagic\t7\t\n2024-03-10 08:00\tweight\t7\tfurlong\n"
    )
    result = found(tmp_path, text, LONG)
    assert result.of("heart_rate").value.tolist() == [62]
    assert result.of("weight").value.tolist() == [pytest.approx(49.8951607)]
    assert result.ignored == {"row without a value": 1, "magic": 1}
    assert [number for number, _ in result.reasons] == [4]
    assert "furlong" in result.reasons[0][1]


@pytest.mark.parametrize(
    ("cell", "time_format"),
    [
        ("2024-03-10T07:00:00Z", "auto"),
        ("2024-03-10T08:00:00+01:00", "auto"),
        ("2024-03-10 08:00:00", "auto"),
        ("2024-3-10 8:00", "auto"),
        ("2024/03/10 08:00", "auto"),
        ("1710054000", "auto"),
        ("1710054000000", "auto"),
        ("1710054000.0", "epoch_s"),
        ("10.03.2024 08:00", "day_first"),
        ("03/10/2024 8:00:00 AM", "month_first"),
        ("3/10/24 08:00", "month_first"),
        ("10 Mar 2024 08:00", "%d %b %Y %H:%M"),
    ],
)
def test_ways_of_writing_a_time(tmp_path: Path, cell: str, time_format: str) -> None:
    flat = {"time": "when", "time.format": time_format, "value.HR": "heart_rate"}
    assert moments(found(tmp_path, f"when,HR\n{cell},62\n", flat)) == ["2024-03-10T07:00:00"]


def test_one_cell_decides_which_number_is_the_month(tmp_path: Path) -> None:
    flat = {"time": "when", "value.HR": "heart_rate"}
    rows = "10/03/2024 08:00,62\n11/03/2024 08:00,62\n"
    with pytest.raises(Unreadable, match="how the times"):
        found(tmp_path, "when,HR\n" + rows, flat)
    by_day = found(tmp_path, f"when,HR\n{rows}18/03/2024 08:00,62\n", flat)
    assert moments(by_day)[0] == "2024-03-10T07:00:00"
    by_month = found(
        tmp_path, f"when,HR\n{rows}03/18/2024 08:00,62\n", flat | {"time.format": "month_first"}
    )
    assert moments(by_month)[0] == "2024-10-03T06:00:00"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_excel_in_german(tmp_path: Path, encoding: str) -> None:
    text = 'Zeit;Körpergewicht;Gerät\r\n"10.03.2024 08:00";70,5;Wägelein\r\n'
    flat = {
        "time": "Zeit", "time.format": "day_first", "value.Körpergewicht": "weight",
        "device": "Gerät",
    }  # fmt: skip
    result = found(tmp_path, text, flat, encoding)
    assert result.of("weight").value.tolist() == [70.5]
    assert result.devices() == {"Wägelein"}


@pytest.mark.parametrize(
    ("more", "cell", "length"),
    [
        ({}, "", 0),
        ({"end": "x"}, "2024-03-10 08:30", 30 * MINUTE),
        ({"duration": "x"}, "90", 90_000),
        ({"duration": "x", "duration.unit": "min"}, "1,5", 90_000),
        ({"duration": "x"}, "", 0),
    ],
)
def test_how_long_a_sample_lasts(
    tmp_path: Path, more: dict[str, str], cell: str, length: int
) -> None:
    flat = {"time": "when", "value.HR": "heart_rate"} | more
    text = f'when,HR,x\n2024-03-10 08:00,62,"{cell}"\n'
    assert found(tmp_path, text, flat).of("heart_rate").duration_ms.tolist() == [length]


def test_without_an_end_a_sample_lasts_as_its_metric_does(tmp_path: Path) -> None:
    flat = {"time": "when", "value.a": "resting_heart_rate", "value.b": "heart_rate"}
    result = found(tmp_path, "when,a,b\n2024-03-10,55,60\n", flat)
    assert result.of("resting_heart_rate").duration_ms.tolist() == [1440 * MINUTE]
    assert result.of("heart_rate").duration_ms.tolist() == [0]


@pytest.mark.parametrize(
    ("offset", "hour", "minutes"),
    [
        ("-05:00", 13, -300),
        ("UTC", 8, 0),
        ("330", 2, 330),
        ("-300", 13, -300),
        ("+0530", 2, 330),
        ("UTC+05:30", 2, 330),
        ("America/New_York", 12, -240),
        ("", 7, 60),
    ],
)
def test_a_column_may_say_the_offset(
    tmp_path: Path, offset: str, hour: int, minutes: int
) -> None:
    flat = {"time": "when", "value.HR": "heart_rate", "offset": "tz"}
    result = found(tmp_path, f"when,HR,tz\n2024-03-10 08:00,62,{offset}\n", flat)
    assert moments(result)[0][11:13] == f"{hour:02}"
    assert result.of("heart_rate").offset_min.tolist() == [minutes]


def test_lines_above_the_header_are_left_out(tmp_path: Path) -> None:
    text = "Made by a device\nserial;7\n\nwhen;HR\n2024-03-10 08:00;62,5\n"
    flat = {"above": "3", "time": "when", "value.HR": "heart_rate"}
    assert found(tmp_path, text, flat).of("heart_rate").value.tolist() == [62.5]
    assert sample(tmp_path / "table.csv", 3) == [["when", "HR"], ["2024-03-10 08:00", "62,5"]]
    with pytest.raises(Invalid, match="above the header"):
        found(tmp_path, text, flat | {"above": "x"})


def test_states_may_be_named(tmp_path: Path) -> None:
    text = "when,stage\n2024-03-10 01:00,deep\n2024-03-10 01:01,rem\n2024-03-10 01:02,1\n"
    result = found(tmp_path, text, {"time": "when", "value.stage": "sleep_stage"})
    assert result.of("sleep_stage").value.tolist() == [2, 3, 1]


def test_the_hour_that_comes_twice_in_a_long_table(tmp_path: Path) -> None:
    clock = [f"2003-10-26 0{hour}:{n:02}" for hour in (1, 2, 2, 3) for n in range(60)]
    rows = [f"{at},{what},60," for at in clock for what in ("Puls", "weight")]
    result = found(tmp_path, "\n".join(["when,what,value,unit", *rows]), LONG)
    for metric in ("heart_rate", "weight"):
        assert set(np.diff(result.of(metric).start_ms).tolist()) == {MINUTE}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("soon,62,70", "'soon' is no time"),
        ("2024-03-10 08:00,fast,70", "HR: 'fast' is no number"),
        ("2024-03-10 08:00,inf,70", "HR: 'inf' is no number"),
        ("1969-03-10 08:00,62,70", "before 1970"),
        ("99999999999999999999,62,70", "no time"),
    ],
)
def test_a_bad_cell_is_named_and_the_next_row_kept(tmp_path: Path, row: str, said: str) -> None:
    text = f"when,HR,kg\n{row}\n2024-03-10 08:01,63,71\n"
    result = found(tmp_path, text, WIDE | {"time.format": "iso"})
    assert {number for number, _ in result.reasons} == {0}
    assert said in result.reasons[0][1]
    assert result.of("heart_rate").value.tolist()[-1:] == [63]


@pytest.mark.parametrize(
    ("flat", "said"),
    [
        ({}, "which column is the time"),
        ({"time": "when"}, "which columns hold values"),
        ({"time": "when", "value.HR": "magic"}, "no metric 'magic'"),
        ({"time": "when", "value.HR": "heart_rate", "unit.HR": "kg"}, "not 'kg'"),
        ({"time": "when", "value.HR": "heart_rate", "colour": "x"}, "no part 'colour'"),
        ({"time": "when", "value.HR": "heart_rate", "unit.x": "kg"}, r"no part 'unit\.x'"),
        (WIDE | LONG, "which columns hold values"),
        ({"time": "when", "value.HR": "heart_rate", "time.format": "odd"}, "no format"),
        ({"time": "when", "value.HR": "heart_rate", "duration.unit": "d"}, "duration is in"),
        ({"time": "nowhen", "value.HR": "heart_rate"}, "no column 'nowhen'"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(
    tmp_path: Path, flat: dict[str, str], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        found(tmp_path, "when,HR\n2024-03-10 08:00,62\n", flat)


@pytest.mark.parametrize("flat", [WIDE, LONG, WIDE | {"time.format": "iso", "end": "x"}])
def test_a_mapping_goes_to_text_and_back(flat: dict[str, str]) -> None:
    assert TableMapping.from_flat(flat).to_flat() == flat


def test_the_preview_shows_what_reading_would_give(tmp_path: Path) -> None:
    rows = [f"2024-03-10 08:{n:02},{'?' if n == 3 else n},70" for n in range(30)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["when,HR,kg", *rows]))
    shown = preview(path, TableMapping.from_flat(WIDE), OSLO)
    assert [row.number for row in shown] == list(range(20))
    assert shown[3].cells == ["2024-03-10 08:03", "?", "70"]
    assert shown[3].reasons == ["HR: '?' is no number."]
    whole = read(TABLE, path, mapping=WIDE, zone=OSLO).of("heart_rate")
    found = [one for row in shown for one in row.points if one.metric == "heart_rate"]
    assert [one.start_ms for one in found] == whole.start_ms.tolist()[:19]


def test_other_files_are_not_taken_for_a_table(tmp_path: Path) -> None:
    for name, text in (("a.csv", "one column\nmore\n"), ("b.csv", ""), ("c.csv", "a,b\n")):
        (tmp_path / name).write_text(text)
        assert not TABLE.matches(tmp_path / name)
    assert not TABLE.matches(tmp_path)
    (tmp_path / "d.tsv").write_text("a\tb\n1\t2\n")
    assert TABLE.matches(tmp_path / "d.tsv")
    assert sample(tmp_path / "d.tsv") == [["a", "b"], ["1", "2"]]


def test_reading_resumes_in_the_hour_that_comes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [f"2003-10-26 02:{n:02}" for n in (*range(30, 60), *range(60))]
    rows = [f"{at},{'?' if n % 9 == 0 else n},70" for n, at in enumerate(clock)]
    (tmp_path / "a.csv").write_text("\n".join(["when,HR,kg", *rows]))
    assert_resumes(TABLE, tmp_path / "a.csv", monkeypatch, mapping=WIDE, zone=OSLO)


def test_value_columns_have_a_unit_only_where_one_is_said() -> None:
    mapping = TableMapping.from_flat(WIDE)
    assert mapping.values == (
        ValueColumn("HR", "heart_rate", "bpm"), ValueColumn("kg", "weight"),
    )  # fmt: skip
