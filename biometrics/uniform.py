"""Batches whose events are all written alike, by a decoder made for that way. Pure.

An event of any kind costs a dictionary and eight fields, each looked at. But a device writes
all its events in one way: the first says which, and a decoder that knows no other reads them
all several times as fast. It refuses whatever differs in anything; then the careful way
(`bodies.py`) reads the body, and has words for what is wrong.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal, NamedTuple

import msgspec

from biometrics.metrics import METRICS
from biometrics.samples import Sent
from biometrics.wire import Head

# Fields that an event may have beside its metric and its value, and what they must be.
FIELDS: Mapping[str, Any] = {"timestamp": str, "unit": str, "end": str, "sequence": int}
# Where the first event stands, if it is a short one without anything unforeseen.
FIRST = re.compile(
    rb'\s*\{[^\[{]{0,400}"events"\s*:\s*\[\s*(\{[^{}]{0,400}(?:\{[^{}]{0,200}\}[^{}]{0,400})?\})'
)
# Below this size, looking at the first event first takes longer than it saves.
WORTH_IT = 2048


class Way(NamedTuple):
    """How an event is written: its metric, its other fields, and where its value stands:
    in `data` under this name, or in a field `value`."""

    metric: str
    fields: tuple[str, ...]
    name_in_data: str


def read_alike(body: bytes) -> tuple[Head, Sent] | None:
    """What a body says of all its events, and their columns; None if any event differs."""
    way = _way_of(body) if len(body) >= WORTH_IT else None
    if way is None:
        return None
    try:
        found = _decoder(way).decode(body)
    except msgspec.DecodeError:
        return None
    return found, _columns(way, found.events)


def _way_of(body: bytes) -> Way | None:
    first = FIRST.match(body)
    try:
        event = msgspec.json.decode(first[1], type=dict[str, Any]) if first else {}
    except msgspec.DecodeError:
        return None
    metric, data = event.pop("data_type", None), event.pop("data", None)
    if not isinstance(metric, str) or metric not in METRICS or "timestamp" not in event:
        return None
    name = ""
    if event.pop("value", None) is None:
        name = next(iter(data), "") if isinstance(data, dict) else ""
    elif data is not None:
        return None
    known = event.keys() <= FIELDS.keys() and name in ("", "value", *METRICS[metric].keys)
    return Way(metric, tuple(sorted(event)), name) if known else None


@lru_cache(maxsize=500)
def _decoder(way: Way) -> "msgspec.json.Decoder[Any]":
    fields = [
        ("data_type", Literal[way.metric]),
        *((name, FIELDS[name]) for name in way.fields),
    ]
    if way.name_in_data:
        fields.append(("data", _strict("Data", [(way.name_in_data, int | float)])))
    else:
        fields.append(("value", float))
    event: Any = _strict("Event", fields)
    body = msgspec.defstruct(
        "Body", [("events", list[event])], bases=(Head,), kw_only=True,
        forbid_unknown_fields=True, gc=False,
    )  # fmt: skip
    return msgspec.json.Decoder(body)


def _strict(name: str, fields: list[Any]) -> Any:
    return msgspec.defstruct(name, fields, forbid_unknown_fields=True, gc=False)


def _columns(way: Way, events: list[Any]) -> Sent:
    def column(name: str) -> list[Any] | None:
        return list(map(attrgetter(name), events)) if name in way.fields else None

    place = f"data.{way.name_in_data}" if way.name_in_data else "value"
    return Sent(
        way.metric, range(len(events)), column("timestamp") or [],
        list(map(attrgetter(place), events)), column("unit") or [""] * len(events),
        column("end"), column("sequence"),
    )  # fmt: skip
