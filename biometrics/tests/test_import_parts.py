"""Times in bulk, JSON in blocks, chunks of one size."""

import json
from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from biometrics.importers.base import Unreadable
from biometrics.importers.clock import NO_TIME, SeriesClock, day_times, wall_ms
from biometrics.importers.json_blocks import json_blocks
from biometrics.importers.tables import Gathering, chunked
from biometrics.tests.imports import OSLO

HOUR_MS = 3_600_000


def wall(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T09:07:00", "2024-05-01 09:07:00", "2024-05-01T09:07:00.000",
        "2024-05-01T09:07:00Z", "2024-05-01T09:07", "05/01/24 09:07:00",
        "2024-05-01 11:07:00+0200", "2024-05-01T09:07:00.000000Z",
    ],
)  # fmt: skip
def test_each_way_of_writing_a_time_alone_and_among_others(text: str) -> None:
    expected = wall("2024-05-01T09:07:00")
    assert wall_ms([text]).tolist() == [expected]
    assert wall_ms([text, text]).tolist() == [expected] * 2
    assert wall_ms([text, "noon", ""]).tolist() == [expected, NO_TIME, NO_TIME]


@pytest.mark.parametrize(
    "text",
    ["", "noon", "13/45/24 09:07:00", "2024-02-30T09:07:00", "24", "é", "20240-05-01T09:07:00"],
)
def test_what_is_no_time(text: str) -> None:
    assert wall_ms([text]).tolist() == [NO_TIME]


def test_second_of_two_equal_local_times_is_the_later_one_across_blocks() -> None:
    # Clocks in Oslo went back on 27 October 2019 at 03:00.
    texts = ["2019-10-27T01:59", "2019-10-27T02:00", "2019-10-27T02:59"]
    clock = SeriesClock(OSLO, lasts_ms=60_000)
    first = clock.times(wall_ms(texts))
    second = clock.times(wall_ms(["2019-10-27T02:00", "2019-10-27T02:59", "2019-10-27T03:00"]))
    starts = np.concatenate([first.start_ms, second.start_ms])
    assert (np.diff(starts) // 60_000).tolist() == [1, 59, 1, 59, 1]
    assert first.offset_min.tolist() == [120, 120, 120]
    assert second.offset_min.tolist() == [60, 60, 60]


@pytest.mark.parametrize(
    ("day", "hours"), [("2019-10-27", 25), ("2020-03-29", 23), ("2020-03-30", 24)]
)
def test_a_day_lasts_as_long_as_it_did(day: str, hours: int) -> None:
    times = day_times(wall_ms([f"{day}T15:00:00"]), OSLO)
    assert times.duration_ms.tolist() == [hours * HOUR_MS]
    assert datetime.fromtimestamp(times.start_ms[0] / 1000, OSLO).isoformat()[:19] == (
        f"{day}T00:00:00"
    )


def test_zone_with_half_hour_change() -> None:
    times = day_times(wall_ms(["2024-04-07"]), ZoneInfo("Australia/Lord_Howe"))
    assert times.duration_ms.tolist() == [24 * HOUR_MS + HOUR_MS // 2]


@pytest.mark.parametrize("block", [1, 7, 64, 10_000])
def test_json_in_blocks_is_the_same_array(block: int) -> None:
    array = [{"a": '}],[{"\\', "b": [{"c": 1}, {}]}, {"a": 2}, {"ä": ["\\\\"]}] * 3
    blocks = json_blocks(BytesIO(json.dumps(array, indent=1).encode()), block)
    assert [entry for text in blocks for entry in json.loads(text)] == array


def test_json_that_breaks_off_gives_what_is_whole() -> None:
    blocks = json_blocks(BytesIO(b'[{"a": 1}, {"a": 2}, {"a'), 5)
    assert json.loads(next(blocks)) + json.loads(next(blocks)) == [{"a": 1}, {"a": 2}]
    with pytest.raises(Unreadable, match="breaks off"):
        next(blocks)


@pytest.mark.parametrize("text", [b"", b"{}", b"hello"])
def test_json_that_is_no_array(text: bytes) -> None:
    with pytest.raises(Unreadable, match="no JSON array"):
        list(json_blocks(BytesIO(text)))


def test_an_empty_array_has_no_blocks() -> None:
    assert list(json_blocks(BytesIO(b" [ ] "))) == []


def test_chunks_are_of_one_size_and_number_reasons_from_the_beginning() -> None:
    first, second = Gathering(), Gathering()
    for record in range(5):
        first.add(record, ("", "steps"), record * 1000, record)
    first.ignore(3, "altitude")
    second.refuse(1, "bad")
    tables = [first.table(5, OSLO), second.table(2, OSLO)]
    chunks = list(chunked(tables, start=0, size=2))
    assert [chunk.position for chunk in chunks] == [2, 4, 6, 7]
    assert [dict(chunk.ignored) for chunk in chunks] == [{}, {"altitude": 1}, {}, {}]
    assert [list(chunk.reasons) for chunk in chunks] == [[], [], [], [(6, "bad")]]
    rest = list(chunked(tables, start=3, size=2))
    assert [len(chunk.lanes.get(("", "steps"), ())) for chunk in rest] == [2, 0]
