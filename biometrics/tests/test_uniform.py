"""Batches written alike have a decoder of their own: it must say what the careful way says."""

import json
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.bodies import NO_UTF8, Part, intake_of, lines_in
from biometrics.features.columns import NAMES
from biometrics.samples import checked
from biometrics.uniform import WORTH_IT, read_alike
from biometrics.wire import Head
from clinicity.common.exceptions import Invalid

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
WHO, WHOM = "01900000-0000-7000-8000-000000000000", "01900000-0000-7000-8000-000000000001"
HUGE = [2**53 + 1, 2**63, 2**64, -(2**70), 10**30, 10**400, 1e308, 1e-320, 5e-324, -0.0]
PART = Part("", Head(), 0, 3)
numbers = st.integers(0, 250) | st.floats(-10, 300)
# What stands where a number should.
odd = st.sampled_from([*HUGE, True, False, None, "72", "", [], {}, [1], {"bpm": 1}])
times = st.sampled_from(
    [
        f"2026-03-0{day}T0{day}:30:0{day}{zone}"
        for day in range(1, 9)
        for zone in ("Z", "+02:00")
    ]
)
bad_times = st.sampled_from(
    [*HUGE, "", "yesterday", "2027-01-01T00:00:00Z", None, 5, "Ä", "\0"]
)
metrics = st.sampled_from(["heart_rate", "heart_rate", "steps", "no_such", "Ä", "", None, 5])
names = st.sampled_from(["bpm", "heart_rate", "steps", "count", "value", "unit", "", "Ä", "}{"])
MORE: dict[str, Any] = {
    "unit": st.sampled_from(["", "bpm", "Hz", "mmHg", "Ä", None, 5]),
    "end": times | bad_times,
    "sequence": st.sampled_from([-2, -1, 0, 7, 2**63 - 1, 2**63, 2**64, 1.0, 1.5, True, None, "7"]),
    "patient_id": st.sampled_from([WHO, WHOM, None, "me", 5]),
    "note": st.sampled_from(["x", None, {"a": {"b": [1]}}, "[{", "\\\"}"]),
}  # fmt: skip
HEAD_COLUMNS = [{"data_type": "steps", "timestamp": [1], "value": [2]}]
HEAD: dict[str, Any] = {
    "patient_id": st.sampled_from([WHO, WHO, None, "me", 5]),
    "device_id": st.sampled_from([WHOM, None, "mine"]),
    "sent_at": st.sampled_from(["2026-04-01T10:00:00Z", "2026-04-01T10:00:00", None, "now", 5]),
    "battery_percent": st.sampled_from([0, 55.5, 100, 101, "full"]),
    "atomic": st.sampled_from([True, False, None, 1]),
    "columns": st.sampled_from([[], None, HEAD_COLUMNS]),
    "firmware": st.sampled_from(["1.2", '{"events":[{', ["x"], {"a": 1}]),
}


# As devices write: a name that fits the metric, and fields that are fine.
PLAIN: dict[str, Any] = {
    "unit": st.sampled_from(["", "bpm"]),
    "end": times,
    "sequence": st.integers(-1, 9),
}
PLAIN_HEAD = {name: HEAD[name] for name in ("device_id", "sent_at", "atomic")}
ways = st.sampled_from(
    [("heart_rate", "bpm"), ("heart_rate", "value"), ("steps", "count"), ("steps", "steps")]
)


def some(draw: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """Mostly few of them."""
    chosen = draw(st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True))
    return {name: draw(fields[name]) for name in chosen}


def event(draw: Any, way: tuple[Any, str], value: Any) -> dict[str, Any]:
    made = {"data_type": way[0], "timestamp": draw(times)}
    return made | ({"value": value} if draw(st.booleans()) else {"data": {way[1]: value}})


def usual(draw: Any) -> dict[str, Any]:
    if draw(st.integers(0, 3)):
        return event(draw, draw(ways), 60) | some(draw, PLAIN)
    return event(draw, (draw(metrics), draw(names)), 60) | some(draw, MORE)


def rewritten(draw: Any, like: dict[str, Any]) -> dict[str, Any]:
    """An event that differs from the others in some way."""
    made = like | some(draw, MORE) | {"timestamp": draw(times | bad_times)}
    if draw(st.booleans()):
        made = event(draw, (draw(metrics), draw(names)), draw(numbers | odd))
    made = {name: made[name] for name in draw(st.permutations(sorted(made)))}
    if draw(st.booleans()):
        del made[draw(st.sampled_from(sorted(made)))]
    return made


def many(draw: Any, like: dict[str, Any]) -> list[Any]:
    """Events written as one of them, each with a time and a number of its own."""
    values = draw(st.lists(numbers | st.just(draw(numbers | odd)), min_size=1, max_size=8))
    moments = draw(st.lists(times, min_size=1, max_size=8))
    made = []
    for n in range(draw(st.integers(1, 40))):
        value = values[n % len(values)]
        told = (
            {"value": value}
            if "value" in like
            else {"data": dict.fromkeys(like["data"], value)}
        )
        made.append(like | {"timestamp": moments[n % len(moments)]} | told)
    return made


@st.composite
def bodies(draw: Any) -> bytes:
    like = usual(draw)
    events = many(draw, like)
    if draw(st.booleans()):
        place = draw(st.integers(0, len(events) - 1))
        events[place] = rewritten(draw, like) if draw(st.integers(0, 9)) else draw(odd)
    whole = {"patient_id": WHO, "events": events}
    whole |= some(draw, HEAD if draw(st.integers(0, 3)) == 0 else PLAIN_HEAD)
    whole = {name: whole[name] for name in draw(st.permutations(sorted(whole)))}
    layout = draw(
        st.sampled_from([(None, (",", ":")), (None, (", ", ": ")), (2, (",", " : "))])
    )
    is_ascii = draw(st.booleans())
    text = json.dumps(whole, indent=layout[0], separators=layout[1], ensure_ascii=is_ascii)
    return text.encode().ljust(WORTH_IT)


def said(body: bytes) -> Any:
    """All that matters of what a body says, in a form that can be compared."""
    try:
        intake = intake_of(body)
    except Invalid as refusal:
        return refusal.detail
    patients = {}
    for who, sent in intake.patients.items():
        found = checked(sent, now=NOW)
        columns = {
            code: {name: getattr(part, name).tolist() for name in NAMES}
            for code, part in found.columns.items()
        }
        patients[who] = columns, found.reasons
    head = [getattr(intake.head, name) for name in Head.__struct_fields__]
    return head, patients, list(intake.reasons), intake.count


def assert_alike(body: bytes) -> None:
    with patch("biometrics.bodies.read_alike", return_value=None):
        careful = said(body)
    assert said(body) == careful


@settings(max_examples=400, deadline=None)
@given(bodies())
def test_both_ways_say_the_same(body: bytes) -> None:
    assert_alike(body)


def batch(**changes: Any) -> dict[str, Any]:
    usual = {
        "data_type": "heart_rate",
        "timestamp": "2026-03-01T08:00:00Z",
        "data": {"bpm": 60},
    }
    return {"patient_id": WHO, "events": [usual | changes for _ in range(40)]}


def written(whole: dict[str, Any]) -> bytes:
    return json.dumps(whole).encode().ljust(WORTH_IT)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"data": {"value": 60.5}},
        {"data_type": "steps", "data": {"count": 7}},
        {"unit": "Hz", "end": "2026-03-01T08:01:00Z", "sequence": 5},
    ],
)
def test_usual_body_is_read_the_fast_way(changes: dict[str, Any]) -> None:
    body = written(batch(**changes) | {"device_id": WHOM, "sent_at": "2026-04-01T10:00:00Z"})
    assert read_alike(body) is not None
    assert read_alike(msgspec.json.format(body, indent=2)) is not None
    assert_alike(body)


def test_value_in_its_own_field_is_read_the_fast_way() -> None:
    whole = batch(value=60)
    for each in whole["events"]:
        del each["data"]
    assert read_alike(written(whole)) is not None
    assert_alike(written(whole))


@pytest.mark.parametrize("number", ["-0", "1e999", "1E2", "9" * 400, "0.1" + "3" * 400, "1.0"])
@pytest.mark.parametrize("place", ['"bpm": 60', '"value": 60'])
def test_numbers_are_read_alike_however_they_are_written(number: str, place: str) -> None:
    whole = json.dumps(batch()).replace('"bpm"', place.partition(":")[0])
    assert_alike(whole.replace(": 60", f": {number}").encode())
    assert_alike(whole.replace(": 60", f": {number}", 1).encode())
    bare = whole.replace('"data": {', "").replace("}}", "}").replace('"bpm"', '"value"')
    assert_alike(bare.replace(": 60", f": {number}", 1).encode())


@pytest.mark.parametrize("name", ["timestamp", "unit", "data_type"])
@pytest.mark.parametrize("times", [1, 40])
def test_text_that_is_no_utf8_is_refused_alike(name: str, times: int) -> None:
    body = written(batch(**{name: "x\x01"})).replace(b"\\u0001", b"\xff", times)
    assert_alike(body)
    assert said(body) == NO_UTF8


def test_line_that_is_no_utf8_leaves_the_others_alone() -> None:
    line = json.dumps(batch()["events"][0]).encode()
    found = lines_in(b"\n".join([line, line.replace(b"08", b"\xff"), line]), PART)
    assert (found.reasons, found.count) == ([(1, "", NO_UTF8)], 2)


@pytest.mark.parametrize("number", [True, None, "72", [], 2**64, 10**400])
@pytest.mark.parametrize("place", [0, 39])
def test_one_odd_number_is_refused_alike(number: Any, place: int) -> None:
    whole = batch()
    whole["events"][place] = whole["events"][place] | {"data": {"bpm": number}}
    assert_alike(written(whole))
    for each in whole["events"]:
        each["value"] = each.pop("data")["bpm"]
    assert_alike(written(whole))


@pytest.mark.parametrize(
    ("name", "odd_one"), [("sequence", None), ("unit", 5), ("end", None), ("patient_id", WHOM)]
)
@pytest.mark.parametrize("due", [5, "bpm"])
def test_one_odd_field_is_read_alike(name: str, odd_one: Any, due: Any) -> None:
    whole = batch(**{name: due})
    whole["events"][7] = whole["events"][7] | {name: odd_one}
    assert_alike(written(whole))


@pytest.mark.parametrize("columns", [[], None, HEAD_COLUMNS])
def test_columns_beside_events_are_read_alike(columns: Any) -> None:
    assert_alike(written(batch() | {"columns": columns}))
    assert_alike(written({"columns": columns} | batch()))


def test_one_event_of_another_metric_is_read_alike() -> None:
    whole = batch(data={"value": 60})
    whole["events"][7] = whole["events"][7] | {"data_type": "steps"}
    assert_alike(written(whole))
