"""JSON values from a stream in blocks of any size."""

import json
from io import StringIO

import pytest

from biometrics.importers import json_records
from biometrics.importers.base import Unreadable

VALUES = [{"a": [1, 2.5, "ß\\n"]}, 12345, "long " * 50, None, [], {"entry": [1]}]


@pytest.fixture(params=[1, 3, 64, 1 << 16])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(json_records, "BLOCK", request.param)
    return int(request.param)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_gives_its_items(indent: int | None) -> None:
    text = f"  {json.dumps(VALUES, indent=indent)} \n"
    assert list(json_records.values(StringIO(text))) == VALUES
    assert list(json_records.values(StringIO(text), "other")) == VALUES


@pytest.mark.usefixtures("block")
def test_values_may_follow_one_another() -> None:
    text = "\n".join(json.dumps(value) for value in VALUES if value != [])
    assert list(json_records.values(StringIO(text))) == [one for one in VALUES if one != []]


@pytest.mark.usefixtures("block")
def test_an_object_gives_the_items_inside_or_itself() -> None:
    bundle = {"type": "x", "entry": VALUES, "link": {"entry": [1]}}
    text = json.dumps(bundle) + json.dumps({"id": 7}) + '{"entry": 3}{}'
    expected = [*VALUES, {"id": 7}, {"entry": 3}, {}]
    assert list(json_records.values(StringIO(text), "entry")) == expected


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize(
    "text", ["[1, 2", "[1 2]", "[1,,2]", '[{"a": ]', "[nope]", '{"a" 1}', "]"]
)
def test_what_is_no_json_is_told(text: str) -> None:
    with pytest.raises(Unreadable, match="JSON"):
        list(json_records.values(StringIO(text), "entry"))


def test_a_value_without_end_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "LARGEST", 100_000)
    with pytest.raises(Unreadable, match="too large"):
        list(json_records.values(StringIO('["' + "x" * 1_000_000)))


def test_depth_without_end_is_told() -> None:
    with pytest.raises(Unreadable):
        list(json_records.values(StringIO("[" * 200_000)))
