"""What the benchmarks print and what they feed: the parts that need no stack."""

import json

import numpy as np
import pytest

from benchmarks.client import is_whole
from benchmarks.minutes import minutes
from benchmarks.rounds import Report, Row, measured, tell


def test_ratios_stand_beside_the_row_of_the_same_suffix(capsys):
    rows = [Row("clinicity", 4, 1, 9), Row("duckdb", 2, 1, 3), Row("clinicity_series", 6, 1, 9),
            Row("duckdb_series", 3, 1, 9), Row("clinicity_http", 8, 1, 9)]  # fmt: skip
    report = Report("read", "ms", rows, suffixes=["_series"], extra={"bytes_per_sample": 2.5})

    tell(report, as_json=True)

    found = json.loads(capsys.readouterr().out)
    assert found["ratios"] == {"clinicity/duckdb": 2.0, "clinicity_series/duckdb_series": 2.0}
    assert found["bytes_per_sample"] == 2.5
    assert found["rows"][0] == {"name": "clinicity", "median": 4, "min": 1, "max": 9}


def test_every_way_has_its_turn_in_each_round_and_the_first_only_warms_up():
    turns, prepared = [], []

    def way(name):
        def turn(number):
            turns.append((number, name))
            return 1

        return turn

    ways = {name: way(name) for name in ("clinicity", "a", "b")}
    report = measured("x", "y", ways, 2, before=prepared.append)

    assert prepared == [0, 1, 2]
    assert sorted(turns) == sorted((n, name) for n in range(3) for name in ways)
    assert [name for _, name in turns[:3]] != [name for _, name in turns[3:6]]
    assert {row.name for row in report.rows} == set(ways)


def test_minutes_are_the_same_whichever_window_is_asked_for():
    whole, part = minutes(3, 0, 5000), minutes(3, 1200, 50)

    assert np.array_equal(whole.value[1200:1250], part.value)
    assert np.array_equal(whole.start_ms[1200:1250], part.start_ms)
    assert not np.array_equal(whole.value, minutes(4, 0, 5000).value)


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{", False),
        (b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}", True),
        (b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", False),
        (
            b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            True,
        ),
        (b"HTTP/1.1 201 Created\r\nContent-Len", False),
    ],
)
def test_an_answer_is_read_to_its_end(answer, whole):
    assert is_whole(answer) is whole
